import { beforeAll, describe, expect, it } from 'vitest';
import { type AuditWorld, auditWorld } from '../support/audit-world.ts';
import { completedFor, issuedFor } from '../support/audited-records.ts';
import { withTables } from '../support/dynamo-tables.ts';
import { START_MS } from '../support/frozen-clock.ts';

/** Whoever holds a cursor may change it as they like: no cursor leads into rows that its question has not. */
const dynamo = withTables();
let world: AuditWorld;
const MINUTE = 60_000;
const ofTenant = (tenantId: string, minute: number) => ({
  tenantId,
  accountId: tenantId === 'acme' ? '222222222222' : '333333333333',
  requester: tenantId === 'acme' ? 'scans' : 'logs',
  atMs: START_MS - minute * MINUTE,
});

beforeAll(async () => {
  world = auditWorld(dynamo.client());
  for (let minute = 0; minute < 8; minute += 1) {
    await world.put(completedFor(`acme-${minute}`, ofTenant('acme', minute)));
    await world.put(completedFor(`globex-${minute}`, ofTenant('globex', minute)));
  }
});

type Members = Record<string, unknown>;
const open = (cursor: string): Members => JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
const close = (members: unknown) => Buffer.from(JSON.stringify(members), 'utf8').toString('base64url');
const globexRow = () => completedFor('globex-3', ofTenant('globex', 3));

async function cursorOf(path: string, query: Record<string, string> = {}): Promise<string> {
  const { body } = await world.ask(path, { ...query, limit: '2' });
  return body.cursor;
}

const PATHS = [
  ['/tenants/acme/records', {}],
  ['/accounts/222222222222/records', {}],
  ['/requesters/scans/records', {}],
  ['/requesters/scans/records', { tenant: 'acme' }],
  ['/days/2031-05-06/records', { tenant: 'acme' }],
] as const;

describe('a forged cursor', () => {
  const forgeries: readonly (readonly [string, (honest: Members) => unknown])[] = [
    [
      'at a row of another tenant',
      (honest) => ({ ...honest, atMs: globexRow().recordedAtMs, id: globexRow().recordId }),
    ],
    ['at a row that there is not', (honest) => ({ ...honest, id: `scan-account.${'z'.repeat(32)}` })],
    ['at the newest instant', (honest) => ({ ...honest, atMs: START_MS, id: undefined })],
    ['at the beginning of time', (honest) => ({ ...honest, atMs: 0 })],
    ['in the far future', (honest) => ({ ...honest, atMs: START_MS * 100 })],
    ['with a partition', (honest) => ({ ...honest, tenantId: 'globex' })],
    ['with a key of the index', (honest) => ({ ...honest, ExclusiveStartKey: { tenantId: 'globex' } })],
    ['with an object for an id', (honest) => ({ ...honest, id: { S: globexRow().recordId } })],
    ['with the part of another question', (honest) => ({ ...honest, part: 'open' })],
    ['with a beginning before the question', (honest) => ({ ...honest, fromMs: 0 })],
    ['with a beginning that is no time', (honest) => ({ ...honest, fromMs: -1 })],
    ['of no question', (honest) => ({ ...honest, of: '0'.repeat(32) })],
    ['with a prototype', () => JSON.parse('{"__proto__": {"of": "x"}, "atMs": 1}')],
    ['that is a list', () => []],
    ['that is nothing', () => null],
  ];

  it.each(forgeries)('%s leads to no row but those of its question', async (_, forge) => {
    for (const [path, query] of PATHS) {
      const honest = open(await cursorOf(path, query));
      const { status, body } = await world.ask(path, { ...query, cursor: close(forge(honest)) });
      if (status === 200) {
        for (const { tenantId } of body.records) expect(tenantId, path).toBe('acme');
      } else {
        expect([status, body.error.code], path).toEqual([400, 'audit.cursorInvalid']);
      }
    }
  });

  it.each(['', '!', 'e30', 'bnVsbA', 'a'.repeat(1_001), 'eyJvZiI6', '%00'])(
    'that is no cursor is refused: %j',
    async (cursor) => {
      const { status } = await world.ask('/tenants/acme/records', { cursor });
      expect(status).toBe(400);
    },
  );

  it.each([
    ['/tenants/acme/records', {}, '/tenants/globex/records', {}],
    ['/tenants/acme/records', {}, '/tenants/acme/records', { job: 'scan-account' }],
    ['/tenants/acme/records', {}, '/tenants/acme/records', { from: '2030-01-01' }],
    ['/requesters/scans/records', {}, '/requesters/logs/records', {}],
    ['/requesters/scans/records', { tenant: 'acme' }, '/requesters/scans/records', {}],
    ['/tenants/acme/records', {}, '/live-sessions', { tenant: 'acme' }],
    ['/jobs/scan-account/records', {}, '/requesters/scans/records', { job: 'scan-account' }],
  ])('of %s %o does not go with %s %o', async (path, query, other, otherQuery) => {
    const cursor = await cursorOf(path, query);
    const { status, body } = await world.ask(other, { ...otherQuery, cursor });
    expect([status, body.error.code]).toEqual([400, 'audit.cursorInvalid']);
  });

  it('goes on with its own question, whatever the limit', async () => {
    const cursor = await cursorOf('/tenants/acme/records');
    const { status, body } = await world.ask('/tenants/acme/records', { cursor, limit: '100' });
    expect([status, body.records.length]).toEqual([200, 6]);
  });

  it('that widens a walk over days is held to the requester all the same', async () => {
    const honest = open(await cursorOf('/requesters/scans/records'));
    const { body } = await world.ask('/requesters/scans/records', { cursor: close({ ...honest, fromMs: 0 }) });
    for (const { requester } of body.records) expect(requester).toBe('scans');
  });
});

