import * as v from 'valibot';
import { canonicalJson } from '../../platform/canonical-json.ts';

/**
 * One line of the archive: one change of one record of the ledger, as the table's change stream delivered it. A digest
 * hashes the bytes of the line. The line never contains a ticket.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** The findings about a change that no code of ours makes. */
const CHANGE_FINDINGS = [
  /** Entries of the trail were changed or dropped, or do not follow from each other. */
  'trailRewritten',
  /** The record went to a state that does not follow the one before, or left a state that never changes. */
  'edgeNotAllowed',
  /** State, attempts or keys are not what trail, claim and report say. */
  'stateNotOfTrail',
  /** Neither the brokering functions nor a job's claim or report change a record like this. */
  'beyondAttributes',
  /** The record was removed; records never are. */
  'removed',
  /** A record that is written only once was changed. */
  'rewritten',
  /** The row does not have the shape of any record. */
  'unreadable',
] as const;
export type ChangeFinding = (typeof CHANGE_FINDINGS)[number];

export const archivedChangeSchema = v.strictObject({
  version: v.literal(1),
  /** The stream's own id and position of the change. Source: DynamoDB Streams API Reference, Record and StreamRecord. */
  changeId: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  sequenceNumber: v.pipe(v.string(), v.regex(/^\d{1,40}$/)),
  /** When DynamoDB made the change, to the whole second. */
  changedAtMs: count,
  change: v.picklist(['INSERT', 'MODIFY', 'REMOVE']),
  recordId: v.pipe(v.string(), v.minLength(1)),
  /** `unreadable`: the row in the table does not have the shape of any record. */
  recordType: v.picklist(['request', 'issuance', 'probe', 'strangers', 'observation', 'pointer', 'unreadable']),
  tenantId: v.exactOptional(v.string()),
  accountId: v.exactOptional(v.string()),
  job: v.exactOptional(v.string()),
  /** Empty for every change that our own code makes. */
  findings: v.array(v.strictObject({ finding: v.picklist(CHANGE_FINDINGS), explanation: v.string() })),
  /** The record after the change (before it, if the record was removed), without its ticket. */
  record: v.exactOptional(v.record(v.string(), v.unknown())),
  /** For an unreadable record: the names of its attributes and the hash of their values, nothing else. */
  unreadable: v.exactOptional(v.strictObject({ attributes: v.array(v.string()), sha256 })),
});
export type ArchivedChange = v.InferOutput<typeof archivedChangeSchema>;

/** The line without its line break: the bytes that are stored and hashed. */
export function archivedLine(change: ArchivedChange): string {
  return canonicalJson(change);
}
