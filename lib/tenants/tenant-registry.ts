import type { TrustProof } from '../onboarding/trust/assess-trust.ts';
import type { TrustFinding } from '../onboarding/trust/trust-finding.ts';
import type { Change, ChangeNote } from './change.ts';
import type { RoleStatus, Tenant, TenantReading, TenantRole, TenantStatus } from './tenant.ts';

/** What a tenant is registered with. There is no place for an external ID: it is made here. */
export type NewTenant = {
  readonly tenantId: string;
  readonly name: string;
  readonly enabledJobs: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
};

/** A tenant that comes with keys of IAM users: it gets its external ID when it begins to migrate. */
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

/** What may be changed of a tenant once it is there; a member that is `null` is removed. */
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

/** Reads what a decision goes by. Every reading is consistent; a decision is never taken from an index. */
export type TenantReader = {
  /** The tenant and its roles, or only the roles of the named accounts; undefined when there is no such tenant. */
  readTenant(tenantId: string, accountIds?: readonly string[]): Promise<TenantReading | undefined>;
};

/**
 * The tenants and the roles they connected. A refusal is a value; an exception (`store.*`) means that the table could
 * not be used. Each change is recorded with the item that it changes, and with `by`: see `change.ts`.
 */
export type TenantRegistry = TenantReader & {
  /** Makes the tenant and its external ID. A tenant that left comes back with another external ID. */
  registerTenant(tenant: NewTenant, by: string): Promise<Tenant | RegistryRefusal>;
  /** Takes a tenant in as `migrating`. */
  importTenant(tenant: LegacyTenant, by: string): Promise<Tenant | RegistryRefusal>;
  /** Removes a tenant that this import brought in and that nothing has changed since. False: there is none. */
  undoImport(tenant: { readonly tenantId: string; readonly importId: string }): Promise<boolean>;
  /**
   * Writes the change if the tenant is still what was read (`before.version`), else refuses with `registry.stale`.
   * An external ID that is new must have been made by `newExternalId`.
   */
  changeTenant(before: Tenant, change: TenantChange, note: ChangeNote): Promise<Tenant | RegistryRefusal>;
  /** Makes an external ID that no tenant has or ever had, bound to this one. Undefined in a dedicated deployment. */
  newExternalId(tenantId: string): Promise<string | undefined>;
  /**
   * Connects a role, unproven. One role ARN belongs to one tenant; for a job and account exactly one role answers.
   * Asked again for the same tenant and the same jobs, it gives the role as it is; other jobs change it.
   */
  connectRole(role: NewRole, by: string): Promise<TenantRole | RegistryRefusal>;
  /**
   * Lets a role be used that awaits consent: exactly this ARN, for exactly these jobs, and not in the name of a principal
   * that had a part in connecting it. Asked again by whoever consented, it gives the role as it is.
   */
  consentToRole(role: NewRole, by: string): Promise<TenantRole | RegistryRefusal>;
  /** Removes the role and frees its ARN; its changes stay. */
  disconnectRole(role: TenantRole, by: string): Promise<TenantRole | RegistryRefusal>;
  /** The only way for a role to become trusted: by what its probes proved. */
  recordVerification(role: TenantRole, proof: TrustProof, by: string): Promise<TenantRole | RegistryRefusal>;
  /** The changes of a tenant and its roles, the newest first. */
  readChanges(tenantId: string, page: Page): Promise<PageOf<RecordedChange>>;
};

/** Lists for people and schedules, from indexes: they may lag behind, and hold no external ID. */
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

/** `after`: where the page before ended, opaque to whoever asks. */
export type Page = { readonly limit: number; readonly after?: string };
export type PageOf<Row> = { readonly rows: readonly Row[]; readonly next?: string };
