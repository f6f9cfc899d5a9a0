import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../../errors.ts';
import { isConditionFailed, storeError } from '../../platform/store-error.ts';
import { counterIds } from '../../platform/table-keys.ts';
import { TENANT_ID } from '../../tenants/tenant.ts';

/**
 * Whether a role of this tenant may be paused without an operator having looked, and counts it for an hour. Tenants
 * are counted, not roles: a customer may well end our sessions in all of its accounts at once. That many customers do
 * so within one hour is more likely due to a job that lies, or to a release that calls something they deny. Throws
 * `store.*`, and is to be tried again then.
 */
export type PauseLimit = (pause: { readonly tenantId: string; readonly nowMs: number }) => Promise<boolean>;

/** Tenants whose roles may be paused within an hour. */
export const MOST_TENANTS = 5;
const WINDOW_MS = 3_600_000;
/** How often the row is read again because somebody wrote it meanwhile. */
const ROUNDS = 10;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** A row of the limits table. Should it be lost, only the count of the last hour is. */
const rowSchema = v.object({
  tenants: v.array(v.object({ tenantId: v.pipe(v.string(), v.regex(TENANT_ID)), pausedAtMs: count })),
  version: count,
});
type Row = v.InferOutput<typeof rowSchema>;

type Dependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly limitsTable: string };
};

/** The limit that every process of verify-trust shares: one row, each write of which depends on what was read. */
export function makePauseLimit(dependencies: Dependencies): PauseLimit {
  return async ({ tenantId, nowMs }) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { tenants, version } = await read(dependencies);
      const recent = tenants.filter(({ pausedAtMs }) => nowMs - pausedAtMs < WINDOW_MS);
      if (recent.some((one) => one.tenantId === tenantId)) return true;
      if (recent.length >= MOST_TENANTS) return false;
      const row = { tenants: [...recent, { tenantId, pausedAtMs: nowMs }], version: version + 1 };
      if (await write(row, dependencies)) return true;
    }
    throw new BrokerError('store.busy', 'the limit on pauses was written again and again meanwhile');
  };
}

const key = { counter: counterIds.pauses };

async function read({ dynamo, config }: Dependencies): Promise<Row> {
  try {
    const { Item } = await dynamo.send(
      new GetCommand({ TableName: config.limitsTable, Key: key, ConsistentRead: true }),
    );
    // Stryker disable next-line ArrayDeclaration: a member without a time is none of the last hour, whatever it is.
    return Item === undefined ? { tenants: [], version: 0 } : v.parse(rowSchema, Item);
  } catch (error) {
    throw storeError(error, 'the limit on pauses could not be read');
  }
}

/** False when somebody else wrote it meanwhile. */
async function write(row: Row, { dynamo, config }: Dependencies): Promise<boolean> {
  try {
    await dynamo.send(
      new PutCommand({
        TableName: config.limitsTable,
        Item: { ...key, ...row },
        ConditionExpression: 'attribute_not_exists(#version) OR #version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': row.version - 1 },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw storeError(error, 'the limit on pauses could not be written');
  }
}
