/**
 * What a verification may find. Each finding names the object, the line and the record concerned, as far as there is
 * one.
 */
const FINDING_KINDS = [
  /** An expected digest is missing, or no digest covers a requested time. */
  'digestMissing',
  'digestUnreadable',
  /** The digest lies under a name that is not its own. */
  'digestMisplaced',
  /** None of the given keys signed the digest. */
  'signatureWrong',
  /** The digest does not follow from the one before it. */
  'chainBroken',
  /** The digest names another key than the digests around it, which the same key signed. */
  'keyNameChanged',
  /** What the digest says of its objects is impossible. */
  'digestContradictory',
  'merkleRootWrong',
  'leafListMissing',
  'leafListWrong',
  /** The archive gives no object such a name. */
  'nameUnknown',
  'objectMissing',
  'objectChanged',
  /** No digest that can be trusted covers the object. */
  'objectUncovered',
  'recordChanged',
  'recordRemoved',
  'recordAdded',
  'recordMoved',
  'lineUnreadable',
  /** The record in a line is not the one that the line names. */
  'recordMisplaced',
  'ticketArchived',
  'trailBroken',
  /** An image of an issuance does not continue the one before. */
  'trailRewritten',
  /** The images of an issuance leave out a change: an entry of its trail, its claim, its report, or its beginning. */
  'changeMissing',
  /** The archive is as it was written, but the change in it is one that no code of ours makes. */
  'changeRefused',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export type Finding = {
  readonly kind: FindingKind;
  /** The key of the object that is wrong, or of the one that is missing. */
  readonly object?: string;
  /** Counted from 1. For a removed record: where it stood. */
  readonly line?: number;
  readonly recordId?: string;
  readonly explanation: string;
};

export type Report = (finding: Finding) => void;
