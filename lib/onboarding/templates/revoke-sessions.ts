import { type Policy, policyOf } from './policy-json.ts';

/** An instant in whole seconds of UTC, as IAM compares them. */
export const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/**
 * With this policy on its role a customer cuts off every session that was issued before an instant, at once and without
 * asking us. An instant in the future also shuts out the sessions of the time until then.
 * Source: IAM User Guide, "Revoke IAM role temporary security credentials".
 */
export function revokeSessionsPolicy<Value>(revokeBefore: Value): Policy<Value> {
  return policyOf([
    {
      Sid: 'RevokeOlderSessions',
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { DateLessThan: { 'aws:TokenIssueTime': revokeBefore } },
    },
  ]);
}

/** Cut down to whole seconds. Throws on what is no instant. */
export function instantOf(epochMs: number): string {
  const text = new Date(Math.floor(epochMs / 1_000) * 1_000).toISOString().replace('.000Z', 'Z');
  if (!INSTANT.test(text)) throw new RangeError(`not an instant of a year of four digits: ${epochMs}`);
  return text;
}
