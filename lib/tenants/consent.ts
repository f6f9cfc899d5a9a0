import * as v from 'valibot';

/**
 * Whether a second person has consented to a role, in a deployment that requires it (`hardening.roleConsent`). It is a
 * part of the role, so that a decision needs no further read. A role that was connected without this rule has none.
 */
export const CONSENT_STATES = ['awaited', 'given'] as const;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const asked = {
  /** Who connected the role or gave it more jobs: IAM roles and users, without session names. */
  connectedBy: v.pipe(v.array(v.string()), v.minLength(1)),
  sinceMs: count,
};

export const consentSchema = v.variant('state', [
  v.strictObject({ state: v.literal('awaited'), ...asked }),
  v.strictObject({ state: v.literal('given'), ...asked, by: v.string(), atMs: count }),
]);
export type Consent = v.InferOutput<typeof consentSchema>;
