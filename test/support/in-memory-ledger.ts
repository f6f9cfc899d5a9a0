import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { type Issuance, issuanceSchema } from '../../lib/ledger/issuance.ts';
import type { Ledger } from '../../lib/ledger/ledger.ts';
import { type RequestRecord, requestRecordSchema } from '../../lib/ledger/request-record.ts';
import { strangersRecordSchema } from '../../lib/ledger/strangers-record.ts';
import { storeError } from '../../lib/platform/store-error.ts';

type Item = Readonly<Record<string, unknown>>;

/** The ledger in memory, held to the same contract as the one in DynamoDB. `items` is what is written, by id. */
export function inMemoryLedger(): Ledger & { readonly items: Map<string, Item> } {
  const items = new Map<string, Item>();

  function read<Schema extends v.GenericSchema>(schema: Schema, recordId: string): v.InferOutput<Schema> | undefined {
    const item = items.get(recordId);
    return item === undefined ? undefined : checked(schema, structuredClone(item));
  }

  function isOurs(after: Issuance): boolean {
    return read(issuanceSchema, after.recordId)?.trailHead === after.trailHead;
  }

  return {
    items,
    async recordRequest(record) {
      const item: RequestRecord = checked(requestRecordSchema, record);
      const there = read(requestRecordSchema, item.recordId);
      if (there !== undefined) return { first: false, record: there };
      items.set(item.recordId, structuredClone(item));
      return { first: true, record: item };
    },
    async recordStrangers(record) {
      const item = checked(strangersRecordSchema, record);
      if (!items.has(item.recordId)) items.set(item.recordId, item);
    },
    readRequest: async (requestId) => read(requestRecordSchema, requestId),
    readIssuance: async (issuanceId) => read(issuanceSchema, issuanceId),
    async open(issuance) {
      const item = checked(issuanceSchema, issuance);
      if (items.has(item.recordId)) return isOurs(item);
      items.set(item.recordId, structuredClone(item));
      return true;
    },
    async advance(before, after) {
      const item = checked(issuanceSchema, after);
      const there = items.get(before.recordId);
      const unmoved = there?.['trailHead'] === before.trailHead && there['state'] === before.state;
      if (!unmoved) return before.trailHead !== item.trailHead && isOurs(item);
      items.set(before.recordId, structuredClone(changed(there, before, item)));
      return true;
    },
    async postpone(issuanceId, dueAtMs) {
      const there = items.get(issuanceId);
      if (there?.['dueAtMs'] !== undefined) items.set(issuanceId, { ...there, dueAtMs });
    },
    async due({ nowMs, limit }) {
      return [...items]
        .map(([recordId, item]) => ({ recordId, dueAtMs: Number(item['dueAtMs'] ?? Number.NaN) }))
        .filter(({ dueAtMs }) => dueAtMs <= nowMs)
        .sort((one, other) => one.dueAtMs - other.dueAtMs)
        .slice(0, limit)
        .map(({ recordId }) => recordId);
    },
  };
}

/** Only what differs between `before` and `after` is changed; what others wrote stays. */
function changed(there: Item, before: Issuance, after: Issuance): Item {
  const old = new Map<string, unknown>(Object.entries(before));
  const set = Object.entries(after).filter(([name, value]) => !isDeepStrictEqual(value, old.get(name)));
  const kept = Object.entries(there).filter(([name]) => !old.has(name) || Object.hasOwn(after, name));
  return Object.fromEntries([...kept, ...set]);
}

function checked<Schema extends v.GenericSchema>(schema: Schema, item: unknown): v.InferOutput<Schema> {
  try {
    return v.parse(schema, item);
  } catch (error) {
    throw storeError(error, 'a record of the ledger');
  }
}
