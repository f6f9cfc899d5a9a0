import { isDeepStrictEqual } from 'node:util';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import { DUE_SHARD, ledgerIndexes } from '../platform/table-keys.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import { type Issuance, issuanceSchema } from './issuance.ts';
import type { Ledger } from './ledger.ts';
import { requestRecordSchema } from './request-record.ts';
import { issuanceTransition, requestTransition } from './transition-lines.ts';

export type LedgerDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly log: TransitionLog;
  readonly config: { readonly ledgerTable: string };
};

/**
 * The ledger in DynamoDB. What is written is checked against the closed schema first; each write that happened is
 * logged as one transition.
 */
export function makeLedger({ dynamo, log, config }: LedgerDependencies): Ledger {
  const table = config.ledgerTable;

  async function read(recordId: string): Promise<unknown> {
    try {
      const answer = await dynamo.send(new GetCommand({ TableName: table, Key: { recordId }, ConsistentRead: true }));
      return answer.Item;
    } catch (error) {
      throw storeError(error, 'the ledger could not be read');
    }
  }

  async function readIssuance(issuanceId: string): Promise<Issuance | undefined> {
    const item = await read(issuanceId);
    return item === undefined ? undefined : checked(issuanceSchema, item);
  }

  /** True when the item was written, false when one with this id stands there. */
  async function putNew(item: object): Promise<boolean> {
    try {
      const Item: Record<string, unknown> = { ...item };
      await dynamo.send(
        new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(recordId)' }),
      );
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw storeError(error, 'the ledger could not be written');
    }
  }

  /** Was a conditional write that failed our own, whose answer was lost? Its entry is then in the trail. */
  async function isOurs(after: Issuance): Promise<boolean> {
    const there = await readIssuance(after.recordId);
    return there?.trail.some((entry) => entry.hash === after.trailHead) ?? false;
  }

  return {
    readIssuance,

    async recordRequest(record) {
      const item = checked(requestRecordSchema, record);
      if (await putNew(item)) {
        log.transition(requestTransition(item));
        return { first: true, record: item };
      }
      const there = await read(record.recordId);
      if (there === undefined) throw new BrokerError('store.unavailable', 'a request was there and is gone');
      return { first: false, record: checked(requestRecordSchema, there) };
    },

    async readRequest(requestId) {
      const item = await read(requestId);
      return item === undefined ? undefined : checked(requestRecordSchema, item);
    },

    async open(issuance) {
      const item = checked(issuanceSchema, issuance);
      const written = (await putNew(item)) || (await isOurs(item));
      if (written) log.transition(issuanceTransition(item));
      return written;
    },

    async advance(before, after) {
      const item = checked(issuanceSchema, after);
      const newEntry = before.trailHead !== item.trailHead;
      const written = await update(dynamo, changeOf(before, item, table));
      if (!written && !(newEntry && (await isOurs(item)))) return false;
      if (newEntry) log.transition(issuanceTransition(item));
      return true;
    },

    async postpone(issuanceId, dueAtMs) {
      await update(dynamo, {
        TableName: table,
        Key: { recordId: issuanceId },
        UpdateExpression: 'SET #dueAtMs = :dueAtMs',
        ConditionExpression: 'attribute_exists(#dueAtMs)',
        ExpressionAttributeNames: { '#dueAtMs': 'dueAtMs' },
        ExpressionAttributeValues: { ':dueAtMs': dueAtMs },
      });
    },

    async due({ nowMs, limit }) {
      try {
        const page = await dynamo.send(
          new QueryCommand({
            TableName: table,
            IndexName: ledgerIndexes.due,
            KeyConditionExpression: '#shard = :shard AND #dueAtMs <= :nowMs',
            ExpressionAttributeNames: { '#shard': 'dueShard', '#dueAtMs': 'dueAtMs' },
            ExpressionAttributeValues: { ':shard': DUE_SHARD, ':nowMs': nowMs },
            Limit: limit,
          }),
        );
        return v.parse(v.array(v.object({ recordId: v.string() })), page.Items ?? []).map((item) => item.recordId);
      } catch (error) {
        throw storeError(error, 'the due index could not be read');
      }
    },
  };
}

async function update(dynamo: DynamoDBDocumentClient, input: UpdateCommandInput): Promise<boolean> {
  try {
    await dynamo.send(new UpdateCommand(input));
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw storeError(error, 'the ledger could not be written');
  }
}

/**
 * The update that turns `before` into `after`: only the attributes that differ are named, and the trail is appended
 * to, so that a write of the broker never touches what a job or the audit wrote.
 */
function changeOf(before: Issuance, after: Issuance, table: string): UpdateCommandInput {
  const old = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(after).filter(
    ([name, value]) => name !== 'trail' && !isDeepStrictEqual(value, old.get(name)),
  );
  const removed = [...old.keys()].filter((name) => !Object.hasOwn(after, name));
  const newEntries = after.trail.slice(before.trail.length);

  const sets = changed.map(([name]) => `#${name} = :${name}`);
  if (newEntries.length > 0) sets.push('#trail = list_append(#trail, :newEntries)');
  // DynamoDB refuses an update without a change; the condition is asked all the same.
  if (sets.length === 0 && removed.length === 0) sets.push('#trailHead = :oldHead');
  const setClause = sets.length === 0 ? '' : `SET ${sets.join(', ')}`;
  const removeClause = removed.length === 0 ? '' : ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}`;

  // Nobody wrote to the trail since, and the job did not move the state, which it does without the trail.
  const trailUnmoved = '#trailHead = :oldHead';
  const stateUnmoved = '#state = :oldState';
  const names = [...changed.map(([name]) => name), ...removed, 'trailHead', 'state'];
  if (newEntries.length > 0) names.push('trail');
  return {
    TableName: table,
    Key: { recordId: before.recordId },
    UpdateExpression: `${setClause}${removeClause}`,
    ConditionExpression: `${trailUnmoved} AND ${stateUnmoved}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(changed.map(([name, value]) => [`:${name}`, value])),
      ...(newEntries.length > 0 ? { ':newEntries': newEntries } : {}),
      ':oldHead': before.trailHead,
      ':oldState': before.state,
    },
  };
}

function checked<Schema extends v.GenericSchema>(schema: Schema, item: unknown): v.InferOutput<Schema> {
  try {
    return v.parse(schema, item);
  } catch (error) {
    throw storeError(error, 'a record of the ledger');
  }
}
