import * as v from 'valibot';

/**
 * Whether a second person has consented to a role, where the deployment asks for it (`hardening.roleConsent`). It stands
 * with the role, so that a decision reads nothing more for it; a role that was connected without that rule has none.
 */
export const CONSENT_STATES = ['awaited', 'given'] as const;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const asked = {
  /** Who connected it, or gave it more jobs: IAM roles and users, without the names of their sessions. */
  connectedBy: v.pipe(v.array(v.string()), v.minLength(1)),
  sinceMs: count,
};

export const consentSchema = v.variant('state', [
  v.strictObject({ state: v.literal('awaited'), ...asked }),
  v.strictObject({ state: v.literal('given'), ...asked, by: v.string(), atMs: count }),
]);
export type Consent = v.InferOutput<typeof consentSchema>;
