/** What the verification goes on with of one line, whichever way it was read. */
export type LineReading = {
  readonly recordId: string;
  readonly sequenceNumber: string;
  /** Hashes of the entries of an issuance's trail, each one proven; undefined: the record has none. */
  readonly trail: readonly string[] | undefined;
  /** Of an issuance: how many of a job's two writes the record shows, its claim and its report. */
  readonly jobWrites: number;
  /** Is it the change that made the record? */
  readonly isInsert: boolean;
  /** What the archive itself found wrong with the change when it came. */
  readonly refused: readonly { readonly finding: string; readonly explanation: string }[];
};

export type LineProblem = {
  readonly kind: 'lineUnreadable' | 'recordMisplaced' | 'ticketArchived' | 'trailBroken';
  readonly explanation: string;
};
