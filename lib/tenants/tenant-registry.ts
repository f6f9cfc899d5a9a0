import type { TrustProof } from '../onboarding/trust/assess-trust.ts';
import type { TrustFinding } from '../onboarding/trust/trust-finding.ts';
import type { Change, ChangeNote } from './change.ts';
import type { RoleStatus, Tenant, TenantReading, TenantRole, TenantStatus } from './tenant.ts';

/** What a tenant is registered with. Its external ID is never given, but made by the registry. */
export type NewTenant = {
  readonly tenantId: string;
  readonly name: string;
  readonly enabledJobs: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
};

/** A tenant that comes with access keys of IAM users. It gets its external ID when its migration begins. */
export type LegacyTenant = NewTenant &
  Pick<Tenant, 'schedule' | 'notes'> & {
    readonly legacyAccessKeyIds: readonly string[];
    readonly importId: string;
  };

export type NewRole = {
  readonly tenantId: string;
  readonly roleArn: string;
  readonly jobs: 'all' | readonly string[];
};

export type RegistryRefusal = {
  readonly refused:
    | 'tenant.alreadyRegistered'
    | 'tenant.customerLimit'
    | 'tenant.unknown'
    | 'tenant.idInvalid'
    | 'tenant.offboarded'
    | 'account.unknown'
    | 'account.roleArnInvalid'
    | 'account.roleAmbiguous'
    | 'account.alreadyConnected'
    | 'consent.notAllowed'
    | 'consent.notAwaited'
    | 'consent.ownConnection'
    | 'registry.stale';
  readonly explanation: string;
};

/** What may be changed of a registered tenant. A member that is `null` is removed. */
export type TenantChange = {
  readonly [Member in
    | 'name'
    | 'status'
    | 'externalIds'
    | 'enabledJobs'
    | 'settings'
    | 'schedule'
    | 'notes'
    | 'rotation'
    | 'legacyAccessKeyIds']?: Tenant[Member] | null;
};

/** Reads tenants for decisions. Every read is consistent; a decision never relies on an index. */
export type TenantReader = {
  /** The tenant and its roles, or only the roles of the named accounts; undefined when there is no such tenant. */
  readTenant(tenantId: string, accountIds?: readonly string[]): Promise<TenantReading | undefined>;
};

/**
 * The tenants and their connected roles. A refusal is a value; an exception (`store.*`) means that the table could not
 * be used. Each change is recorded together with the item that it changes, and names who made it (`by`): see
 * `change.ts`.
 */
export type TenantRegistry = TenantReader & {
  /** Registers the tenant and makes its external ID. A tenant that was offboarded comes back with a new external ID. */
  registerTenant(tenant: NewTenant, by: string): Promise<Tenant | RegistryRefusal>;
  /** Imports a tenant as `migrating`. */
  importTenant(tenant: LegacyTenant, by: string): Promise<Tenant | RegistryRefusal>;
  /** Removes a tenant that this import brought in, if nobody has changed it since. False when there is none. */
  undoImport(tenant: { readonly tenantId: string; readonly importId: string }): Promise<boolean>;
  /**
   * Writes the change if the tenant is still what was read (`before.version`), else refuses with `registry.stale`.
   * An external ID that is new must have been made by `newExternalId`.
   */
  changeTenant(before: Tenant, change: TenantChange, note: ChangeNote): Promise<Tenant | RegistryRefusal>;
  /** Makes an external ID that no tenant has or ever had, bound to this one. Undefined in a dedicated deployment. */
  newExternalId(tenantId: string): Promise<string | undefined>;
  /**
   * Connects a role, whose trust is not proven yet. A role ARN belongs to one tenant, and a job in an account is
   * served by exactly one role. A role that is connected already for the same jobs is given as it is; other jobs
   * change it.
   */
  connectRole(role: NewRole, by: string): Promise<TenantRole | RegistryRefusal>;
  /**
   * Consents to a role that awaits it: to exactly this ARN, for exactly these jobs. Refused for a principal that took
   * part in connecting it. When the same principal consents again, it gives the role as it is.
   */
  consentToRole(role: NewRole, by: string): Promise<TenantRole | RegistryRefusal>;
  /** Removes the role and frees its ARN. The records of its changes stay. */
  disconnectRole(role: TenantRole, by: string): Promise<TenantRole | RegistryRefusal>;
  /** Writes what probes proved about a role. There is no other way for a role to become trusted. */
  recordVerification(role: TenantRole, proof: TrustProof, by: string): Promise<TenantRole | RegistryRefusal>;
  /** The changes of a tenant and its roles, the newest first. */
  readChanges(tenantId: string, page: Page): Promise<PageOf<RecordedChange>>;
};

/** Lists for people and schedules. They come from indexes, so they may lag behind, and hold no external ID. */
export type TenantDirectory = {
  /** In the order of their ids. */
  listTenants(of: { readonly status: TenantStatus } & Page): Promise<PageOf<ListedTenant>>;
  listRoles(of: { readonly status: RoleStatus; readonly finding?: TrustFinding } & Page): Promise<PageOf<ListedRole>>;
  rolesInVerifySlot(of: { readonly slot: string } & Page): Promise<PageOf<Pick<TenantRole, 'tenantId' | 'record'>>>;
};

export type ListedTenant = Pick<
  Tenant,
  'tenantId' | 'name' | 'status' | 'enabledJobs' | 'schedule' | 'rotation' | 'createdAtMs'
>;
export type ListedRole = Pick<
  TenantRole,
  'tenantId' | 'record' | 'accountId' | 'roleArn' | 'status' | 'findings' | 'verifiedAtMs'
>;
export type RecordedChange = Change & { readonly record: string; readonly version: number };

/** `after`: the opaque token of where the page before ended. */
export type Page = { readonly limit: number; readonly after?: string };
export type PageOf<Row> = { readonly rows: readonly Row[]; readonly next?: string };
