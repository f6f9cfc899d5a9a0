import { beforeAll, describe, expect, it } from 'vitest';
import { pointerRecord } from '../../lib/audit/archive/telling/pointer-record.ts';
import { sessionNameOf, utcDay } from '../../lib/ledger/issuance.ts';
import { denied } from '../../lib/ledger/issuance-endings.ts';
import { type AuditWorld, auditWorld } from '../support/audit-world.ts';
import {
  accessKeyOf,
  completedFor,
  intendedFor,
  issuedFor,
  refusedFor,
  requestFor,
  seenOf,
  stsRequestOf,
} from '../support/audited-records.ts';
import { withTables } from '../support/dynamo-tables.ts';
import { START_MS } from '../support/frozen-clock.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const dynamo = withTables();
let world: AuditWorld;

/** acme: an issuance a minute for an hour; globex: the same minutes, another account and job. */
const minutes = Array.from({ length: 60 }, (_, index) => index);
const acmeAt = (minute: number) => ({ atMs: START_MS - minute * MINUTE });
const globexAt = (minute: number) => ({
  tenantId: 'globex',
  accountId: '333333333333',
  job: 'process-logs',
  requester: 'logs',
  atMs: START_MS - minute * MINUTE,
});

beforeAll(async () => {
  world = auditWorld(dynamo.client());
  for (const minute of minutes) {
    await world.put(completedFor(`acme-${minute}`, acmeAt(minute)), requestFor(`acme-${minute}`, acmeAt(minute)));
    await world.put(completedFor(`globex-${minute}`, globexAt(minute)));
  }
  await world.setCorrelated(START_MS - 5 * MINUTE);
});

const idsOf = (body: { records: { issuanceId?: string; requestId?: string }[] }) =>
  body.records.map(({ issuanceId, requestId }) => issuanceId ?? requestId);
const issuanceIds = (names: readonly string[], of: (minute: number) => object) =>
  names.map((name) => completedFor(name, of(0)).recordId);

