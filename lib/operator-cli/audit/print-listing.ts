import { ocsfEventsOf } from '../../audit/ocsf/ocsf-of-record.ts';
import type { Cost, RecordPage, RecordView } from '../../audit/questions/audit-api.ts';
import type { AuditClient } from '../../client/audit-client.ts';
import { Interrupted } from '../command-error.ts';
import { printJson, type Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';
import { countOf, makeProgress, type Progress } from '../terminal/progress.ts';
import { instantOf } from '../terminal/time-words.ts';
import type { AnswerFormat } from './answer-format.ts';
import { sayCost, sayCurrency, sumOfCosts } from './answer-notes.ts';
import type { Query, Question } from './questions.ts';
import { RECORDS_CSV_HEAD, recordsCsv } from './record-csv.ts';
import { renderRecords } from './record-table.ts';

export type Listing = {
  readonly question: Question;
  readonly subject: string;
  readonly query: Query;
  readonly all: boolean;
  readonly format: AnswerFormat;
  readonly cost: boolean;
};
type Dependencies = { readonly session: Session; readonly client: AuditClient };

/** The result of reading the pages. */
type Read = { readonly first: RecordPage; readonly last: RecordPage; readonly cost: Cost; readonly records: number };

/**
 * Asks the question, and prints one page or, with `all`, every page. Formats that programs read line by line are
 * written page by page, and never held as a whole.
 */
export async function printListing(listing: Listing, { session, client }: Dependencies): Promise<void> {
  const { format } = listing;
  const held: RecordView[] = [];
  const take = (records: readonly RecordView[]) => {
    if (format === 'csv') session.print(recordsCsv(records));
    else if (format === 'ocsf') session.print(ocsfLines(records, session));
    else held.push(...records);
  };
  const read = await readPages(listing, { session, client, take });
  if (format === 'json') printJson(session, listing.all ? joined(held, read) : read.first);
  if (format === 'table' && held.length > 0) session.print(renderRecords(held, session));
  if (format !== 'json') sayNotes(listing, { read, session });
  if (listing.cost) sayCost(read.cost, session);
}

type Take = { readonly take: (records: readonly RecordView[]) => void };

async function readPages(listing: Listing, dependencies: Dependencies & Take): Promise<Read> {
  const { session, take } = dependencies;
  const progress = makeProgress(session);
  let read: Read | undefined;
  try {
    for await (const page of pagesOf(listing, dependencies)) {
      progress.end();
      if (read === undefined && listing.format === 'csv') session.print(RECORDS_CSV_HEAD);
      take(page.records);
      read = added(read, page);
      if (listing.all && page.cursor !== undefined) showFar(progress, read);
    }
  } catch (error) {
    progress.end();
    sayWhereToGoOn(error, { listing, read, session });
    throw error;
  }
  if (read === undefined) throw new TypeError('a question was answered with no page at all');
  return read;
}

async function* pagesOf(
  { question, subject, query, all }: Listing,
  { client }: Dependencies,
): AsyncGenerator<RecordPage> {
  let page = await question.ask(client, subject, query);
  yield page;
  while (all && page.cursor !== undefined) {
    page = await question.ask(client, subject, { ...query, cursor: page.cursor });
    yield page;
  }
}

type Stopped = { readonly listing: Listing; readonly read: Read | undefined; readonly session: Session };

function sayWhereToGoOn(error: unknown, { listing, read, session }: Stopped): void {
  const cursor = read?.last.cursor;
  if (error instanceof Interrupted && cursor !== undefined) {
    session.say(`To go on: ${wordsToGoOn(listing, cursor)}`);
  }
}

/** A cursor belongs to its own question, and `2h` ago is another time when it is asked again. */
function wordsToGoOn({ query }: Listing, cursor: string): string {
  const { from, to } = query;
  const range = [...(from === undefined ? [] : [`--from ${from}`]), ...(to === undefined ? [] : [`--to ${to}`])];
  return printable([...range, `--cursor ${cursor}`].join(' '));
}

function added(read: Read | undefined, page: RecordPage): Read {
  const records = (read?.records ?? 0) + page.records.length;
  return {
    first: read?.first ?? page,
    last: page,
    cost: read === undefined ? page.cost : sumOfCosts(read.cost, page.cost),
    records,
  };
}

function showFar(progress: Progress, { records, last }: Read): void {
  const back = last.searchedToMs === undefined ? '' : `, back to ${instantOf(last.searchedToMs)}`;
  progress.show(`reading: ${countOf(records, 'record')}${back}`);
}

/** Joins all pages into one, which is as current as the first, the oldest answer. */
function joined(records: readonly RecordView[], { first, last, cost }: Read): RecordPage {
  const { cursor: _, searchedToMs: __, ...rest } = first;
  const { searchedToMs } = last;
  return { ...rest, records, ...(searchedToMs !== undefined && { searchedToMs }), cost };
}

function ocsfLines(records: readonly RecordView[], { say }: Pick<Session, 'say'>): string {
  for (const record of records) {
    if (record.recordType !== 'unreadable') continue;
    say(printable(`${record.recordId} is unreadable, and no event is made of it: ${record.problem}`));
  }
  // Inside JSON, unprintable characters occur only in texts, where they get JSON's own escape.
  return records
    .flatMap((record) => ocsfEventsOf(record).map((event) => `${printable(JSON.stringify(event))}\n`))
    .join('');
}

type Told = { readonly read: Read; readonly session: Session };

function sayNotes(listing: Listing, { read, session }: Told): void {
  const { question, format } = listing;
  const { cursor, searchedToMs } = read.last;
  if (read.records === 0) {
    const far = cursor === undefined ? '' : ', so far';
    // If the search went back to the beginning of time, everything was searched.
    const back = searchedToMs === undefined || searchedToMs === 0 ? '' : ` (looked back to ${instantOf(searchedToMs)})`;
    session.say(`${question.nothing.replace(/\.$/, '')}${far}${back}.`);
  }
  if (cursor !== undefined) {
    const back = searchedToMs === undefined || read.records === 0 ? '' : ` before ${instantOf(searchedToMs)}`;
    session.say(`There may be more${back}: ${wordsToGoOn(listing, cursor)}, or --all`);
  }
  const [only, ...others] = read.first.records.filter((record) => record.recordType === 'issuance');
  if (format === 'table' && only !== undefined && others.length === 0) {
    session.say(printable(`The whole story: broker audit explain ${only.issuanceId}`));
  }
  sayCurrency(read.first.currency, session);
}
