/** Every key that the broker writes to a table, in one place. */
export const TENANT_RECORD = 'tenant';

export function roleRecord({ accountId, roleName }: { accountId: string; roleName: string }): string {
  return `${accountRolesPrefix(accountId)}${roleName}`;
}

/** What the records of roles begin with. */
export const ROLES_PREFIX = 'role#';

/** What the records of one account's roles begin with. */
export function accountRolesPrefix(accountId: string): string {
  return `${ROLES_PREFIX}${accountId}#`;
}

/** The record that keeps apart the jobs of one account's roles. */
export function accountClaimsRecord(accountId: string): string {
  return `account#${accountId}`;
}

/** What the records of past changes begin with. */
export const CHANGES_PREFIX = 'change#';

/** A change of a tenant's or a role's item, by the version that it made. */
export function changeRecord(record: string, version: number): string {
  return `${CHANGES_PREFIX}${record}#${String(version).padStart(8, '0')}`;
}

export const tenantIndexes = { byStatus: 'byStatus', byVerifySlot: 'byVerifySlot', bySlot: 'bySlot' } as const;

/**
 * The partition of an item that says which one tenant holds a role ARN or an external ID, or is the customer of a
 * dedicated deployment. Not a tenant id: it has a `#`.
 */
export function bindingPartition(kind: BindingKind, hash: string): string {
  return `binding#${kind}#${hash}`;
}
export type BindingKind = 'role-arn' | 'external-id' | 'customer';
export const BINDING_RECORD = 'binding';

export const switchIds = {
  global: 'global',
  job: (job: string) => `job#${job}`,
  tenant: (tenantId: string) => `tenant#${tenantId}`,
  /** Not a brake: there, it lets events of a replay in until it is over. */
  replay: 'replay',
  /** A change of a switch: who did it, when and why. Read by nobody who decides. */
  change: (switchId: string, { atMs, hash }: { atMs: number; hash: string }) =>
    `change#${switchId}#${String(atMs).padStart(15, '0')}#${hash}`,
  schedule: (name: string) => `schedule#${name}`,
} as const;

/** Rows of the limits table, of schedules. */
export const limitIds = {
  /** Which windows of a schedule are open. */
  schedule: (name: string) => `schedule#${name}`,
  window: (schedule: string, name: string) => `window#${schedule}#${name}`,
} as const;

export function requestRecordId(hash: string): string {
  return `req_${hash}`;
}

export function strangersRecordId(hash: string): string {
  return `strangers_${hash}`;
}

export function probeRecordId(hash: string): string {
  return `probe_${hash}`;
}

export function observationRecordId(hash: string): string {
  return `seen_${hash}`;
}

export function pointerRecordId(hash: string): string {
  return `pointer_${hash}`;
}

/** The job's name leads, so that IAM can hold a job's role to the rows of its own job (`dynamodb:LeadingKeys`). */
export function issuanceRecordId({ job, hash }: { job: string; hash: string }): string {
  return `${job}.${hash}`;
}

export const ledgerIndexes = {
  due: 'due',
  byTenant: 'byTenant',
  byAccount: 'byAccount',
  byDay: 'byDay',
  byException: 'byException',
  byAccessKey: 'byAccessKey',
  byStsRequest: 'byStsRequest',
} as const;

/** One partition of the due index: the sweeper reads it each minute, and its rows are few and short-lived. */
export const DUE_SHARD = 'due';
/** Another one: observations whose verdict is not final. */
export const CORRELATION_SHARD = 'correlation';

/** Rows of the limits table. Those of a rate or a count end with the minute or the hour that they are of. */
export const counterIds = {
  breaker: 'breaker#sts',
  sts: 'sts',
  tenantRate: (tenantId: string) => `rate#tenant#${tenantId}`,
  requesterRate: (requester: string) => `rate#requester#${requester}`,
  breadth: (requester: string, hour: string) => `breadth#${requester}#${hour}`,
  strangers: (source: string) => `strangers#${source}`,
  denials: (roleArnHash: string) => `denials#${roleArnHash}`,
  verification: 'verification',
  /** Whose roles were paused of late because their customers ended our sessions. */
  pauses: 'pauses',
  /** How far CloudTrail was held against the ledger. */
  correlation: 'correlation',
  /** That somebody was told of a session that CloudTrail does not show. */
  missing: (sessionName: string) => `missing#${sessionName}`,
} as const;
