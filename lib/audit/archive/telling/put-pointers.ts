import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { runConcurrently } from '../../../platform/run-concurrently.ts';
import { isConditionFailed, storeError } from '../../../platform/store-error.ts';
import type { PointerRecord } from './pointer-record.ts';

const AT_ONCE = 8;

/** Writes the pointers that are not there yet. Throws `store.*`: some of them may then have been written. */
export type PutPointers = (pointers: readonly PointerRecord[]) => Promise<void>;

export function makePutPointers({
  dynamo,
  config,
}: {
  readonly dynamo: Pick<DynamoDBDocumentClient, 'send'>;
  readonly config: { readonly ledgerTable: string };
}): PutPointers {
  return async (pointers) => {
    const outcomes = await runConcurrently(pointers, AT_ONCE, async (pointer) => {
      const isNew = 'attribute_not_exists(recordId)';
      const command = new PutCommand({ TableName: config.ledgerTable, Item: pointer, ConditionExpression: isNew });
      await dynamo.send(command).catch((error: unknown) => {
        if (!isConditionFailed(error)) throw storeError(error, 'a pointer could not be written');
      });
    });
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };
}
