import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DuckDb } from '../../../../lib/audit/views/duckdb-engine.ts';
import { namedViews } from '../../../../lib/audit/views/views.ts';
import { START_MS } from '../../../support/frozen-clock.ts';
import { aDay, EVENING_MS, EXTERNAL_ID, ids, probeId, TOKEN } from '../../../support/sql-world/a-day.ts';
import {
  aSqlWorld,
  openWorld,
  type Row,
  rowsOf,
  type SqlWorld,
  type TrailForm,
} from '../../../support/sql-world/sql-world.ts';

/** What each view says of a day, in the order of its rows. */
const CASES: readonly { readonly sql: string; readonly rows: readonly (readonly unknown[])[] }[] = [
  {
    sql: 'SELECT record_type, count(*), sum(findings) FROM changes GROUP BY record_type ORDER BY record_type',
    rows: [
      ['issuance', 10, 1],
      ['probe', 2, 0],
      ['request', 2, 0],
      ['strangers', 1, 0],
    ],
  },
  {
    sql: 'SELECT finding, explanation, change_kind, record_id, job FROM findings',
    rows: [['rewritten', 'job was changed', 'MODIFY', ids.refused, 'process-logs']],
  },
  {
    sql: `SELECT issuance_id, state, attempts, code, refusal_reason, job, delivery, claimed_by,
      last_access_key_id, is_removed FROM issuances ORDER BY state`,
    rows: [
      [ids.matched, 'completed', 1, null, null, 'scan-account', 'job', 'scan-account', 'ASIA1', false],
      [ids.denied, 'denied', 1, 'sts.denied', null, 'scan-account', 'job', null, null, false],
      [ids.lost, 'intended', 1, null, null, 'scan-account', 'job', null, null, false],
      [ids.unseen, 'issued', 1, null, null, 'scan-account', 'job', null, 'ASIA9', false],
      // As it was last, by the longer sequence number.
      [ids.refused, 'refused', 0, null, 'tenant.suspended', 'process-logs', 'job', null, null, false],
    ],
  },
  {
    sql: 'SELECT CAST(recorded_at AS varchar), CAST(claimed_at AS varchar), day FROM issuances WHERE claimed_by IS NOT NULL',
    rows: [['2031-05-06 07:08:09.123', '2031-05-06 07:08:10.123', '2031-05-06']],
  },
  {
    sql: `SELECT requester, decision, refusal_reason, reason, accounts, origin_source, event_id
      FROM requests ORDER BY decision`,
    rows: [
      ['scans', 'allowed', null, 'nightly scan', 1, 'com.example.scans', 'matched'],
      ['=cmd()', 'refused', 'requester.unknown', null, 1, 'com.example.scans', 'refused'],
    ],
  },
  {
    sql: 'SELECT probe_id, probe, made_by, outcome, access_key_id, answered_at_ms - called_at_ms FROM probes',
    rows: [[probeId, 'noExternalId', 'verify-trust', 'accepted', 'ASIAPROBE', 90]],
  },
  {
    sql: `SELECT session_name, outcome, access_key_id, sts_request_id, state, calls, expires_at_ms - issued_at_ms,
      fence_ms - issued_at_ms FROM attempts ORDER BY outcome, access_key_id`,
    rows: [
      [`${ids.denied}.1`, 'denied', null, 'sts-denied', 'denied', 1, null, null],
      [`${ids.matched}.1`, 'issued', 'ASIA1', 'sts-1', 'completed', 1, 900_000, 600_000],
      [`${ids.unseen}.1`, 'issued', 'ASIA9', 'sts-9', 'issued', 1, 900_000, 600_000],
      [`${ids.lost}.1`, 'unknown', null, null, 'intended', 1, null, null],
    ],
  },
  {
    sql: 'SELECT day, refused, reason, requester, job, refusals, tenants FROM refusals ORDER BY refusals DESC, refused',
    rows: [
      ['2031-05-06', 'stranger', null, 'com.example.odd', null, 41, 0],
      ['2031-05-06', 'issuance', 'tenant.suspended', 'scans', 'process-logs', 1, 1],
      ['2031-05-06', 'request', 'requester.unknown', '=cmd()', 'scan-account', 1, 1],
    ],
  },
  {
    sql: `SELECT sts_request_id, outcome, access_key_id, split_part(caller_role_arn, '/', 2), seen_in_accounts,
      CAST(event_at AS varchar), error_code FROM assumptions ORDER BY sts_request_id`,
    rows: [
      [
        'sts-1',
        'allowed',
        'ASIA1',
        'credential-broker-dev-issue-credentials',
        '111111111111, 222222222222',
        '2031-05-06 07:08:09',
        null,
      ],
      [
        'sts-denied',
        'denied',
        null,
        'credential-broker-dev-issue-credentials',
        '111111111111',
        '2031-05-06 07:08:09',
        'AccessDenied',
      ],
      [
        'sts-lost',
        'allowed',
        'ASIALOST',
        'credential-broker-dev-issue-credentials',
        '111111111111, 222222222222',
        '2031-05-06 07:08:09',
        null,
      ],
      [
        'sts-odd',
        'allowed',
        'ASIAODD',
        'credential-broker-dev-manage-tenants',
        '111111111111, 222222222222',
        '2031-05-06 07:08:09',
        null,
      ],
      [
        'sts-of-the-lost',
        'denied',
        null,
        'credential-broker-dev-issue-credentials',
        '111111111111',
        '2031-05-06 07:08:09',
        'AccessDenied',
      ],
      [
        'sts-probe',
        'allowed',
        'ASIAPROBE',
        'credential-broker-dev-verify-trust',
        '111111111111, 222222222222',
        '2031-05-06 07:08:09',
        null,
      ],
      [
        'sts-second',
        'allowed',
        'ASIASECOND',
        'credential-broker-dev-issue-credentials',
        '111111111111, 222222222222',
        '2031-05-06 07:08:11',
        null,
      ],
      [
        'sts-stray',
        'allowed',
        'ASIASTRAY',
        'credential-broker-dev-issue-credentials',
        '111111111111, 222222222222',
        '2031-05-06 07:08:09',
        null,
      ],
      [
        'sts-too-early',
        'denied',
        null,
        'credential-broker-dev-issue-credentials',
        '111111111111',
        '2031-05-06 07:07:29',
        'AccessDenied',
      ],
      [
        'sts-too-late',
        'denied',
        null,
        'credential-broker-dev-issue-credentials',
        '111111111111',
        '2031-05-06 07:09:49',
        'AccessDenied',
      ],
      [
        'sts-unrecorded',
        'denied',
        null,
        'credential-broker-dev-issue-credentials',
        '111111111111',
        '2031-05-06 09:08:09',
        'AccessDenied',
      ],
    ],
  },
  {
    sql: `SELECT api_call, calls, errors, after_fence, CAST(first_at AS varchar), CAST(last_at AS varchar), error_codes,
      source_addresses, issuance_id FROM session_calls ORDER BY api_call`,
    rows: [
      ['GetBucketPolicy', 1, 0, 0, '2031-05-06 07:08:13', '2031-05-06 07:08:13', null, '198.51.100.8', ids.matched],
      [
        'ListBuckets',
        3,
        1,
        1,
        '2031-05-06 07:08:11',
        '2031-05-06 07:19:49',
        'AccessDenied',
        '198.51.100.7, 198.51.100.8',
        ids.matched,
      ],
    ],
  },
  {
    sql: `SELECT verdict, why, record_id, coalesce(access_key_id, sts_request_id) AS what
      FROM session_verdicts ORDER BY verdict, what`,
    rows: [
      ['explained', null, ids.lost, 'ASIALOST'],
      ['explained', null, ids.lost, 'sts-of-the-lost'],
      ['matched', null, ids.matched, 'ASIA1'],
      ['matched', null, probeId, 'ASIAPROBE'],
      ['matched', null, ids.denied, 'sts-denied'],
      ['missing', null, ids.unseen, 'ASIA9'],
      ['stray', 'otherCaller', ids.unseen, 'ASIAODD'],
      ['stray', 'secondSession', ids.lost, 'ASIASECOND'],
      ['stray', 'nameUnknown', null, 'ASIASTRAY'],
      ['stray', 'callUnknown', null, 'sts-too-early'],
      ['stray', 'callUnknown', null, 'sts-too-late'],
      ['stray', 'callUnknown', null, 'sts-unrecorded'],
    ],
  },
  { sql: 'SELECT * FROM live_sessions', rows: [] },
];

