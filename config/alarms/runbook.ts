/** The runbooks of `docs/operations.md`, by their anchors: every alarm leads to one of them. */
export const RUNBOOKS = [
  'first-deployment',
  'onboarding-a-customer',
  'customer-changed-the-trust',
  'external-id-leaked',
  'broker-role-suspected-stolen',
  'one-tenant-floods',
  'sts-throttled',
  'table-unavailable',
  'cloudtrail-silent',
  'strays-found',
  'key-disabled',
  'restore-from-pitr',
  'region-lost',
  'revoke-everything-now',
  'audit-request-from-a-customer',
  'dead-letters',
  'function-fails',
] as const;

export type Runbook = (typeof RUNBOOKS)[number];

/** The end of an alarm's description. */
export function runbookLink(runbook: Runbook): string {
  return `Runbook: docs/operations.md#${runbook}`;
}
