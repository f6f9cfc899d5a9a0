import type { Options } from 'yargs';
import { AUDIT_FUNCTION, auditClientOver } from '../../client/audit-client.ts';
import { allOption, type Command, cursorOption, limitOption, text, type Yargs } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { type AnswerFormat, answerFormatOf, answerFormatOption, costOption } from './answer-format.ts';
import { printListing } from './print-listing.ts';
import type { Filter, Query, Question } from './questions.ts';
import { timeRange } from './time-range.ts';

/** Makes the command of one question. */
export function listingCommand(question: Question): Command {
  const { name, subject, describe } = question;
  const words = subject === undefined ? name : `${name} <${subject.name}>`;
  return (yargs, run) =>
    yargs.command(
      words,
      describe,
      (command) => withOptions(command, question),
      (args) =>
        run(args, async (session) => {
          const given: Given = args;
          const listing = {
            question,
            subject: textOf(given, subject?.name ?? '') ?? '',
            query: queryOf(question, given, session.clock.nowMs()),
            all: given['all'] === true,
            format: answerFormatOf({ json: session.json, format: formatOf(given) }),
            cost: given['cost'] === true,
          };
          await printListing(listing, { session, client: auditClientOver(session.functionUrl(AUDIT_FUNCTION)) });
          return EXIT_CODES.ok;
        }),
    );
}

type Given = Readonly<Record<string, unknown>>;

const FILTER_OPTIONS: Readonly<Record<Filter, Options>> = {
  type: {
    choices: ['issuance', 'request', 'probe', 'strangers', 'observation'],
    requiresArg: true,
    describe: 'of record',
  },
  tenant: { ...text, describe: 'only of this tenant' },
  account: { ...text, describe: 'only in this account' },
  job: { ...text, describe: 'only for this job' },
  requester: { ...text, describe: 'only asked by this requester' },
  state: { ...text, describe: 'only in this state' },
};

/** Adds the options to the given parser: their names are data, which the compiler cannot follow. */
function withOptions(command: Yargs, question: Question): Yargs {
  const { subject } = question;
  if (subject !== undefined) {
    const { name, describe, choices } = subject;
    command.positional(name, { type: 'string', demandOption: true, describe, ...(choices && { choices }) });
  }
  for (const [name, option] of Object.entries(optionsOf(question))) command.option(name, option);
  command.option('format', answerFormatOption).option('cost', costOption);
  return command;
}

function optionsOf({ range, pages, filters }: Question): Readonly<Record<string, Options>> {
  return {
    ...(range && {
      from: { ...text, describe: 'since when: 2h, 7d, 2026-09-02 or 2026-09-02T14:00Z' },
      to: { ...text, describe: 'until when, written in the same way' },
    }),
    ...Object.fromEntries(filters.map((filter) => [filter, FILTER_OPTIONS[filter]])),
    ...(pages && { limit: limitOption, cursor: cursorOption, all: allOption }),
  };
}

function queryOf({ filters }: Question, args: Given, nowMs: number): Query {
  const { from, to } = timeRange({ from: textOf(args, 'from'), to: textOf(args, 'to') }, nowMs);
  // Reads only the filters of this question, because another filter may have the same name as the subject.
  const others = [...filters, 'limit', 'cursor'] as const;
  const values = others.map((name) => [name, textOf(args, name)] as const);
  return Object.fromEntries([['from', from], ['to', to], ...values].filter(([, value]) => value !== undefined));
}

function textOf(args: Given, name: string): string | undefined {
  const value = args[name];
  return typeof value === 'string' ? value : undefined;
}

function formatOf({ format }: Given): AnswerFormat | undefined {
  return answerFormatOption.choices.find((choice) => choice === format);
}
