import { usageError } from '../command-error.ts';

const ANSWER_FORMATS = ['table', 'json', 'csv', 'ocsf'] as const;
export type AnswerFormat = (typeof ANSWER_FORMATS)[number];

export const answerFormatOption = {
  choices: ANSWER_FORMATS,
  requiresArg: true,
  describe: 'of the answer; ocsf: an event a line, for a SIEM',
} as const;
export const costOption = {
  type: 'boolean',
  default: false,
  describe: 'say on stderr what the answer cost to find',
} as const;

type Asked = { readonly json: boolean; readonly format?: AnswerFormat | undefined };

/**
 * Determines the format of the answer; `--json` means `--format json`. Throws `cli.usage` if both options are given and
 * differ.
 */
export function answerFormatOf({ json, format }: Asked): AnswerFormat {
  if (!json) return format ?? 'table';
  if (format === undefined || format === 'json') return 'json';
  throw usageError(`--json and --format ${format} contradict each other.`, 'Give one of them.');
}
