/** What makes a file unreadable as CloudTrail's. */
export type LogProblem =
  | 'gzip.invalid'
  | 'gzip.truncated'
  | 'json.invalid'
  | 'json.truncated'
  /** A record is larger than any that CloudTrail writes. */
  | 'record.tooLarge'
  /** JSON, but not a CloudTrail record: it names no event source. */
  | 'record.notAnEvent';

/** A file is not what CloudTrail writes; `offset` counts the bytes of its text, unpacked, up to where that shows. */
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
