/** What the verification goes on with of one line, whichever way it was read. */
export type LineReading = {
  readonly recordId: string;
  readonly sequenceNumber: string;
  /** Hashes of the entries of an issuance's trail, each one proven; undefined: the record has none. */
  readonly trail: readonly string[] | undefined;
  /** What the archive itself found wrong with the change when it came. */
  readonly refused: readonly { readonly finding: string; readonly explanation: string }[];
};

export type LineProblem = {
  readonly kind: 'lineUnreadable' | 'recordMisplaced' | 'ticketArchived' | 'trailBroken';
  readonly explanation: string;
};
