import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { storeError } from '../platform/store-error.ts';
import { accountRolesPrefix, ROLES_PREFIX, TENANT_RECORD } from '../platform/table-keys.ts';
import { isLive, readStoredRole, readStoredTenant, roleOf, tenantOf } from './tenant-items.ts';
import type { TenantReader } from './tenant-registry.ts';
import { type TenantsTable, tenantsTable } from './tenants-table.ts';

/** For more accounts than this all roles of the tenant are read, instead of one query for each account. */
const ACCOUNTS_READ_ONE_BY_ONE = 25;

export type TenantReaderDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly tenantsTable: string };
};

/** Reads tenants and their roles for decisions: consistently, each item checked against its schema. */
export function makeTenantReader(dependencies: TenantReaderDependencies): TenantReader {
  const table = tenantsTable(dependencies);
  return {
    readTenant: async (tenantId, accountIds) => readTenant({ tenantId, accountIds }, table),
  };
}

type Wanted = { readonly tenantId: string; readonly accountIds: readonly string[] | undefined };

async function readTenant({ tenantId, accountIds }: Wanted, table: TenantsTable) {
  const named = accountIds === undefined ? undefined : new Set(accountIds);
  const each = named !== undefined && named.size <= ACCOUNTS_READ_ONE_BY_ONE;
  const prefixes = each ? [...named].map(accountRolesPrefix) : [ROLES_PREFIX];
  const [item, ...roleItems] = await Promise.all([
    table.read({ tenantId, record: TENANT_RECORD }),
    ...prefixes.map((prefix) => table.readAll({ tenantId, prefix })),
  ]);
  if (item === undefined) return undefined;
  try {
    const tenant = readStoredTenant(item);
    const roles = roleItems.flat().map(readStoredRole).filter(isLive);
    if (!isLive(tenant)) return undefined;
    return {
      tenant: tenantOf(tenant),
      roles: roles.filter(({ accountId }) => named?.has(accountId) ?? true).map(roleOf),
    };
  } catch (error) {
    throw storeError(error, 'the tenant could not be read');
  }
}
