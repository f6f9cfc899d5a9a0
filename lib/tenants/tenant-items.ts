import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { sha256Hex } from '../platform/ids.ts';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import { accountRolesPrefix, BINDING_RECORD, bindingPartition, TENANT_RECORD } from '../platform/table-keys.ts';
import { type Tenant, type TenantRole, tenantRoleSchema, tenantSchema } from './tenant.ts';

/** Above this, all roles of the tenant are read: a request may name a thousand accounts, and each would be a query. */
const ACCOUNTS_READ_ONE_BY_ONE = 25;

export type TenantItems = ReturnType<typeof tenantItems>;

/** Reads and writes of the items, each one call, each error rebuilt as a `store.*`. */
export function tenantItems({ dynamo, table }: { readonly dynamo: DynamoDBDocumentClient; readonly table: string }) {
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

    /** Writes a new item. False when there is one already. */
    async create(item: Tenant | TenantRole): Promise<boolean> {
      try {
        const isNew = 'attribute_not_exists(tenantId)';
        await dynamo.send(new PutCommand({ TableName: table, Item: item, ConditionExpression: isNew }));
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw storeError(error, 'the tenant could not be written');
      }
    },

    /** Writes what was proven of a role, and nothing else of it, if it is still the role that was probed; gives the role. */
    async recordProof(role: TenantRole, proven: Pick<TenantRole, 'status' | 'findings' | 'verifiedAtMs' | 'version'>) {
      try {
        const names = Object.keys(proven);
        const sameVersion = '#version = :expected';
        const sameRole = '#roleArn = :roleArn';
        const { Attributes } = await dynamo.send(
          new UpdateCommand({
            TableName: table,
            Key: { tenantId: role.tenantId, record: role.record },
            UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
            ConditionExpression: `${sameVersion} AND ${sameRole}`,
            ExpressionAttributeNames: Object.fromEntries([...names, 'roleArn'].map((name) => [`#${name}`, name])),
            ExpressionAttributeValues: {
              ...Object.fromEntries(Object.entries(proven).map(([name, value]) => [`:${name}`, value])),
              ':expected': role.version,
              ':roleArn': role.roleArn,
            },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return v.parse(tenantRoleSchema, Attributes);
      } catch (error) {
        if (isConditionFailed(error)) return undefined;
        throw storeError(error, 'the role could not be written');
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