describe('a list', () => {
  it('of a tenant has its records and no others, newest first, with how current it is and what it cost', async () => {
    const { status, body } = await world.ask('/tenants/acme/records', { type: 'issuance', limit: '10' });
    expect(status).toBe(200);
    expect(idsOf(body)).toEqual(
      issuanceIds(
        minutes.slice(0, 10).map((minute) => `acme-${minute}`),
        acmeAt,
      ),
    );
    expect(body.currency).toEqual({ readAtMs: START_MS, reads: 'index', correlatedUpToMs: START_MS - 5 * MINUTE });
    expect(body.cost.calls).toBe(3);
    expect(body.cost.rows).toBeGreaterThan(10);
    expect(body.cost.readUnits).toBeGreaterThan(0);
    expect(body.searchedToMs).toBe(START_MS - 9 * MINUTE);
  });

  it.each<[string, string, Record<string, string>, number]>([
    ['tenant', '/tenants/acme/records', {}, 120],
    ['tenant, issuances', '/tenants/acme/records', { type: 'issuance' }, 60],
    ['tenant, requests', '/tenants/acme/records', { type: 'request' }, 60],
    ['tenant and job that it never ran', '/tenants/acme/records', { job: 'process-logs' }, 0],
    ['tenant and state', '/tenants/acme/records', { state: 'completed' }, 60],
    ['tenant and state that none is in', '/tenants/acme/records', { state: 'denied' }, 0],
    ['tenant that there is not', '/tenants/nobody/records', {}, 0],
    ['account', '/accounts/333333333333/records', {}, 60],
    ['account and another tenant', '/accounts/333333333333/records', { tenant: 'acme' }, 0],
    ['requester', '/requesters/logs/records', {}, 60],
    ['requester and tenant', '/requesters/scans/records', { tenant: 'acme', type: 'issuance' }, 60],
    ['job', '/jobs/process-logs/records', {}, 60],
    ['job and account', '/jobs/scan-account/records', { account: '222222222222' }, 60],
    ['day', `/days/${utcDay(START_MS)}/records`, {}, 180],
    ['another day', `/days/${utcDay(START_MS - 2 * DAY)}/records`, {}, 0],
    ['day and requester', `/days/${utcDay(START_MS)}/records`, { requester: 'logs' }, 60],
  ])('of a %s has all of it over its pages, each record once', async (_, path, query, wanted) => {
    const pages = await world.askAll(path, { ...query, limit: '7' });
    const ids = pages.flatMap(({ body }) => body.records.map((record: object) => JSON.stringify(record)));
    expect(pages.every(({ status }) => status === 200)).toBe(true);
    expect(ids).toHaveLength(wanted);
    expect(new Set(ids).size).toBe(wanted);
    const times = pages.flatMap(({ body }) =>
      body.records.map(({ recordedAtMs }: { recordedAtMs: number }) => recordedAtMs),
    );
    expect(times).toEqual([...times].sort((left, right) => right - left));
    // A page that is not full ends at its budget of days, where nothing is left but days without records.
    const full = pages.map(({ body }) => body.records.length === 7);
    expect(full).toEqual(full.toSorted((left, right) => Number(right) - Number(left)));
    expect(full.filter(Boolean)).toHaveLength(Math.floor(wanted / 7));
  });

  it('takes the first instant of a range and leaves the last, as ISO 8601 or milliseconds', async () => {
    const range = { from: new Date(START_MS - 20 * MINUTE).toISOString(), to: String(START_MS - 10 * MINUTE) };
    const { body } = await world.ask('/tenants/acme/records', { ...range, type: 'issuance' });
    expect(idsOf(body)).toEqual(
      issuanceIds(
        [11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map((minute) => `acme-${minute}`),
        acmeAt,
      ),
    );
    expect(body.cursor).toBeUndefined();
    expect(body.searchedToMs).toBe(START_MS - 20 * MINUTE);
  });

  it('goes on where it was while records are added before and behind', async () => {
    const own = auditWorld(dynamo.client());
    const of = (minute: number) => ({ tenantId: 'growing', atMs: START_MS - minute * MINUTE });
    for (const minute of [2, 4, 6, 8]) await own.put(issuedFor(`growing-${minute}`, of(minute)));
    const first = await own.ask('/tenants/growing/records', { limit: '2' });
    await own.put(issuedFor('growing-1', of(1)), issuedFor('growing-3', of(3)), issuedFor('growing-7', of(7)));
    const second = await own.ask('/tenants/growing/records', { limit: '9', cursor: first.body.cursor });
    expect([...idsOf(first.body), ...idsOf(second.body)]).toEqual(
      [2, 4, 6, 7, 8].map((minute) => issuedFor(`growing-${minute}`, of(minute)).recordId),
    );
  });

  it('tells apart records of one millisecond', async () => {
    const own = auditWorld(dynamo.client());
    const names = minutes.slice(0, 9).map((index) => `together-${index}`);
    for (const name of names) await own.put(issuedFor(name, { tenantId: 'together' }));
    const pages = await own.askAll('/tenants/together/records', { limit: '2' });
    const ids = pages.flatMap(({ body }) => idsOf(body));
    expect(ids.toSorted()).toEqual(names.map((name) => issuedFor(name, { tenantId: 'together' }).recordId).sort());
  });

  it('walks days from the last to the first, and those without records too', async () => {
    const own = auditWorld(dynamo.client());
    const days = [0, 1, 9, 29];
    const of = (day: number) => ({ requester: 'walker', atMs: START_MS - day * DAY });
    for (const day of days) await own.put(issuedFor(`walked-${day}`, of(day)));
    await own.put(issuedFor('walked-40', of(40)));
    const pages = await own.askAll('/requesters/walker/records', { limit: '2' });
    expect(pages.flatMap(({ body }) => idsOf(body))).toEqual(
      days.map((day) => issuedFor(`walked-${day}`, of(day)).recordId),
    );
    const longer = { from: String(START_MS - 50 * DAY), limit: '100' };
    const all = await own.askAll('/requesters/walker/records', longer);
    expect(all.flatMap(({ body }) => idsOf(body))).toHaveLength(5);
    // Fifty days without a filter that fits are more calls than one page may make.
    expect(all.length).toBeGreaterThan(1);
    expect(Math.max(...all.map(({ body }) => body.cost.calls))).toBeLessThanOrEqual(18);
  });

  it('stops in time and says where it stopped', async () => {
    const hasty = auditWorld(dynamo.client(), { remainingMs: () => 5_000 });
    const { body } = await hasty.ask('/requesters/nobody/records');
    expect(body.records).toEqual([]);
    expect(body.cursor).toBeDefined();
    expect(body.searchedToMs).toBeGreaterThan(START_MS - 2 * DAY);
  });
});

describe('exceptions', () => {
  it('are listed by kind over all tenants', async () => {
    const own = auditWorld(dynamo.client());
    const no = denied(intendedFor('denied-1'), {
      code: 'sts.denied',
      stsRequestId: 'sts-denied-1',
      atMs: START_MS + 300,
    });
    await own.put(refusedFor('refused-1'), refusedFor('refused-2', { tenantId: 'globex', atMs: START_MS + 1 }), no);
    const { body } = await own.ask('/exceptions/refused/records');
    expect(body.records.map(({ tenantId, state }: Record<string, string>) => [tenantId, state])).toEqual([
      ['globex', 'refused'],
      ['acme', 'refused'],
    ]);
    expect((await own.ask('/exceptions/denied/records', { tenant: 'acme' })).body.records).toMatchObject([
      { issuanceId: no.recordId, code: 'sts.denied' },
    ]);
    expect((await own.ask('/exceptions/completed/records')).body.error.code).toBe('request.fieldInvalid');
  });

  it('show strays as CloudTrail showed them', async () => {
    const own = auditWorld(dynamo.client());
    const stray = { ...seenOf(issuedFor('stray-1')), sessionName: 'nobody-knows', recordId: `seen_${'a'.repeat(32)}` };
    await own.put({ ...stray, exception: 'stray', day: utcDay(stray.recordedAtMs), accountId: '222222222222' });
    const { body } = await own.ask('/exceptions/stray/records');
    expect(body.records).toMatchObject([
      { recordType: 'observation', sessionName: 'nobody-knows', calls: [{ verdict: 'stray', why: 'nameUnknown' }] },
    ]);
  });
});

describe('a page that would be too long', () => {
  it('ends where it is still an answer, and the next one goes on', async () => {
    const own = auditWorld(dynamo.client());
    const long = (index: number) => {
      const seen = seenOf(issuedFor(`long-${index}`, { atMs: START_MS - 5 * DAY - index }), {
        userAgent: 'x'.repeat(2_000),
      });
      const calls = Array.from({ length: 32 }, (_, call) => ({
        ...seen.calls[0],
        stsRequestId: `long-${index}-${call}`,
        accessKeyId: `ASIA${index}X${call}`,
      }));
      return { ...seen, calls, exception: 'stray', day: utcDay(seen.recordedAtMs), accountId: '444444444444' };
    };
    for (let index = 0; index < 60; index += 1) await own.put(long(index));
    const pages = await own.askAll('/accounts/444444444444/records', { limit: '100' });
    expect(pages.length).toBeGreaterThan(1);
    const ids = pages.flatMap(({ body }) =>
      body.records.map(({ observationId }: Record<string, string>) => observationId),
    );
    expect(new Set(ids).size).toBe(60);
    expect(ids).toHaveLength(60);
    for (const { body } of pages) expect(JSON.stringify(JSON.stringify(body)).length).toBeLessThan(3_000_000);
  });
});

describe('sessions that live', () => {
  it('are those that may be used now, recent ones first, settled or not', async () => {
    const own = auditWorld(dynamo.client());
    const job = { job: 'scan-account', tenantId: 'living', requester: 'living' };
    own.clock.set(START_MS + 400 * DAY);
    const at = (minutesAgo: number) => ({ ...job, atMs: own.clock.nowMs() - minutesAgo * MINUTE });
    const old = issuedFor('late', at(80));
    const [attempt] = old.attempts;
    const fenceMs = own.clock.nowMs() + 5 * MINUTE;
    const late = { ...old, attempts: [{ ...attempt, fenceMs }], dueAtMs: fenceMs };
    const settled = completedFor('settled', at(2));
    const { dueShard: _shard, dueAtMs: _due, ...done } = settled;
    await own.put(late, done, issuedFor('now', at(1)), issuedFor('over', at(30)), intendedFor('not-yet', at(0)));
    const pages = await own.askAll('/live-sessions', { tenant: 'living', limit: '2' });
    const found = pages.flatMap(({ body }) => idsOf(body));
    expect(found).toEqual([issuedFor('now', at(1)).recordId, settled.recordId, old.recordId]);
    expect(pages.flatMap(({ body }) => body.records).every(({ isLive }) => isLive)).toBe(true);
    // One page has both parts, and no cursor says that there may be more where there is none.
    const { body } = await own.ask('/live-sessions', { tenant: 'living' });
    expect([idsOf(body), body.cursor]).toEqual([found, undefined]);
    expect((await own.ask('/live-sessions', { tenant: 'nobody' })).body).toMatchObject({ records: [] });
    expect((await own.ask('/live-sessions', { tenant: 'nobody' })).body).not.toHaveProperty('cursor');
    expect((await own.ask('/live-sessions', { tenant: 'nobody', from: '0' })).status).toBe(400);
  });
});

describe('a question that is written wrongly', () => {
  it.each([
    ['/tenants/ACME!/records', 'tenantId: expected a tenant’s id, 2 to 63 of a-z, 0-9 and inner hyphens, got "ACME!"'],
    ['/accounts/12/records', 'accountId: expected the 12 digits of an AWS account, got "12"'],
    [
      '/requesters/A/records',
      'requester: expected a requester’s name, up to 63 of a-z, 0-9 and inner hyphens, got "A"',
    ],
    ['/jobs/A/records', 'job: expected a job’s name, up to 24 of a-z, 0-9 and inner hyphens, got "A"'],
    ['/exceptions/odd/records', /^exception: expected one of refused, denied, /],
    ['/issuances/x', 'issuanceId: expected an issuance’s id, such as scan-account.k5qc…, got "x"'],
    ['/access-keys/A-B', 'accessKeyId: expected an access key id, letters and digits, got "A-B"'],
    ['/sessions/a:b', /^sessionName: expected a role session name, 2 to 64 letters, digits and any of /],
    [
      '/sts-requests/a_b',
      'stsRequestId: expected the requestID of a call of STS, letters, digits and hyphens, got "a_b"',
    ],
  ])('is refused in words, and no pattern stands in them: %s', async (path, message) => {
    const { status, body } = await world.ask(path);
    expect([status, body.error.code]).toEqual([400, 'request.fieldInvalid']);
    expect(body.error.message).toMatch(message);
    expect(body.error.message).not.toMatch(/\/\^|\|/);
  });
});

describe('a look-up', () => {
  const issuance = () => completedFor('acme-7', acmeAt(7));

  it.each<[string, () => string]>([
    ['access key', () => `/access-keys/${accessKeyOf('acme-7')}`],
    ['STS request', () => `/sts-requests/${stsRequestOf('acme-7')}`],
    ['session name', () => `/sessions/${sessionNameOf({ issuanceId: issuance().recordId, attempt: 1 })}`],
  ])('by %s gives the issuance, its request and what CloudTrail showed', async (_, path) => {
    await world.put(seenOf(issuance()));
    const { status, body } = await world.ask(path());
    expect(status).toBe(200);
    expect(body.records.map(({ recordType }: { recordType: string }) => recordType).sort()).toEqual([
      'issuance',
      'observation',
      'request',
    ]);
    const seen = body.records.find(({ recordType }: { recordType: string }) => recordType === 'observation');
    expect(seen.calls).toMatchObject([{ verdict: 'matched', accessKeyId: accessKeyOf('acme-7') }]);
    expect(body.currency.correlatedUpToMs).toBe(START_MS - 5 * MINUTE);
  });

  it('follows pointers of earlier attempts, also to an observation', async () => {
    const key = { lastAccessKeyId: 'ASIAEARLIER' };
    await world.put(pointerRecord(key, { to: issuance().recordId, nowMs: START_MS }));
    const { body } = await world.ask('/access-keys/ASIAEARLIER');
    expect(body.records).toContainEqual(expect.objectContaining({ issuanceId: issuance().recordId }));
    await world.put(pointerRecord({ lastStsRequestId: 'sts-earlier' }, { to: seenOf(issuance()).recordId, nowMs: 1 }));
    const found = await world.ask('/sts-requests/sts-earlier');
    expect(found.body.records).toContainEqual(expect.objectContaining({ issuanceId: issuance().recordId }));
  });

  it.each([
    '/access-keys/ASIANOBODYS',
    '/sts-requests/nobody',
    '/sessions/somebody-elses',
    `/sessions/${issuance().recordId}.2`,
    `/issuances/scan-account.${'a'.repeat(32)}`,
  ])('finds nothing at %s, and says how current that is', async (path) => {
    const { status, body } = await world.ask(path);
    expect([status, body.error.code]).toEqual([404, 'audit.unknown']);
  });
});

describe('a record', () => {
  it('is shown without its ticket and its keys of indexes', async () => {
    const own = auditWorld(dynamo.client());
    const issuance = issuedFor('sealed-one', { tenantId: 'sealed' });
    await own.put(issuance);
    const answers = [
      await own.ask('/tenants/sealed/records'),
      await own.ask(`/issuances/${issuance.recordId}`),
      await own.ask(`/access-keys/${accessKeyOf('sealed-one')}`),
    ];
    const text = JSON.stringify(answers);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(text).not.toMatch(/ticket|wrappedKey|U0VDUkVU|dueShard|lastAccessKeyId|cb-secret/);
  });

  it('that a job spoilt is shown as such, and its page is answered', async () => {
    const own = auditWorld(dynamo.client());
    const good = completedFor('good', { tenantId: 'spoilt', atMs: START_MS - 1 });
    const spoilt = completedFor('spoilt', { tenantId: 'spoilt' });
    const long = completedFor('long', { tenantId: 'spoilt', atMs: START_MS + 1 });
    await own.put(good, { ...spoilt, state: 'won', 'a\u0007b': 1 });
    await own.put({ ...long, report: { ...long.report, message: 'x'.repeat(300_000) } });
    const { status, body } = await own.ask('/tenants/spoilt/records');
    expect(status).toBe(200);
    expect(body.records).toMatchObject([
      { recordType: 'unreadable', recordId: long.recordId, problem: 'its shape is wrong at report' },
      { recordType: 'unreadable', recordId: spoilt.recordId },
      { recordType: 'issuance', issuanceId: good.recordId },
    ]);
  });

  it('has what the job was given only in its story', async () => {
    const own = auditWorld(dynamo.client());
    const input = JSON.stringify({ items: ['x'] });
    await own.put(
      requestFor('with-input', { tenantId: 'given' }, { input }),
      issuedFor('with-input', { tenantId: 'given' }),
    );
    const list = await own.ask('/tenants/given/records', { type: 'request' });
    expect(list.body.records[0].input).toBeUndefined();
    const story = await own.ask(`/issuances/${issuedFor('with-input', { tenantId: 'given' }).recordId}`);
    expect(story.body.request.input).toBe(input);
  });
});

describe('a question that is not one', () => {
  it.each<[string, Record<string, string>]>([
    ['/tenants/acme/records', { limit: '0' }],
    ['/tenants/acme/records', { limit: '101' }],
    ['/tenants/acme/records', { from: '2031-02-31' }],
    ['/tenants/acme/records', { from: 'yesterday' }],
    ['/tenants/acme/records', { from: '2031-01-02', to: '2031-01-01' }],
    ['/tenants/acme/records', { type: 'ticket' }],
    ['/tenants/acme/records', { state: 'won' }],
    ['/tenants/Acme/records', {}],
    ['/accounts/1/records', {}],
    ['/days/2031-02-30/records', {}],
    ['/days/today/records', {}],
    ['/issuances/req_x', {}],
    ['/access-keys/ASIA%20X', {}],
    ['/sessions/a%2Fb', {}],
    ['/sts-requests/x%23y', {}],
  ])('is refused: %s %o', async (path, query) => {
    const { status, body } = await world.ask(path, query);
    expect([status, body.error.code]).toEqual([400, 'request.fieldInvalid']);
  });

  it('with an unknown key is refused instead of answered without it', async () => {
    const { body } = await world.ask('/tenants/acme/records', { tenants: 'globex' });
    expect(body.error.code).toBe('request.fieldNotAllowed');
  });
});