const FORMS: readonly { readonly form: TrailForm; readonly packsArchive: boolean }[] = [
  { form: 'packed', packsArchive: false },
  { form: 'plain', packsArchive: true },
  { form: 'lines', packsArchive: false },
  { form: 'pretty', packsArchive: false },
];

describe.each(FORMS)('the views over files that are $form, archive packed: $packsArchive', (form) => {
  let world: SqlWorld;
  let engine: DuckDb;
  beforeAll(async () => {
    world = aSqlWorld({ ...aDay, ...form });
    engine = await openWorld(world, { atMs: EVENING_MS, stage: 'dev' });
  });
  afterAll(async () => {
    await engine.close();
    world.remove();
  });

  it.each(CASES)('$sql', async ({ sql, rows }) => {
    expect((await rowsOf(engine, sql)).map((row) => Object.values(row))).toEqual(rows);
  });

  it('shows no session token and no external ID, whatever is asked for', async () => {
    const everything: Row[] = [];
    for (const name of ['archive_changes', 'cloudtrail', ...namedViews.map((view) => view.name)]) {
      everything.push(...(await rowsOf(engine, `SELECT * FROM ${name}`)));
    }
    const text = JSON.stringify(everything);
    expect(text).toContain('ASIALOST');
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain(EXTERNAL_ID);
  });
});

