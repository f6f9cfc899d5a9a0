import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import { storeError } from '../platform/store-error.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import { type Issuance, issuanceSchema } from './issuance.ts';
import { issuanceUpdate } from './issuance-update.ts';
import type { Ledger } from './ledger.ts';
import { type LedgerItems, makeLedgerItems } from './ledger-items.ts';
import { type RequestRecord, requestRecordSchema } from './request-record.ts';
import { strangersRecordSchema } from './strangers-record.ts';
import { issuanceTransition, requestTransition, strangersTransition } from './transition-lines.ts';

export type LedgerDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly log: TransitionLog;
  readonly config: { readonly ledgerTable: string };
};

/**
 * The ledger in DynamoDB. Every item is checked against its closed schema before it is written, and every write that
 * happened is logged as one transition.
 */
export function makeLedger({ dynamo, log, config }: LedgerDependencies): Ledger {
  const items = makeLedgerItems(dynamo, config.ledgerTable);
  return {
    readRequest: (requestId) => readRequest(items, requestId),
    readIssuance: (issuanceId) => readIssuance(items, issuanceId),
    due: items.due,

    async recordRequest(record) {
      const item = checked(requestRecordSchema, record);
      if (await items.putNew(item)) {
        log.transition(requestTransition(item));
        return { first: true, record: item };
      }
      const there = await readRequest(items, item.recordId);
      if (there === undefined) throw new BrokerError('store.unavailable', 'a request was there and is gone');
      return { first: false, record: there };
    },

    async recordStrangers(record) {
      const item = checked(strangersRecordSchema, record);
      if (await items.putNew(item)) log.transition(strangersTransition(item));
    },

    async open(issuance) {
      const item = checked(issuanceSchema, issuance);
      const written = (await items.putNew(item)) || (await isOurs(items, item));
      if (written) log.transition(issuanceTransition(item));
      return written;
    },

    async advance(before, after) {
      const item = checked(issuanceSchema, after);
      const newEntry = before.trailHead !== item.trailHead;
      const written = await items.update(issuanceUpdate(before, item));
      if (!written && !(newEntry && (await isOurs(items, item)))) return false;
      if (newEntry) log.transition(issuanceTransition(item));
      return true;
    },

    async postpone(issuanceId, dueAtMs) {
      await items.update({
        Key: { recordId: issuanceId },
        UpdateExpression: 'SET #dueAtMs = :dueAtMs',
        ConditionExpression: 'attribute_exists(#dueAtMs)',
        ExpressionAttributeNames: { '#dueAtMs': 'dueAtMs' },
        ExpressionAttributeValues: { ':dueAtMs': dueAtMs },
      });
    },
  };
}

async function readRequest(items: LedgerItems, requestId: string): Promise<RequestRecord | undefined> {
  const item = await items.read(requestId);
  return item === undefined ? undefined : checked(requestRecordSchema, item);
}

async function readIssuance(items: LedgerItems, issuanceId: string): Promise<Issuance | undefined> {
  const item = await items.read(issuanceId);
  return item === undefined ? undefined : checked(issuanceSchema, item);
}

/**
 * Whether a conditional write failed because our own first try of it had succeeded and its answer was lost. Our entry
 * is the last of the trail then. When another entry follows it, somebody has changed the issuance since (a suspension
 * ended it, say), and it is no longer ours to go on with.
 */
async function isOurs(items: LedgerItems, after: Issuance): Promise<boolean> {
  const there = await readIssuance(items, after.recordId);
  return there?.trailHead === after.trailHead;
}

function checked<Schema extends v.GenericSchema>(schema: Schema, item: unknown): v.InferOutput<Schema> {
  try {
    return v.parse(schema, item);
  } catch (error) {
    throw storeError(error, 'a record of the ledger');
  }
}
