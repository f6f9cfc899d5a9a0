import * as v from 'valibot';

/**
 * What a probe of a role's trust found, and what the findings together say of the role. A probe is an AssumeRole whose
 * credentials are dropped unread.
 */
export const trustFindingSchema = v.picklist([
  'rightExternalId.accepted',
  'rightExternalId.denied',
  'randomExternalId.accepted',
  'randomExternalId.denied',
  'noExternalId.accepted',
  'noExternalId.denied',
  'probe.inconclusive',
]);
export type TrustFinding = v.InferOutput<typeof trustFindingSchema>;

export type TrustStatus = 'trusted' | 'pending' | 'quarantined';

/**
 * A role is trusted only on proof of both halves: the right external ID opens it, and neither a wrong one nor none does.
 * Both negatives count: `StringEqualsIfExists` shuts out a wrong one and lets in whoever sends none. A role that opens
 * without the right one is quarantined whatever else was found; anything unproven stays pending.
 */
export function trustStatus(findings: readonly TrustFinding[]): TrustStatus {
  const found = new Set(findings);
  if (found.has('randomExternalId.accepted') || found.has('noExternalId.accepted')) return 'quarantined';
  if (found.has('probe.inconclusive') || found.has('rightExternalId.denied')) return 'pending';
  const opens = found.has('rightExternalId.accepted');
  const staysShut = found.has('randomExternalId.denied') && found.has('noExternalId.denied');
  return opens && staysShut ? 'trusted' : 'pending';
}
