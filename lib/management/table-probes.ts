import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { BrokerError } from '../errors.ts';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import { switchIds, TENANT_RECORD } from '../platform/table-keys.ts';

/** Each asks its table for a write that cannot happen, and returns when nothing but the condition kept it from it. */
export type TableProbes = {
  tenants(): Promise<void>;
  switches(): Promise<void>;
  ledger(): Promise<void>;
};

export type TableProbeDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly tenantsTable: string; readonly switchesTable: string; readonly ledgerTable: string };
};

/** No tenant has this id, and even if one had, nothing would be written. */
export const NOBODY = 'no-such-tenant';
const NO_RECORD = 'req_none';

/** Whether this function may write where it has to, found out without writing. Throws `store.*`. */
export function makeTableProbes({ dynamo, config }: TableProbeDependencies): TableProbes {
  return {
    tenants: () =>
      tryWrite(() =>
        dynamo.send(
          new DeleteCommand({
            TableName: config.tenantsTable,
            Key: { tenantId: NOBODY, record: TENANT_RECORD },
            ConditionExpression: never('tenantId'),
          }),
        ),
      ),
    switches: () =>
      tryWrite(() =>
        dynamo.send(
          new DeleteCommand({
            TableName: config.switchesTable,
            Key: { switchId: switchIds.tenant(NOBODY) },
            ConditionExpression: never('switchId'),
          }),
        ),
      ),
    ledger: () =>
      tryWrite(() =>
        dynamo.send(
          new UpdateCommand({
            TableName: config.ledgerTable,
            Key: { recordId: NO_RECORD },
            UpdateExpression: 'REMOVE ticket',
            ConditionExpression: never('recordId'),
          }),
        ),
      ),
  };
}

/** True of no item and of no absence of one. */
function never(key: string): string {
  return `attribute_exists(${key}) AND attribute_not_exists(${key})`;
}

async function tryWrite(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isConditionFailed(error)) return;
    throw storeError(error, 'the table could not be written');
  }
  throw new BrokerError('internal', 'a write happened whose condition is true of nothing');
}