describe('a forged cursor of live sessions', () => {
  it.each<[string, Members, number]>([
    ['honest', {}, 200],
    ['far in the future', { part: undefined, atMs: 999_999_999_999_999 }, 400],
    ['before its own beginning', { part: undefined, atMs: 5, fromMs: 10 }, 400],
    ['without a beginning', { fromMs: undefined }, 400],
    ['with a beginning long ago', { part: undefined, atMs: START_MS, fromMs: 0 }, 200],
    ['among the open ones, at any', { part: 'open', atMs: 1, id: globexRow().recordId }, 200],
  ])('that is %s shows no other tenant, and nothing that does not live', async (_, change, wanted) => {
    const cursor = await cursorOf('/live-sessions', { tenant: 'acme' });
    const forged = close({ ...open(cursor), ...change });
    const { status, body } = await world.ask('/live-sessions', { tenant: 'acme', cursor: forged });
    expect(status).toBe(wanted);
    for (const record of body.records ?? []) expect(record).toMatchObject({ tenantId: 'acme', isLive: true });
  });
});

describe('a forged cursor of receipts', () => {
  const receipts = '/tenants/many/receipts';
  let honest: string;
  beforeAll(async () => {
    for (let index = 0; index < 130; index += 1) {
      await world.put(issuedFor(`many-${index}`, { tenantId: 'many', atMs: START_MS - 3_600_000 + index }));
    }
    honest = (await world.ask(receipts)).body.cursor;
  });

  /** What is signed is the JSON text inside, and its signature stands beside it. */
  const change = (of: (position: Members) => Members) => {
    const [json, signature] = JSON.parse(Buffer.from(honest, 'base64url').toString('utf8'));
    return Buffer.from(JSON.stringify([JSON.stringify(of(JSON.parse(json))), signature]), 'utf8').toString('base64url');
  };

  it('gets no page that says it follows what it does not follow', async () => {
    const forged = [
      change((position) => ({ ...position, previousSha256: 'f'.repeat(64) })),
      change((position) => ({ ...position, page: 5 })),
      change((position) => ({ ...position, after: { recordedAtMs: START_MS, recordId: 'x' } })),
      change((position) => ({ ...position, tenantId: 'globex' })),
      change((position) => ({ ...position, toMs: START_MS - 3_600_000 })),
    ];
    for (const cursor of forged) {
      for (const path of [receipts, '/tenants/globex/receipts']) {
        const { status, body } = await world.ask(path, { cursor });
        expect([status, body.error.code]).toEqual([400, 'audit.cursorInvalid']);
      }
    }
  });

  it('is refused with the signature of a page for that of a cursor', async () => {
    const { body } = await world.ask(receipts);
    const page = [JSON.stringify(body.signed.page), body.signed.signature.value];
    const cursor = Buffer.from(JSON.stringify(page), 'utf8').toString('base64url').slice(0, 2_000);
    expect((await world.ask(receipts, { cursor })).status).toBe(400);
  });

  it('goes with no other tenant and no other range', async () => {
    expect((await world.ask('/tenants/acme/receipts', { cursor: honest })).status).toBe(400);
    expect((await world.ask(receipts, { cursor: honest, from: '2031-01-01' })).status).toBe(400);
    expect((await world.ask(receipts, { cursor: honest, to: '2031-01-01' })).status).toBe(400);
    expect((await world.ask(receipts, { cursor: honest })).status).toBe(200);
  });
});
