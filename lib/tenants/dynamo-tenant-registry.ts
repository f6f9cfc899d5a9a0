import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import { type TrustFinding, trustStatus } from '../onboarding/trust-finding.ts';
import type { Clock } from '../platform/clock.ts';
import { type Ids, sha256Hex } from '../platform/ids.ts';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import {
  accountRolesPrefix,
  BINDING_RECORD,
  bindingPartition,
  roleRecord,
  TENANT_RECORD,
} from '../platform/table-keys.ts';
import { makeExternalId } from './external-id.ts';
import { type RoleArnRules, readRoleArn } from './role-arn.ts';
import { TENANT_ID, type Tenant, type TenantRole, tenantRoleSchema, tenantSchema } from './tenant.ts';
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

/** Above this, all roles of the tenant are read: a request may name a thousand accounts, and each would be a query. */
const ACCOUNTS_READ_ONE_BY_ONE = 25;

/** The registry in DynamoDB: single conditional writes, consistent reads, every item checked against its schema. */
export function makeTenantRegistry(dependencies: TenantRegistryDependencies): TenantRegistry {
  const items = tenantItems(dependencies);
  return {
    readTenant: items.read,
    registerTenant: (tenant) => registerTenant(tenant, { ...dependencies, items }),
    connectRole: (role) => connectRole(role, { ...dependencies, items }),
    recordVerification: (role, findings) => recordVerification(role, findings, { ...dependencies, items }),
  };
}

type Items = ReturnType<typeof tenantItems>;
type Writing = TenantRegistryDependencies & { readonly items: Items };

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
  const made = await items.put(item, { expectedVersion: 0 });
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
  const made = await items.put(item, { expectedVersion: 0 });
  return made ? item : refusal('account.alreadyConnected', 'this role is connected already');
}

async function recordVerification(
  role: TenantRole,
  findings: readonly TrustFinding[],
  { items, clock }: Writing,
): Promise<TenantRole | RegistryRefusal> {
  const verified: TenantRole = {
    ...role,
    status: trustStatus(findings),
    findings: [...findings],
    verifiedAtMs: clock.nowMs(),
    version: role.version + 1,
  };
  const written = await items.put(verified, { expectedVersion: role.version });
  return written ? verified : refusal('registry.stale', 'the role was changed meanwhile; read it and verify again');
}

function refusal(refused: RegistryRefusal['refused'], explanation: string): RegistryRefusal {
  return { refused, explanation };
}

/** Reads and writes of the items, each one call, each error rebuilt as a `store.*`. */
function tenantItems({ dynamo, config }: TenantRegistryDependencies) {
  const table = config.tenantsTable;

  async function query(tenantId: string, recordPrefix: string): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await dynamo.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: '#tenantId = :tenantId AND begins_with(#record, :prefix)',
          ExpressionAttributeNames: { '#tenantId': 'tenantId', '#record': 'record' },
          ExpressionAttributeValues: { ':tenantId': tenantId, ':prefix': recordPrefix },
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      found.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return found;
  }

  async function readItem(tenantId: string, record: string) {
    const answer = await dynamo.send(
      new GetCommand({ TableName: table, Key: { tenantId, record }, ConsistentRead: true }),
    );
    return answer.Item;
  }

  return {
    async read(tenantId: string, accountIds?: readonly string[]) {
      try {
        const named = accountIds === undefined ? undefined : new Set(accountIds);
        const each = named !== undefined && named.size <= ACCOUNTS_READ_ONE_BY_ONE;
        const prefixes = each ? [...named].map(accountRolesPrefix) : ['role#'];
        const [tenant, ...roles] = await Promise.all([
          readItem(tenantId, TENANT_RECORD),
          ...prefixes.map((prefix) => query(tenantId, prefix)),
        ]);
        if (tenant === undefined) return undefined;
        const found = v.parse(v.array(tenantRoleSchema), roles.flat());
        return {
          tenant: v.parse(tenantSchema, tenant),
          roles: found.filter(({ accountId }) => named?.has(accountId) ?? true),
        };
      } catch (error) {
        throw storeError(error, 'the tenant could not be read');
      }
    },

    /** Writes the item if its version is still the expected one (0: it must not exist). False when it is not. */
    async put(item: Tenant | TenantRole, { expectedVersion }: { expectedVersion: number }): Promise<boolean> {
      try {
        const condition =
          expectedVersion === 0
            ? { ConditionExpression: 'attribute_not_exists(tenantId)' }
            : {
                ConditionExpression: '#version = :expected',
                ExpressionAttributeNames: { '#version': 'version' },
                ExpressionAttributeValues: { ':expected': expectedVersion },
              };
        await dynamo.send(new PutCommand({ TableName: table, Item: item, ...condition }));
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw storeError(error, 'the tenant could not be written');
      }
    },

    /** Says that this tenant holds this value; false when another does. */
    async bind(kind: 'role-arn' | 'external-id', { value, tenantId }: { value: string; tenantId: string }) {
      try {
        await dynamo.send(
          new PutCommand({
            TableName: table,
            Item: { tenantId: bindingPartition(kind, sha256Hex(value)), record: BINDING_RECORD, owner: tenantId },
            ConditionExpression: 'attribute_not_exists(tenantId) OR #owner = :owner',
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: { ':owner': tenantId },
          }),
        );
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw storeError(error, 'the binding could not be written');
      }
    },
  };
}
