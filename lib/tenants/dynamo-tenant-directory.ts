import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { TrustFinding } from '../onboarding/trust/trust-finding.ts';
import { storeError } from '../platform/store-error.ts';
import { ROLES_PREFIX, TENANT_RECORD, tenantIndexes } from '../platform/table-keys.ts';
import { readPageToken, writePageToken } from './page-token.ts';
import { TENANT_ID, tenantRoleSchema, tenantSchema } from './tenant.ts';
import type { Page, PageOf, TenantDirectory } from './tenant-registry.ts';

export type TenantDirectoryDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly tenantsTable: string };
};

/** Lists tenants and roles. Each page is one query of an index; a list by finding takes as many as it needs. */
export function makeTenantDirectory({ dynamo, config }: TenantDirectoryDependencies): TenantDirectory {
  const index = { dynamo, tableName: config.tenantsTable };
  return {
    listTenants: ({ status, ...page }) =>
      readPage({ partition: ['status', status], row: listedTenantSchema, page }, index),
    listRoles: ({ status, finding, ...page }) =>
      readPage({ partition: ['status', status], row: listedRoleSchema, page, finding }, index),
    rolesInVerifySlot: ({ slot, ...page }) =>
      readPage({ partition: ['verifySlot', slot], row: slotRoleSchema, page }, index),
  };
}

const tenant = tenantSchema.entries;
const role = tenantRoleSchema.entries;

// Other attributes are dropped: the index of an older deployment may have more of them.
const listedTenantSchema = v.object({
  tenantId: tenant.tenantId,
  record: v.literal(TENANT_RECORD),
  name: tenant.name,
  status: tenant.status,
  enabledJobs: tenant.enabledJobs,
  schedule: tenant.schedule,
  rotation: tenant.rotation,
  createdAtMs: tenant.createdAtMs,
});
const listedRoleSchema = v.object({
  tenantId: role.tenantId,
  record: role.record,
  accountId: role.accountId,
  roleArn: role.roleArn,
  status: role.status,
  findings: role.findings,
  verifiedAtMs: role.verifiedAtMs,
});
const slotRoleSchema = v.object({ tenantId: role.tenantId, record: role.record });

const positionSchema = v.strictObject({
  tenantId: v.pipe(v.string(), v.regex(TENANT_ID)),
  record: v.pipe(
    v.string(),
    v.maxLength(100),
    v.check((record) => record === TENANT_RECORD || record.startsWith(ROLES_PREFIX)),
  ),
});
type Position = v.InferOutput<typeof positionSchema>;

type Index = { readonly dynamo: DynamoDBDocumentClient; readonly tableName: string };
type Wanted<Row> = {
  /** The partition key of the index and its value. A page token holds neither. */
  readonly partition: readonly [attribute: 'status' | 'verifySlot', value: string];
  readonly row: v.GenericSchema<unknown, Row>;
  readonly page: Page;
  readonly finding?: TrustFinding | undefined;
};

/**
 * How many rows one query for a finding reads, and how many queries a page takes: it may have fewer rows than asked.
 */
const LOOKED_AT = 500;
const QUERIES = 10;

async function readPage<Row extends Position>(wanted: Wanted<Row>, index: Index): Promise<PageOf<Row>> {
  const { page, finding } = wanted;
  const rows: Row[] = [];
  let position = page.after === undefined ? undefined : readPageToken(positionSchema, page.after);
  for (let query = 0; query < QUERIES; query += 1) {
    const limit = finding === undefined ? page.limit : LOOKED_AT;
    const { found, last } = await readRows(wanted, { position, limit }, index);
    rows.push(...found);
    if (rows.length > page.limit) return cut(rows, page.limit);
    position = last;
    if (position === undefined || rows.length === page.limit || finding === undefined) break;
  }
  return { rows, ...(position === undefined ? {} : { next: writePageToken(position) }) };
}

function cut<Row extends Position>(rows: readonly Row[], limit: number): PageOf<Row> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { rows: kept, ...(last === undefined ? {} : { next: writePageToken(positionOf(last)) }) };
}

async function readRows<Row>(
  { partition: [attribute, value], row, finding }: Wanted<Row>,
  { position, limit }: { readonly position: Position | undefined; readonly limit: number },
  { dynamo, tableName }: Index,
) {
  const names = { '#partition': attribute, ...(finding === undefined ? {} : { '#findings': 'findings' }) };
  const query: QueryCommandInput = {
    TableName: tableName,
    IndexName: attribute === 'status' ? tenantIndexes.byStatus : tenantIndexes.byVerifySlot,
    KeyConditionExpression: '#partition = :partition',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ':partition': value, ...(finding === undefined ? {} : { ':finding': finding }) },
    Limit: limit,
    ...(finding === undefined ? {} : { FilterExpression: 'contains(#findings, :finding)' }),
    ...(position === undefined ? {} : { ExclusiveStartKey: { [attribute]: value, ...position } }),
  };
  try {
    const { Items = [], LastEvaluatedKey } = await dynamo.send(new QueryCommand(query));
    const found = Items.map((item) => v.parse(row, item));
    const last = LastEvaluatedKey === undefined ? undefined : v.parse(lastKeySchema, LastEvaluatedKey);
    return { found, last };
  } catch (error) {
    throw storeError(error, 'a list of tenants could not be read');
  }
}

const lastKeySchema = v.object(positionSchema.entries);

function positionOf({ tenantId, record }: Position): Position {
  return { tenantId, record };
}
