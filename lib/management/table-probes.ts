import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { BrokerError } from '../errors.ts';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import { switchIds, TENANT_RECORD } from '../platform/table-keys.ts';

/** Each probe tries a write whose condition cannot hold, and returns if the condition alone prevented the write. */
export type TableProbes = {
  tenants(): Promise<void>;
  switches(): Promise<void>;
  ledger(): Promise<void>;
};

export type TableProbeDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly tenantsTable: string; readonly switchesTable: string; readonly ledgerTable: string };
};

/** No tenant has this id; even if one had, nothing would be written. */
export const NOBODY = 'no-such-tenant';
const NO_RECORD = 'req_none';

/** Finds out, without writing, whether this function may write where it has to. Throws `store.*`. */
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

/** A condition that holds neither for an item nor for the absence of one. */
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
