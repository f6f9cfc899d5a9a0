import { beforeAll, describe, expect, it } from 'vitest';
import { archiveChange } from '../../lib/audit/archive/archive-change.ts';
import { archivedLine } from '../../lib/audit/archive/archived-change.ts';
import { BrokerError } from '../../lib/errors.ts';
import type { Issuance } from '../../lib/ledger/issuance.ts';
import type { RequestRecord } from '../../lib/ledger/request-record.ts';
import { Secret } from '../../lib/sealing/secret.ts';
import { tables } from '../support/dynamo-tables.ts';
import { everyPrint } from '../support/every-print.ts';
import { type FaultyWorld, faultyWorld } from '../support/faulty-world/world.ts';
import { START_MS } from '../support/frozen-clock.ts';
import { findSecrets } from './search-for-secrets.ts';

/** T28: a secret that reaches the trail in a type that nobody thought of (a byte slice slipped through the redaction of OpenBao). */
const CANARY = 'canary/secret+access=key0123456789abcdef';
class Credentials {
  readonly secretAccessKey = CANARY;
  toString() {
    return CANARY;
  }
}
const proxied = new Proxy(
  {},
  {
    get: () => CANARY,
    ownKeys: () => ['a'],
    getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: CANARY }),
  },
);
const odd: readonly (readonly [name: string, value: unknown])[] = [
  ['a buffer', Buffer.from(CANARY)],
  ['bytes', new Uint8Array(Buffer.from(CANARY))],
  ['two-byte numbers', Uint16Array.from(Buffer.from(CANARY))],
  ['an array buffer', Uint8Array.from(Buffer.from(CANARY)).buffer],
  ['a view of data', new DataView(Uint8Array.from(Buffer.from(CANARY)).buffer)],
  ['a large number', BigInt(`0x${Buffer.from(CANARY).toString('hex')}`)],
  ['a map', new Map([['a', CANARY]])],
  ['a set', new Set([CANARY])],
  ['an instance of a class', new Credentials()],
  [
    'a getter',
    {
      get a() {
        return CANARY;
      },
    },
  ],
  ['a proxy', proxied],
  ['a proxy of a list', new Proxy([CANARY], {})],
  ['a boxed text', Object(CANARY)],
  ['a symbol', Symbol(CANARY)],
  ['a function', () => CANARY],
  ['an error', new Error(CANARY)],
  ['a promise', Promise.resolve(CANARY)],
  ['a regular expression', new RegExp(CANARY.replaceAll('+', ''))],
  ['a secret', new Secret(CANARY)],
  ['an object that says its own JSON', { toJSON: () => CANARY }],
  [
    'an object that turns into a text',
    { toString: () => CANARY, valueOf: () => CANARY, [Symbol.toPrimitive]: () => CANARY },
  ],
  ['a list of letters', [...CANARY]],
  ['a list of bytes', [...Buffer.from(CANARY)]],
  ['an object without a prototype', Object.assign(Object.create(null), { a: CANARY })],
  ['an inherited member', Object.create({ a: CANARY })],
];

type Path = readonly (string | number)[];
let request: RequestRecord;
let issuance: Issuance;
beforeAll(async () => {
  const world = await faultyWorld();
  world.ask({ reason: 'nightly', input: { a: 1 } });
  await world.settle();
  const [first] = await world.requests();
  if (first === undefined) throw new Error('no request is on record');
  request = first;
  issuance = await world.issuance();
});

/** Every place in a record: each member, each member of a member. */
function placesIn(value: unknown, path: Path = []): readonly Path[] {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [path];
  const inside = Object.entries(value).flatMap(([key, member]) => placesIn(member, [...path, key]));
  return path.length === 0 ? inside : [path, ...inside];
}

function withAt(record: object, [key = '', ...rest]: Path, value: unknown): object {
  const member: unknown = Reflect.get(record, key);
  const isLast = rest.length === 0 || typeof member !== 'object' || member === null;
  return Object.assign(Array.isArray(record) ? [...record] : { ...record }, {
    [key]: isLast ? value : withAt(member, rest, value),
  });
}

/** What the ledger made of it, and all that it wrote. */
async function write(record: object, into: (world: FaultyWorld, record: never) => Promise<unknown>) {
  const world = await faultyWorld();
  const [outcome] = await Promise.allSettled([Reflect.apply(into, undefined, [world, record])]);
  const rows = await world.store.items(tables.ledgerTable);
  return {
    outcome,
    left: { rows, log: world.log.lines, error: outcome.status === 'rejected' ? [everyPrint(outcome.reason)] : [] },
  };
}

async function leaksOf(record: object, value: unknown, into: (world: FaultyWorld, record: never) => Promise<unknown>) {
  const leaks: string[] = [];
  const others = ['note', '__proto__x', 'secretAccessKey'].map((name): Path => [name]);
  // A list of texts is what stands there.
  const fits = (path: Path) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string') && path.at(-1) === 'accountIds';
  for (const path of [...placesIn(record), ...others].filter((one) => !fits(one))) {
    const { outcome, left } = await write(withAt(record, path, value), into);
    const refused = outcome.status === 'rejected' && outcome.reason instanceof BrokerError;
    if (!refused) leaks.push(`${path.join('.')} was taken`);
    leaks.push(...findSecrets(left, [CANARY]).map((found) => `${path.join('.')}: ${found}`));
  }
  return leaks;
}

describe.each(odd)('a secret in %s', (_, value) => {
  it('is refused at every place of a request’s record, and stands nowhere', async () => {
    expect(await leaksOf(request, value, ({ pipeline }, record) => pipeline.ledger.recordRequest(record))).toEqual([]);
  });

  it('is refused at every place of an issuance, and stands nowhere', async () => {
    expect(await leaksOf(issuance, value, ({ pipeline }, record) => pipeline.ledger.open(record))).toEqual([]);
  });
});

describe('a secret that somebody wrote into a row of the ledger', () => {
  const wire: readonly (readonly [string, object])[] = [
    ['S', { S: CANARY }],
    ['B', { B: Buffer.from(CANARY).toString('base64') }],
    ['SS', { SS: [CANARY] }],
    ['BS', { BS: [Buffer.from(CANARY).toString('base64')] }],
    ['N', { N: BigInt(`0x${Buffer.from(CANARY).toString('hex')}`).toString() }],
    ['L', { L: [{ S: CANARY }] }],
    ['M', { M: { secretAccessKey: { S: CANARY } } }],
    ['a type that there is not', { X: CANARY }],
    ['two types', { S: CANARY, B: CANARY }],
  ];
  it.each(wire)('does not reach the archive as %s, and the change is held up as unreadable', (_, attribute) => {
    for (const name of ['note', 'state', 'trail', 'requestId', 'ticket', 'claim', 'report']) {
      const newImage = { recordId: { S: 'scan-account.x' }, recordType: { S: 'issuance' }, [name]: attribute };
      const change = {
        changeId: 'c',
        sequenceNumber: '1',
        changedAtMs: START_MS,
        change: 'MODIFY',
        recordId: 'scan-account.x',
        newImage,
      } as const;
      const { archived } = archiveChange(change);
      expect(archived.recordType).toBe('unreadable');
      expect(findSecrets({ archive: [archivedLine(archived)] }, [CANARY])).toEqual([]);
    }
  });
});