describe('the moment and the days that are asked for', () => {
  const world = aSqlWorld(aDay);
  afterAll(() => world.remove());

  async function asked(opening: Parameters<typeof openWorld>[1], sql: string) {
    const engine = await openWorld(world, opening);
    try {
      return (await rowsOf(engine, sql)).map((row) => Object.values(row));
    } finally {
      await engine.close();
    }
  }

  const LIVE = 'SELECT certainty, is_fenced, session_name FROM live_sessions ORDER BY session_name';
  const [first = '', second = ''] = [ids.matched, ids.unseen].sort();

  it.each([
    { title: 'before them', after: -1, rows: [] },
    {
      title: 'while they last',
      after: 60_000,
      rows: [
        ['issued', false, `${first}.1`],
        ['issued', false, `${second}.1`],
        ['possible', false, `${ids.lost}.1`],
      ].sort((left, right) => (String(left[2]) < String(right[2]) ? -1 : 1)),
    },
    {
      title: 'behind the fence',
      after: 600_000,
      rows: [
        ['issued', true, `${first}.1`],
        ['issued', true, `${second}.1`],
        ['possible', false, `${ids.lost}.1`],
      ].sort((left, right) => (String(left[2]) < String(right[2]) ? -1 : 1)),
    },
    { title: 'when they are over', after: 900_000, rows: [['possible', false, `${ids.lost}.1`]] },
    { title: 'when nothing can be left', after: 65 * 60_000, rows: [] },
  ])('tells the live sessions $title', async ({ after, rows }) => {
    expect(await asked({ atMs: START_MS + after, stage: 'dev' }, LIVE)).toEqual(rows);
  });

  it('reads the days that are asked for, both included', async () => {
    const days = 'SELECT DISTINCT dt FROM archive_changes ORDER BY dt';
    expect(await asked({ atMs: EVENING_MS }, days)).toEqual([['2031-05-06'], ['2031-05-07']]);
    expect(await asked({ atMs: EVENING_MS, from: '2031-05-07' }, days)).toEqual([['2031-05-07']]);
    expect(await asked({ atMs: EVENING_MS, to: '2031-05-06' }, days)).toEqual([['2031-05-06']]);
    await expect(asked({ atMs: EVENING_MS, from: '2031-05-08' }, days)).rejects.toThrow(/no file of the archive/);
  });

  it('knows the deployment’s roles without its stage, and not those of another stage', async () => {
    const count = "SELECT count(*) FROM session_verdicts WHERE verdict = 'stray'";
    expect(await asked({ atMs: EVENING_MS }, count)).toEqual([[6]]);
    expect(await asked({ atMs: EVENING_MS, stage: 'prod' }, 'SELECT count(*) FROM assumptions')).toEqual([[0]]);
  });

  it('calls nothing missing that the files do not reach', async () => {
    const [, theirs] = aDay.trails;
    if (theirs === undefined) throw new Error('the day has two trails');
    const early = aSqlWorld({ ...aDay, trails: [{ ...theirs, records: theirs.records.slice(-1) }] });
    const engine = await openWorld(early, { atMs: EVENING_MS, stage: 'dev' });
    const rows = await rowsOf(engine, 'SELECT DISTINCT verdict FROM session_verdicts ORDER BY verdict');
    await engine.close();
    early.remove();
    expect(rows.map((row) => row['verdict'])).toEqual(['awaited', 'notCovered']);
  });
});
