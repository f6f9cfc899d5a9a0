/** What a verification may find. Each names the object, the line and the record that it is about, as far as it is about one. */
const FINDING_KINDS = [
  /** A digest that should be there is not, or none covers a time that was asked for. */
  'digestMissing',
  'digestUnreadable',
  /** It lies under a name that is not its own. */
  'digestMisplaced',
  /** None of the given keys signed it. */
  'signatureWrong',
  /** It does not follow from the digest before it. */
  'chainBroken',
  /** It names another key than the digests around it, which the same key signed. */
  'keyNameChanged',
  /** What it says of its objects cannot be. */
  'digestContradictory',
  'merkleRootWrong',
  'leafListMissing',
  'leafListWrong',
  /** No name that the archive gives. */
  'nameUnknown',
  'objectMissing',
  'objectChanged',
  /** No digest that can be trusted covers it. */
  'objectUncovered',
  'recordChanged',
  'recordRemoved',
  'recordAdded',
  'recordMoved',
  'lineUnreadable',
  /** The record in a line is another one than the line says. */
  'recordMisplaced',
  'ticketArchived',
  'trailBroken',
  /** An image of an issuance is no continuation of the one before. */
  'trailRewritten',
  /** Images of an issuance leave out a change: an entry of its trail, its claim, its report, or how it began. */
  'changeMissing',
  /** The archive is as it was written; the change in it is one that no code of ours makes. */
  'changeRefused',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export type Finding = {
  readonly kind: FindingKind;
  /** The key of the object that is wrong, or of the one that is missing. */
  readonly object?: string;
  /** From 1. Of a record that was removed: where it stood. */
  readonly line?: number;
  readonly recordId?: string;
  readonly explanation: string;
};

export type Report = (finding: Finding) => void;
