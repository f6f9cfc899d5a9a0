import { afterEach, describe, expect, it } from 'vitest';
import type { SqlProgress, SqlRow } from '../../../lib/audit/views/sql-answer.ts';
import { makeAthenaEngine } from '../../../lib/client/athena-engine.ts';
import { countingIds } from '../../support/counting-ids.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import {
  type AthenaReplies,
  type AthenaServer,
  execution,
  results,
  startAthena,
  started,
} from '../../support/sql-world/athena-server.ts';

const COLUMNS = [
  ['tenant_id', 'varchar'],
  ['calls', 'bigint'],
  ['share', 'double'],
  ['is_removed', 'boolean'],
] as const;
const HEAD: readonly string[] = COLUMNS.map(([name]) => name);
const DONE: AthenaReplies = {
  StartQueryExecution: [started],
  GetQueryExecution: [execution('QUEUED'), execution('RUNNING', {}, 1_000), execution('SUCCEEDED', {}, 2_048)],
  GetQueryResults: [results(COLUMNS, [HEAD, ['acme', '12', '0.5', 'true'], [null, '9007199254740993', null, 'false']])],
};

let server: AthenaServer | undefined;
afterEach(async () => server?.close());

type Run = {
  readonly slept: number[];
  readonly progress: SqlProgress[];
  readonly rows: SqlRow[];
  readonly columns: readonly string[];
};

async function run(replies: AthenaReplies, stopAt?: string, credentials = keys): Promise<Run> {
  const stop = new AbortController();
  server = await startAthena(replies, ({ action }) => {
    if (action === stopAt) stop.abort(new Error('stopped'));
  });
  const slept: number[] = [];
  const progress: SqlProgress[] = [];
  const means = {
    region: 'eu-west-1',
    endpoint: server.url,
    credentials,
    fetch: globalThis.fetch,
    clock: frozenClock(),
    ids: countingIds(),
    sleep: async (durationMs: number) => void slept.push(durationMs),
  };
  const engine = makeAthenaEngine(means, {
    workGroup: 'credential-broker-dev-audit',
    database: 'credential_broker_dev',
  });
  const answer = await engine.query('SELECT 1', { signal: stop.signal, onProgress: (each) => progress.push(each) });
  const rows: SqlRow[] = [];
  for await (const page of answer.pages) rows.push(...page);
  return { slept, progress, rows, columns: answer.columns };
}

