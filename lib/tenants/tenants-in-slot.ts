import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { storeError } from '../platform/store-error.ts';
import { TENANT_RECORD, tenantIndexes } from '../platform/table-keys.ts';
import { type Tenant, tenantSchema } from './tenant.ts';

/**
 * What a schedule needs of a tenant. From an index, so it may lag behind: the request is decided later, consistently.
 */
export type SlotTenant = Pick<Tenant, 'tenantId' | 'status' | 'enabledJobs' | 'schedule'>;

export type SlotPage = {
  readonly slot: string;
  readonly limit: number;
  /** Only tenants whose id comes after this one; it need not be there itself. */
  readonly afterTenantId?: string | undefined;
};

/** A page of the tenants of a slot, whatever their status, in the order of their ids. Throws `store.*`. */
export type TenantsInSlot = (
  page: SlotPage,
) => Promise<{ readonly tenants: readonly SlotTenant[]; readonly isLast: boolean }>;

const { tenantId, status, enabledJobs, schedule } = tenantSchema.entries;
const rowSchema = v.object({ tenantId, status, enabledJobs, schedule });

export function makeTenantsInSlot({
  dynamo,
  config,
}: {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly tenantsTable: string };
}): TenantsInSlot {
  return async ({ slot, limit, afterTenantId }) => {
    // Only a tenant's own item has a slot: with the slot and its id, the key of any place in the index is known.
    const from = { slot, tenantId: afterTenantId, record: TENANT_RECORD };
    const query = new QueryCommand({
      TableName: config.tenantsTable,
      IndexName: tenantIndexes.bySlot,
      KeyConditionExpression: '#slot = :slot',
      ExpressionAttributeNames: { '#slot': 'slot' },
      ExpressionAttributeValues: { ':slot': slot },
      Limit: limit,
      ...(afterTenantId === undefined ? {} : { ExclusiveStartKey: from }),
    });
    try {
      const { Items = [], LastEvaluatedKey } = await dynamo.send(query);
      return { tenants: Items.map((item) => v.parse(rowSchema, item)), isLast: LastEvaluatedKey === undefined };
    } catch (error) {
      throw storeError(error, 'the tenants of a slot could not be read');
    }
  };
}
