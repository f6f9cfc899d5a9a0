/** Why a file cannot be read as CloudTrail's. */
export type LogProblem =
  | 'gzip.invalid'
  | 'gzip.truncated'
  | 'json.invalid'
  | 'json.truncated'
  /** A record is larger than any that CloudTrail writes. */
  | 'record.tooLarge'
  /** The text is JSON, but not a CloudTrail record: it names no event source. */
  | 'record.notAnEvent';

/**
 * A file is not as CloudTrail writes it; `offset` counts the bytes of its unpacked text up to the place where that
 * shows.
 */
export class MalformedLog extends Error {
  readonly problem: LogProblem;
  readonly offset: number;
  constructor(problem: LogProblem, offset: number) {
    super(`${problem} at byte ${offset}`);
    this.name = 'MalformedLog';
    this.problem = problem;
    this.offset = offset;
  }
}
