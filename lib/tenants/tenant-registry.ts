import type { TrustFinding } from '../onboarding/trust-finding.ts';
import type { Tenant, TenantReading, TenantRole } from './tenant.ts';

/** What a tenant is registered with. There is no place for an external ID: it is made here. */
export type NewTenant = {
  readonly tenantId: string;
  readonly name: string;
  readonly enabledJobs: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
};

export type NewRole = {
  readonly tenantId: string;
  readonly roleArn: string;
  readonly jobs: 'all' | readonly string[];
};

export type RegistryRefusal = {
  readonly refused:
    | 'tenant.alreadyRegistered'
    | 'tenant.unknown'
    | 'tenant.idInvalid'
    | 'account.roleArnInvalid'
    | 'account.alreadyConnected'
    | 'registry.stale';
  readonly explanation: string;
};

/**
 * The tenants and the roles they connected. Every reading is consistent; an authorisation is never decided from an
 * index. A refusal is a value; an exception (`store.*`) means that the table could not be used.
 */
export type TenantRegistry = {
  /** The tenant and its roles, or only the roles of the named accounts; undefined when there is no such tenant. */
  readTenant(tenantId: string, accountIds?: readonly string[]): Promise<TenantReading | undefined>;
  /** Makes the tenant and its external ID. */
  registerTenant(tenant: NewTenant): Promise<Tenant | RegistryRefusal>;
  /** Connects a role, unproven. One role ARN belongs to one tenant. */
  connectRole(role: NewRole): Promise<TenantRole | RegistryRefusal>;
  /** The only way for a role to become trusted: by what probes of it found. */
  recordVerification(role: TenantRole, findings: readonly TrustFinding[]): Promise<TenantRole | RegistryRefusal>;
};
