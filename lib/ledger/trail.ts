import * as v from 'valibot';
import { canonicalJson } from '../platform/canonical-json.ts';
import { sha256Hex } from '../platform/ids.ts';

/**
 * The trail of an issuance: one entry for each thing that the brokering functions did, each bound to the one before by
 * its hash. A job cannot write it. The schema is closed, so that no secret can be written by accident.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** What an entry may hold besides its type and time: identifiers, times and codes only. */
const factsSchema = v.strictObject({
  attempt: v.optional(count),
  call: v.optional(count),
  owner: v.optional(v.string()),
  code: v.optional(v.string()),
  explanation: v.optional(v.string()),
  sessionName: v.optional(v.string()),
  delivery: v.exactOptional(v.literal('caller')),
  roleArn: v.optional(v.string()),
  tenantVersion: v.optional(count),
  roleVersion: v.optional(count),
  /** Which of the tenant's external IDs a call is made with. The ID itself is never recorded. */
  externalId: v.optional(v.picklist(['current', 'next'])),
  /** Whether a call asks for session tags and for a source identity. */
  sessionTags: v.optional(v.boolean()),
  sourceIdentity: v.optional(v.boolean()),
  inputSha256: v.optional(hash),
  policySha256: v.optional(hash),
  reportSha256: v.optional(hash),
  accessKeyId: v.optional(v.string()),
  assumedRoleId: v.optional(v.string()),
  stsRequestId: v.optional(v.string()),
  issuedAtMs: v.optional(count),
  expiresAtMs: v.optional(count),
  fenceMs: v.optional(count),
  usableUntilMs: v.optional(count),
  leaseUntilMs: v.optional(count),
});
export type TrailFacts = v.InferOutput<typeof factsSchema>;

export const TRAIL_TYPES = [
  'refused',
  'intended',
  'called',
  'issued',
  'denied',
  'failed',
  'revoked',
  'released',
  'leaseExpired',
  'undelivered',
  'ticketRemoved',
  'expired',
  'unknown',
  'settled',
] as const;
export type TrailType = (typeof TRAIL_TYPES)[number];

export const trailEntrySchema = v.strictObject({
  ...factsSchema.entries,
  sequence: count,
  type: v.picklist(TRAIL_TYPES),
  atMs: count,
  previousHash: v.string(),
  hash,
});
export type TrailEntry = v.InferOutput<typeof trailEntrySchema>;

/** The hash before the first entry. Made of the issuance's id, so that a trail cannot be moved to another issuance. */
export function trailRoot(issuanceId: string): string {
  return sha256Hex(`trail of ${issuanceId}`);
}

export type NewEntry = { readonly type: TrailType; readonly atMs: number; readonly facts: TrailFacts };

/** The trail with one more entry. */
export function appendEntry(
  trail: readonly TrailEntry[],
  { issuanceId, entry }: { readonly issuanceId: string; readonly entry: NewEntry },
): readonly TrailEntry[] {
  const previousHash = trail.at(-1)?.hash ?? trailRoot(issuanceId);
  const body = { ...entry.facts, sequence: trail.length, type: entry.type, atMs: entry.atMs, previousHash };
  return [...trail, { ...body, hash: sha256Hex(canonicalJson(body)) }];
}

/** Whether every entry follows from the one before, from the root on and without a gap. */
export function trailHolds(trail: readonly TrailEntry[], issuanceId: string): boolean {
  let previousHash = trailRoot(issuanceId);
  return trail.every(({ hash: stated, ...body }, index) => {
    const follows = body.sequence === index && body.previousHash === previousHash;
    const intact = sha256Hex(canonicalJson(body)) === stated;
    previousHash = stated;
    return follows && intact;
  });
}
