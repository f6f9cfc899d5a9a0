import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCounters } from '../../lib/limits/dynamo-counters.ts';
import { makeRates } from '../../lib/limits/rates.ts';
import { makeStsShare } from '../../lib/limits/sts-share.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import { readUnits, refusedWriteUnits, writeUnits } from './figures/capacity-units.ts';
import { itemBytes } from './figures/item-size.ts';
import { type LocalTables, localTables } from './figures/local-tables.ts';
import { type MeteredCall, meteredStore } from './figures/metered-store.ts';

const sizes = [
  { what: 'text, in UTF-8', item: { a: 'é' }, bytes: 3 },
  { what: 'a number of two digits', item: { a: 12 }, bytes: 3 },
  { what: 'a number of three digits', item: { a: 123 }, bytes: 4 },
  { what: 'a negative number', item: { a: -12 }, bytes: 4 },
  { what: 'nought', item: { a: 0 }, bytes: 2 },
  { what: 'a boolean and null', item: { a: true, b: null }, bytes: 4 },
  { what: 'bytes', item: { a: new Uint8Array(10) }, bytes: 11 },
  { what: 'a list', item: { a: ['xx', 'yyy'] }, bytes: 1 + 3 + 2 + 5 },
  { what: 'a map', item: { a: { bc: 'xx' } }, bytes: 1 + 3 + 1 + 4 },
  { what: 'what is not there', item: { a: undefined }, bytes: 0 },
] as const;

describe('the size of an item', () => {
  it.each(sizes)('counts $what', ({ item, bytes }) => {
    expect(itemBytes(item)).toBe(bytes);
  });
});

const table = { keys: ['id'], indexes: [{ name: 'byDay', keys: ['day'], projected: ['kind'] }] };
const long = 'x'.repeat(1_500);
const writes = [
  { what: 'an item that is in no index', before: undefined, after: { id: '1' }, units: 1 },
  { what: 'an item that comes into an index', before: undefined, after: { id: '1', day: 'd' }, units: 2 },
  { what: 'an item that leaves one', before: { id: '1', day: 'd' }, after: { id: '1' }, units: 2 },
  { what: 'another key of an index', before: { id: '1', day: 'd' }, after: { id: '1', day: 'e' }, units: 3 },
  { what: 'a projected value', before: { id: '1', day: 'd' }, after: { id: '1', day: 'd', kind: 'k' }, units: 2 },
  { what: 'what an index does not hold', before: { id: '1', day: 'd' }, after: { id: '1', day: 'd', n: 1 }, units: 1 },
  { what: 'an item that was longer before', before: { id: '1', long }, after: { id: '1' }, units: 2 },
] as const;

describe('units', () => {
  it.each(writes)('of a write: $what', ({ before, after, units }) => {
    expect(writeUnits(table, before, after)).toBe(units);
  });

  it('of a write that is refused are those of what is there', () => {
    expect([refusedWriteUnits(undefined), refusedWriteUnits({ id: '1', long })]).toEqual([1, 2]);
  });

  it('of a read go by 4 KB, half for one that may be stale', () => {
    const units = [0, 4_096, 4_097].map((bytes) => readUnits(bytes, { consistent: true }));
    expect([...units, readUnits(4_097, { consistent: false })]).toEqual([1, 1, 2, 1]);
  });
});

describe('units as another implementation counts them', () => {
  let tables: LocalTables;
  beforeAll(async () => {
    tables = await localTables();
  });
  afterAll(() => tables.close());

  // dynalite counts a table's own units and none of its indexes: a table without any is compared.
  it('are the same for writes and readings of a table', async () => {
    const { calls, store } = metered(tables);
    const of = { TableName: 'test-limits', ReturnConsumedCapacity: 'TOTAL' } as const;
    const Key = { counter: 'a' };
    const values = { n: 12_345, m: -0.5, list: ['x', { y: true }], text: 'é'.repeat(1_000) };
    const answers = [
      await store.send(new PutCommand({ ...of, Item: { ...Key, ...values } })),
      await store.send(
        new UpdateCommand({
          ...of,
          Key,
          UpdateExpression: 'REMOVE #text',
          ExpressionAttributeNames: { '#text': 'text' },
        }),
      ),
      await store.send(new GetCommand({ ...of, Key, ConsistentRead: true })),
      await store.send(new PutCommand({ ...of, Item: { ...Key, text: 'x'.repeat(5_000) } })),
      await store.send(new GetCommand({ ...of, Key })),
      await store.send(new GetCommand({ ...of, Key: { counter: 'nobody' }, ConsistentRead: true })),
    ];
    expect(calls.map((call) => call.writeUnits + call.readUnits)).toEqual(answers.map(unitsIn));
    expect(answers.map(unitsIn)).toEqual([2, 2, 1, 5, 1, 1]);
  });

  it('of a row of the limits at the end of a busy minute are one', async () => {
    const { calls, store } = metered(tables);
    const dynamo = Object.assign(Object.create(tables.dynamo), { send: store.send });
    const clock = frozenClock();
    const counters = makeCounters({ dynamo, config: { limitsTable: 'test-limits' } });
    const perTenant = { requestsPerMinute: 600, concurrentIssuances: 600 };
    const rates = makeRates({ counters, clock }, { perTenant, stsCallsPerSecond: 300 });
    const share = makeStsShare({ counters, clock });
    for (let second = 0; second < 60; second += 1) {
      await rates.acquireForTenant('a'.repeat(63), { requests: 1, calls: 1 });
      await share.take(123, 300);
      clock.advance(1_000);
    }
    expect(calls.map((call) => call.writeUnits)).toEqual(Array.from({ length: 120 }, () => 1));
  });
});

/** The tables, with what each call costs. */
function metered({ dynamo }: LocalTables) {
  const calls: MeteredCall[] = [];
  // The client takes every command of its own; which one it is, it finds out itself.
  const send: (command: never) => Promise<object> = dynamo.send.bind(dynamo);
  const raw = (command: unknown): Promise<object> => Reflect.apply(send, dynamo, [command]);
  const store = meteredStore({ send: raw, items: async () => [], memory: undefined }, (call) => void calls.push(call));
  return { calls, store };
}

function unitsIn(answer: object): unknown {
  const capacity = 'ConsumedCapacity' in answer ? answer.ConsumedCapacity : undefined;
  return typeof capacity === 'object' && capacity !== null && 'CapacityUnits' in capacity
    ? capacity.CapacityUnits
    : undefined;
}
