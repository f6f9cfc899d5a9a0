/** Every key that the broker writes to a table, in one place. */
export const TENANT_RECORD = 'tenant';

export function roleRecord({ accountId, roleName }: { accountId: string; roleName: string }): string {
  return `${accountRolesPrefix(accountId)}${roleName}`;
}

/** The prefix of the records of roles. */
export const ROLES_PREFIX = 'role#';

/** The prefix of the records of one account's roles. */
export function accountRolesPrefix(accountId: string): string {
  return `${ROLES_PREFIX}${accountId}#`;
}

/** The record that keeps the jobs of one account's roles distinct. */
export function accountClaimsRecord(accountId: string): string {
  return `account#${accountId}`;
}

/** The prefix of the records of past changes. */
export const CHANGES_PREFIX = 'change#';

/** The record of a change to a tenant's or a role's item, by the version that the change made. */
export function changeRecord(record: string, version: number): string {
  return `${CHANGES_PREFIX}${record}#${String(version).padStart(8, '0')}`;
}

export const tenantIndexes = { byStatus: 'byStatus', byVerifySlot: 'byVerifySlot', bySlot: 'bySlot' } as const;

/**
 * The partition of an item that records which one tenant holds a role ARN or an external ID, or is the customer of a
 * dedicated deployment. The `#` in it keeps it apart from tenant ids.
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
  /** Not a brake: while the item exists and is not over, it lets events of a replay in. */
  replay: 'replay',
  /** The record of a change of a switch: who made it, when and why. No decision reads it. */
  change: (switchId: string, { atMs, hash }: { atMs: number; hash: string }) =>
    `change#${switchId}#${String(atMs).padStart(15, '0')}#${hash}`,
  schedule: (name: string) => `schedule#${name}`,
} as const;

/** Rows of the limits table that belong to schedules. */
export const limitIds = {
  /** Holds the open windows of a schedule. */
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

/**
 * Begins with the job's name, so that IAM can restrict a job's role to the rows of its own job
 * (`dynamodb:LeadingKeys`).
 */
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

/** One partition of the due index is enough: the sweeper reads it each minute, and its rows are few and short-lived. */
export const DUE_SHARD = 'due';
/** A second partition, for observations whose verdict is not final. */
export const CORRELATION_SHARD = 'correlation';

/** Rows of the limits table. The rows of a rate or a count expire with the minute or the hour that they cover. */
export const counterIds = {
  breaker: 'breaker#sts',
  sts: 'sts',
  tenantRate: (tenantId: string) => `rate#tenant#${tenantId}`,
  requesterRate: (requester: string) => `rate#requester#${requester}`,
  breadth: (requester: string, hour: string) => `breadth#${requester}#${hour}`,
  strangers: (source: string) => `strangers#${source}`,
  denials: (roleArnHash: string) => `denials#${roleArnHash}`,
  verification: 'verification',
  /** The roles that were paused recently because their customers ended our sessions. */
  pauses: 'pauses',
  /** How far CloudTrail has been compared with the ledger. */
  correlation: 'correlation',
  /** Records that somebody was told of a session that CloudTrail does not show. */
  missing: (sessionName: string) => `missing#${sessionName}`,
} as const;
