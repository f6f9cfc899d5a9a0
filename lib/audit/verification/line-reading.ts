/** What verification needs of one line, whichever way the line was read. */
export type LineReading = {
  readonly recordId: string;
  readonly sequenceNumber: string;
  /** Hashes of the entries of an issuance's trail, each one proven; undefined when there is none. */
  readonly trail: readonly string[] | undefined;
  /** For an issuance: how many of a job's two writes, its claim and its report, the record shows. */
  readonly jobWrites: number;
  /** Whether this change created the record. */
  readonly isInsert: boolean;
  /** What the archive itself found wrong with the change when it arrived. */
  readonly refused: readonly { readonly finding: string; readonly explanation: string }[];
};

export type LineProblem = {
  readonly kind: 'lineUnreadable' | 'recordMisplaced' | 'ticketArchived' | 'trailBroken';
  readonly explanation: string;
};
