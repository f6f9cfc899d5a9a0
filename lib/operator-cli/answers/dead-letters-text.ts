import type { DeadLetterList, DeadLetterView, Redriven } from '../../dead-letters/dead-letter-api.ts';
import type { Session } from '../session.ts';
import { type Cell, renderFacts, renderTable } from '../terminal/table.ts';
import { ageOf, instantOf } from '../terminal/time-words.ts';

/** The texts and tables that people read about dead letters. */

type Styled = Pick<Session, 'clock' | 'style'>;

/** A table with a line for each letter. */
export function renderLetters(letters: readonly DeadLetterView[], { clock, style }: Styled): string {
  const nowMs = clock.nowMs();
  const rows = letters.map((letter): readonly Cell[] => [
    letter.messageId,
    letter.queue,
    whatOf(letter),
    letter.why,
    `${timesOf(letter)}`,
    ageOf(letter.sentAtMs, nowMs),
    safeCell(letter),
  ]);
  return renderTable(['LETTER', 'QUEUE', 'WHAT', 'WHY', 'TRIED', 'SENT', 'REDRIVE'], rows, style);
}

/** Says how many letters each queue holds, including those that were not listed. */
export function sayLetters({ queues, letters }: DeadLetterList, { say }: Pick<Session, 'say'>): void {
  for (const { queue, letters: count, inHand } of queues) {
    const hidden = inHand > 0 ? `, ${inHand} of them in somebody’s hand` : '';
    say(`${queue}: ${count === 1 ? '1 letter' : `${count} letters`}${hidden}`);
  }
  if (letters.some(({ redrive }) => redrive.safe)) say('To send again what is safe: broker dead-letters redrive');
}

/** Shows one letter, with a line for each fact. */
export function renderLetter(letter: DeadLetterView, { style }: Styled): string {
  const { tenantId, job, accountId, requestId, issuanceId, from, schedule, askedAtMs, tries } = letter;
  const known = (name: string, value: string | undefined): readonly (readonly [string, Cell])[] =>
    value === undefined ? [] : [[name, value]];
  const facts: readonly (readonly [string, Cell])[] = [
    ['Letter', letter.messageId],
    ['Queue', letter.queue],
    ['What', wordsOf[letter.kind]],
    ...known('Tenant', tenantId),
    ...known('Job', job),
    ...known('Account', accountId),
    ...known('Request', requestId),
    ...known('Issuance', issuanceId),
    ...known('From', from),
    ...known('Schedule', schedule),
    ...known('Asked for', askedAtMs === undefined ? undefined : instantOf(askedAtMs)),
    ['Why', letter.why],
    ...known('Tried', tries === undefined ? undefined : String(tries)),
    ['Received', String(letter.received)],
    ['Sent', instantOf(letter.sentAtMs)],
    ['First seen', instantOf(letter.firstReceivedAtMs)],
    ['Redrive', safeCell(letter)],
    ['', letter.redrive.explanation],
  ];
  return renderFacts(facts, style);
}

/** The result of a redrive: a line for what was sent, and one for each reason why something was not. */
export function renderRedriven({ redriven, kept }: Redriven, { style }: Styled): string {
  const left = Object.entries(kept).map(([verdict, count]): readonly Cell[] => [
    String(count),
    { text: 'left', tone: 'waiting' },
    verdict,
  ]);
  const rows: readonly (readonly Cell[])[] = [[String(redriven), { text: 'redriven', tone: 'good' }, ''], ...left];
  return renderTable(['LETTERS', 'STATE', 'WHY'], rows, style);
}

const wordsOf: Readonly<Record<DeadLetterView['kind'], string>> = {
  request: 'a request',
  account: 'one account of a request',
  continue: 'an issuance to go on with',
  probe: 'a probe of a role',
  strangers: 'strangers to be summed up',
  schedule: 'the event of a schedule',
  jobFailure: 'a job that failed',
  illegible: 'illegible',
};

function whatOf({ kind, tenantId, job, accountId, issuanceId, schedule }: DeadLetterView): string {
  const named = [tenantId, job, kind === 'account' ? accountId : undefined, schedule].filter(
    (name) => name !== undefined,
  );
  if (kind === 'request') return named.join(' ');
  const of = named.length > 0 ? named.join(' ') : (issuanceId ?? '');
  return `${wordsOf[kind]} ${of}`.trimEnd();
}

/**
 * The number of tries by the count of the service that gave up; without one, the number of times the letter was
 * received.
 */
function timesOf({ tries, received }: DeadLetterView): number {
  return tries ?? received;
}

function safeCell({ redrive }: DeadLetterView): Cell {
  return redrive.safe ? { text: 'safe', tone: 'good' } : { text: `no: ${redrive.verdict}`, tone: 'waiting' };
}
