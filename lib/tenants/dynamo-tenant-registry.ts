import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { BrokerError } from '../errors.ts';
import { type TrustFinding, trustStatus } from '../onboarding/trust-finding.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import { roleRecord, TENANT_RECORD } from '../platform/table-keys.ts';
import { makeExternalId } from './external-id.ts';
import { type RoleArnRules, readRoleArn } from './role-arn.ts';
import { TENANT_ID, type Tenant, type TenantRole } from './tenant.ts';
import { type TenantItems, tenantItems } from './tenant-items.ts';
import type { NewRole, NewTenant, RegistryRefusal, TenantRegistry } from './tenant-registry.ts';

export type TenantRegistryDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly config: {
    readonly tenantsTable: string;
    readonly deploymentId: string;
    readonly roleArnRules: RoleArnRules;
  };
};

/** The registry in DynamoDB: single conditional writes, consistent reads, every item checked against its schema. */
export function makeTenantRegistry(dependencies: TenantRegistryDependencies): TenantRegistry {
  const items = tenantItems({ dynamo: dependencies.dynamo, table: dependencies.config.tenantsTable });
  return {
    readTenant: items.read,
    registerTenant: (tenant) => registerTenant(tenant, { ...dependencies, items }),
    connectRole: (role) => connectRole(role, { ...dependencies, items }),
    recordVerification: (role, findings) => recordVerification(role, findings, { ...dependencies, items }),
  };
}

type Writing = TenantRegistryDependencies & { readonly items: TenantItems };

async function registerTenant(tenant: NewTenant, { items, clock, ids, config }: Writing) {
  if (!TENANT_ID.test(tenant.tenantId)) {
    return refusal('tenant.idInvalid', 'a tenant id is 2 to 63 of a-z, 0-9 and inner hyphens');
  }
  const externalId = makeExternalId(config.deploymentId, ids);
  // The binding comes first: two tenants never share an external ID, even if the source of randomness fails.
  const unique = await items.bind('external-id', { value: externalId, tenantId: tenant.tenantId });
  if (!unique) throw new BrokerError('internal', 'an external ID was made twice: the source of randomness is broken');
  const item: Tenant = {
    tenantId: tenant.tenantId,
    record: TENANT_RECORD,
    name: tenant.name,
    status: 'active',
    externalIds: { current: externalId },
    enabledJobs: [...tenant.enabledJobs],
    settings: { ...tenant.settings },
    version: 1,
    createdAtMs: clock.nowMs(),
  };
  const made = await items.create(item);
  return made ? item : refusal('tenant.alreadyRegistered', 'a tenant with this id is registered already');
}

async function connectRole(role: NewRole, { items, config }: Writing) {
  const reading = readRoleArn(role.roleArn, config.roleArnRules);
  if (!reading.valid) return refusal('account.roleArnInvalid', reading.problem);
  const tenant = await items.read(role.tenantId, []);
  if (tenant === undefined) return refusal('tenant.unknown', 'no tenant has this id');
  // The message is the same whoever holds the role: a tenant learns nothing of another.
  const mine = await items.bind('role-arn', { value: role.roleArn, tenantId: role.tenantId });
  if (!mine) return refusal('account.alreadyConnected', 'this role cannot be connected to this tenant');
  const item: TenantRole = {
    tenantId: role.tenantId,
    record: roleRecord({ accountId: reading.parts.accountId, roleName: reading.parts.name }),
    accountId: reading.parts.accountId,
    roleArn: role.roleArn,
    jobs: role.jobs === 'all' ? 'all' : [...role.jobs],
    status: 'pending',
    externalIdSlot: 'current',
    findings: [],
    version: 1,
  };
  const made = await items.create(item);
  return made ? item : refusal('account.alreadyConnected', 'this role is connected already');
}

async function recordVerification(
  role: TenantRole,
  findings: readonly TrustFinding[],
  { items, clock }: Writing,
): Promise<TenantRole | RegistryRefusal> {
  const proven = {
    status: trustStatus(findings),
    findings: [...findings],
    verifiedAtMs: clock.nowMs(),
    version: role.version + 1,
  };
  const written = await items.recordProof(role, proven);
  return written ?? refusal('registry.stale', 'the role was changed meanwhile; read it and verify again');
}

function refusal(refused: RegistryRefusal['refused'], explanation: string): RegistryRefusal {
  return { refused, explanation };
}
