import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archiveChange } from '../../lib/audit/archive/archive-change.ts';
import { factsOfChange } from '../../lib/audit/archive/telling/facts-of-change.ts';
import { callOf } from '../../lib/audit/correlation/grow-record.ts';
import type { DuckDb } from '../../lib/audit/views/duckdb-engine.ts';
import { parseDetail } from '../../lib/requests/parse-detail.ts';
import { parseQueueMessage } from '../../lib/requests/parse-request.ts';
import { aRequest } from '../support/an-issuance.ts';
import { START_MS } from '../support/frozen-clock.ts';
import { lives } from '../support/issuance-life.ts';
import { plainDetail, runJobEvent } from '../support/queue-message.ts';
import { aDay } from '../support/sql-world/a-day.ts';
import { aSqlWorld, openWorld, rowsOf, type SqlWorld } from '../support/sql-world/sql-world.ts';
import { streamChange } from '../support/stream-change.ts';

/**
 * Half of a surrogate pair comes through JSON as an escape, and stands in no document that a reader of JSON must take: one
 * line of the archive that holds it keeps everybody from reading any other.
 */
const HALF = 'half \ud800 a letter';

describe('half of a letter in a request', () => {
  it.each<[string, object]>([
    ['its reason', { reason: HALF }],
    ['its job', { job: HALF }],
    ['its input', { input: { deep: [{ deeper: HALF }] } }],
    ['a key of its input', { input: { [HALF]: 1 } }],
  ])('is refused, and stands in nothing that is recorded of it: %s', (_what, change) => {
    const reading = parseDetail(JSON.parse(JSON.stringify({ ...plainDetail, ...change })));
    expect(reading).toMatchObject({ read: false, refusal: { reason: 'request.fieldInvalid' } });
    expect(JSON.stringify(reading)).not.toMatch(/ud800/);
  });

  it.each(['source', 'id', 'replay-name'])('is no envelope, in its %s', (name) => {
    const reading = parseQueueMessage(runJobEvent({ envelope: { [name]: HALF } }));
    expect(reading).toMatchObject({ read: false, refusal: { reason: 'request.malformed' } });
    expect(JSON.stringify(reading)).not.toMatch(/ud800/);
  });

  it('is no half, where the pair is whole', () => {
    expect(parseDetail({ ...plainDetail, reason: '😀' })).toMatchObject({ read: true, detail: { reason: '😀' } });
  });
});

describe('half of a letter in a row of the ledger', () => {
  const { completed } = lives;
  const written = [
    { ...completed, report: { atMs: START_MS, attempt: 1, outcome: 'completed', summary: HALF } },
    { ...completed, report: { [HALF]: 1 } },
    { recordId: `scan-account.${HALF}`, state: 'claimed', [HALF]: 1 },
    aRequest('with a reason', { reason: HALF }),
  ];
  let world: SqlWorld;
  let engine: DuckDb;
  beforeAll(async () => {
    const images = [...written, aRequest('of somebody else')];
    const changes = images.map((after, index) => archiveChange(streamChange({ after }, index)).archived);
    world = aSqlWorld({ batches: [{ putAtMs: START_MS, changes }], trails: aDay.trails });
    engine = await openWorld(world, { atMs: START_MS });
  });
  afterAll(async () => {
    await engine.close();
    world.remove();
  });

  it('is told of, and every other row is read', async () => {
    const rows = await rowsOf(
      engine,
      'SELECT "recordType" AS kind, count(*) AS n FROM archive_changes GROUP BY 1 ORDER BY 1',
    );
    expect(rows.map(({ kind, n }) => [kind, Number(n)])).toEqual([
      ['request', 1],
      ['unreadable', written.length],
    ]);
  });
});

describe('half of a letter that is left where a text is cut', () => {
  const long = `${'x'.repeat(255)}😀`;

  it('is not told of, of a row that somebody wrote past the broker', () => {
    const { events } = factsOfChange(archiveChange(streamChange({ after: { recordId: long } })), new Set());
    expect(JSON.stringify(events)).toContain('xxx');
    expect(JSON.stringify(events)).not.toMatch(/ud83d/);
  });

  it('is not kept of what a caller of STS calls itself: its row would be unreadable', () => {
    const event = {
      eventId: '00000000-0000-4000-8000-000000000001',
      stsRequestId: 'sts-1',
      atMs: START_MS,
      region: 'eu-west-1',
      recipientAccountId: '111111111111',
      callerAccountId: '111111111111',
      userAgent: long,
      call: { outcome: 'denied', errorCode: 'AccessDenied' },
    } as const;
    expect(callOf(event, START_MS).userAgent).toMatch(/^x{255}\ufffd$/);
    expect(callOf({ ...event, userAgent: HALF }, START_MS).userAgent).toBe('half \ufffd a letter');
  });
});