async function keys() {
  return { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret', sessionToken: 'token' };
}

function actions(): readonly string[] {
  return server?.asked.map(({ action }) => action) ?? [];
}

describe('a query on Athena', () => {
  it('is started in the workgroup, waited for and read, by signed calls', async () => {
    const { rows, columns, progress } = await run(DONE);
    expect(columns).toEqual(HEAD);
    expect(rows).toEqual([
      ['acme', 12, 0.5, true],
      [null, '9007199254740993', null, false],
    ]);
    expect(actions()).toEqual(['StartQueryExecution', ...Array(3).fill('GetQueryExecution'), 'GetQueryResults']);
    expect(server?.asked[0]?.input).toEqual({
      QueryString: 'SELECT 1',
      ClientRequestToken: expect.stringMatching(/^.{32,128}$/),
      QueryExecutionContext: { Database: 'credential_broker_dev' },
      WorkGroup: 'credential-broker-dev-audit',
    });
    for (const { authorization } of server?.asked ?? []) {
      expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-west-1\/athena\/aws4_request/);
    }
    expect(progress).toEqual([
      { state: 'queued', scannedBytes: 0 },
      { state: 'running', scannedBytes: 1_000 },
      { state: 'succeeded', scannedBytes: 2_048 },
    ]);
  });

  it('is read page by page; the head is on the first page alone', async () => {
    const pages = [results(COLUMNS, [HEAD, ['a', '1', null, null]], 'next'), results(COLUMNS, [HEAD.with(1, '2')])];
    const { rows } = await run({ ...DONE, GetQueryResults: pages });
    expect(rows).toEqual([
      ['a', 1, null, null],
      ['tenant_id', 2, 'share', false],
    ]);
    expect(server?.asked.at(-1)?.input).toMatchObject({ QueryExecutionId: 'query-1', NextToken: 'next' });
  });

  it('has no head where it is no query of rows', async () => {
    const utility = { body: { QueryExecution: { StatementType: 'UTILITY', Status: { State: 'SUCCEEDED' } } } };
    const { rows } = await run({
      ...DONE,
      GetQueryExecution: [utility],
      GetQueryResults: [results([['tab_name', 'string']], [['archive_changes']])],
    });
    expect(rows).toEqual([['archive_changes']]);
  });

  it('is asked again where Athena is busy, with the same token', async () => {
    const busy = { status: 400, body: { __type: 'TooManyRequestsException', Message: 'slow down' } };
    const { slept } = await run({ ...DONE, StartQueryExecution: [busy, { status: 503, body: {} }, started] });
    const tokens = server?.asked.filter(({ action }) => action === 'StartQueryExecution');
    expect(new Set(tokens?.map(({ input }) => input['ClientRequestToken'])).size).toBe(1);
    expect(slept.slice(0, 2)).toEqual([500, 1_000]);
  });

  it('pauses for longer and longer, and never for more than three seconds', async () => {
    const { slept } = await run({
      ...DONE,
      GetQueryExecution: [...Array(12).fill(execution('RUNNING')), execution('SUCCEEDED')],
    });
    expect(slept[0]).toBe(300);
    expect(slept.at(-1)).toBe(3_000);
  });

  const failed = (StateChangeReason: string, ErrorCategory: number) =>
    execution('FAILED', { StateChangeReason, AthenaError: { ErrorCategory } });

  it.each([
    { title: 'a query that is wrong', reply: failed('SYNTAX_ERROR: line 1:8: no such column', 2), kind: 'queryWrong' },
    { title: 'a breakdown', reply: failed('GENERIC_INTERNAL_ERROR', 1), kind: 'engineFailed' },
    {
      title: 'a query that reads too much',
      reply: execution('CANCELLED', { StateChangeReason: 'Query cancelled! : Bytes scanned limit was exceeded' }),
      kind: 'tooMuch',
    },
    {
      title: 'a table that may not be read',
      reply: failed('Insufficient permissions to execute the query. User is not authorized', 2),
      kind: 'refused',
    },
  ])('tells of $title what Athena says', async ({ reply, kind }) => {
    await expect(run({ ...DONE, GetQueryExecution: [reply] })).rejects.toMatchObject({ name: 'SqlProblem', kind });
    expect(actions()).not.toContain('GetQueryResults');
  });

  it.each([
    ['InvalidRequestException', 400, 'queryWrong'],
    ['AccessDeniedException', 400, 'refused'],
    ['UnrecognizedClientException', 403, 'refused'],
    ['InternalServerException', 500, 'engineFailed'],
  ])('tells %s apart', async (type, status, kind) => {
    const reply = { status, body: { __type: `com.amazonaws.athena#${type}`, Message: 'what it says' } };
    await expect(run({ ...DONE, StartQueryExecution: [reply] })).rejects.toMatchObject({
      kind,
      message: `${type}: what it says`,
    });
  });

  it('tells that there are no credentials, and asks nobody', async () => {
    const none = Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' });
    await expect(run(DONE, undefined, () => Promise.reject(none))).rejects.toMatchObject({ kind: 'refused' });
    expect(actions()).toEqual([]);
  });

  it('tells an answer that is none', async () => {
    await expect(run({ ...DONE, GetQueryExecution: [{ body: { odd: true } }] })).rejects.toMatchObject({
      kind: 'engineFailed',
    });
  });

  it('is stopped at Athena when nobody waits for it any more', async () => {
    const replies = { ...DONE, GetQueryExecution: [execution('RUNNING')], StopQueryExecution: [{ body: {} }] };
    await expect(run(replies, 'GetQueryExecution')).rejects.toThrow('stopped');
    expect(server?.asked.at(-1)).toMatchObject({
      action: 'StopQueryExecution',
      input: { QueryExecutionId: 'query-1' },
    });
  });
});
