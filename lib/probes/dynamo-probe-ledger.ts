import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { makeLedgerItems } from '../ledger/ledger-items.ts';
import { storeError } from '../platform/store-error.ts';
import type { ProbeLedger } from './probe-ledger.ts';
import { type ProbeRecord, probeRecordSchema } from './probe-record.ts';

export type ProbeLedgerDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly ledgerTable: string };
};

/** Probes in the ledger's table, each checked against its closed schema when it is written and when it is read. */
export function makeProbeLedger({ dynamo, config }: ProbeLedgerDependencies): ProbeLedger {
  const items = makeLedgerItems(dynamo, config.ledgerTable);

  async function read(probeId: string): Promise<ProbeRecord | undefined> {
    const item = await items.read(probeId);
    return item === undefined ? undefined : checked(item);
  }

  /** Whether a conditional write failed because our own first try of it had succeeded and its answer was lost. */
  const isOurs = async (record: ProbeRecord) => isDeepStrictEqual(await read(record.recordId), record);

  return {
    read,

    async open(record) {
      const item = checked(record);
      return (await items.putNew(item)) || isOurs(item);
    },

    start: ({ recordId }, calledAtMs) =>
      items.update({
        Key: { recordId },
        UpdateExpression: 'SET #calledAtMs = :calledAtMs',
        ConditionExpression: '#outcome = :open AND attribute_not_exists(#calledAtMs)',
        ExpressionAttributeNames: { '#calledAtMs': 'calledAtMs', '#outcome': 'outcome' },
        ExpressionAttributeValues: { ':calledAtMs': calledAtMs, ':open': 'open' },
      }),

    async close(record) {
      const item = checked(record);
      return (await items.update(closing(item))) || isOurs(item);
    },
  };
}

/** Writes the outcome of the call, and leaves the rest of the record as it is. */
function closing(record: ProbeRecord) {
  const { recordId, calledAtMs } = record;
  const { outcome, answeredAtMs, code, lastAccessKeyId, lastStsRequestId, expiresAtMs } = record;
  const brought = { outcome, answeredAtMs, code, lastAccessKeyId, lastStsRequestId, expiresAtMs };
  const set = Object.entries(brought).filter(([, value]) => value !== undefined);
  return {
    Key: { recordId },
    UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    // Only the call that was announced: a record that nobody called under has no outcome.
    ConditionExpression: '#outcome = :open AND #calledAtMs = :calledAtMs',
    ExpressionAttributeNames: {
      ...Object.fromEntries(set.map(([name]) => [`#${name}`, name])),
      '#calledAtMs': 'calledAtMs',
    },
    ExpressionAttributeValues: {
      ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
      ':open': 'open',
      ':calledAtMs': calledAtMs,
    },
  };
}

function checked(item: unknown): ProbeRecord {
  try {
    return v.parse(probeRecordSchema, item);
  } catch (error) {
    throw storeError(error, 'the record of a probe');
  }
}
