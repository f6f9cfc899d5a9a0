import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { storeError } from '../platform/store-error.ts';
import { ledgerIndexes } from '../platform/table-keys.ts';

/**
 * The ids of a tenant's issuances that were recorded since then, the newest first: from an index, which may lag behind,
 * so that each is read before it is acted on.
 */
export type TenantIssuances = (of: {
  readonly tenantId: string;
  readonly sinceMs: number;
}) => Promise<readonly string[]>;

export function makeTenantIssuances({ dynamo, config }: TenantIssuancesDependencies): TenantIssuances {
  return async ({ tenantId, sinceMs }) => {
    const found: string[] = [];
    let from: Record<string, unknown> | undefined;
    try {
      do {
        const page = await dynamo.send(
          new QueryCommand({
            TableName: config.ledgerTable,
            IndexName: ledgerIndexes.byTenant,
            KeyConditionExpression: '#tenantId = :tenantId AND #recordedAtMs >= :sinceMs',
            ExpressionAttributeNames: { '#tenantId': 'tenantId', '#recordedAtMs': 'recordedAtMs' },
            ExpressionAttributeValues: { ':tenantId': tenantId, ':sinceMs': sinceMs },
            ScanIndexForward: false,
            ExclusiveStartKey: from,
          }),
        );
        const ids = v.parse(keysSchema, page.Items ?? []).map(({ recordId }) => recordId);
        for (const id of ids.filter((candidate) => ISSUANCE_ID.test(candidate))) found.push(id);
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
      return found;
    } catch (error) {
      throw storeError(error, "the index of the tenant's issuances could not be read");
    }
  };
}

export type TenantIssuancesDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly ledgerTable: string };
};

/** Requests and probes bear the tenant too. */
const ISSUANCE_ID = /^[a-z0-9-]+\.[a-z2-7]{32}$/;
const keysSchema = v.array(v.object({ recordId: v.string() }));
