import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { namedViews } from '../../../../lib/audit/views/views.ts';
import { compiledSources } from '../../../support/compiled-sources.ts';
import { runBroker } from '../../../support/run-broker.ts';
import { aDay, ids } from '../../../support/sql-world/a-day.ts';
import {
  type AthenaServer,
  execution,
  results,
  startAthena,
  started,
} from '../../../support/sql-world/athena-server.ts';
import { aSqlWorld } from '../../../support/sql-world/sql-world.ts';

const world = aSqlWorld(aDay);
afterAll(() => world.remove());
const over = ['--archive', world.archive, '--cloudtrail', world.cloudtrail, '--stage', 'dev'];

function sql(...words: readonly string[]) {
  return runBroker(['audit', 'sql', ...words]);
}

describe('broker audit sql over files', () => {
  it('shows the views where nothing is asked', async () => {
    const { exitCode, stdout, requests } = await sql();
    expect(exitCode).toBe(0);
    expect(requests).toEqual([]);
    for (const { name, about } of namedViews)
      expect(stdout).toMatch(new RegExp(`^${name} +${about.slice(0, 20)}`, 'm'));
  });

  it('gives a view as a table, and says who answered', async () => {
    const { exitCode, stdout, stderr } = await sql('--view', 'refusals', ...over);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^DAY +REFUSED +REASON +REQUESTER +JOB +REFUSALS +TENANTS\n/);
    expect(stdout).toMatch(/2031-05-06 +stranger +com\.example\.odd +41 +0\n/);
    expect(stderr).toBe(`DuckDB, over ${world.archive} and ${world.cloudtrail}\n3 rows\n`);
  });

  it('gives a row at a time where the terminal is too narrow for the columns', async () => {
    const { stdout } = await runBroker(['audit', 'sql', '--view', 'probes', ...over], { columns: 80 });
    expect(stdout).toMatch(/^probe_id +probe_b+\ntenant_id +acme\n/);
  });

  it('gives CSV that no spreadsheet takes for a formula', async () => {
    const query = 'SELECT requester, reason, accounts FROM requests ORDER BY requester';
    const { stdout } = await sql(query, ...over, '--format', 'csv');
    expect(stdout).toBe('requester,reason,accounts\r\n"\'=cmd()",,1\r\nscans,"nightly scan",1\r\n');
  });

  it('gives JSON, with values of their types and every column once', async () => {
    const { stdout } = await sql(
      "SELECT 1 AS a, 'x' AS a, NULL AS n, true AS b, 9007199254740993 AS big",
      ...over,
      '--json',
    );
    expect(JSON.parse(stdout)).toEqual([{ a: 1, a_2: 'x', n: null, b: true, big: '9007199254740993' }]);
    const nothing = await sql('SELECT 1 AS a WHERE false', ...over, '--json');
    expect(JSON.parse(nothing.stdout)).toEqual([]);
  });

  it('writes nothing to a terminal that could move its cursor', async () => {
    const query = "SELECT chr(27) || '[2J' || chr(10) || chr(8238) AS evil";
    for (const format of [[], ['--format', 'csv'], ['--json']]) {
      const { stdout } = await sql(query, ...over, ...format);
      expect(stdout).toMatch(/\\u001b\[2J/);
      for (const character of ['\u001b', '\u202e']) expect(stdout).not.toContain(character);
    }
  });

  it('asks about the moment and the days that are given', async () => {
    const live = ['SELECT session_name FROM live_sessions WHERE is_fenced', ...over, '--json'];
    const then = await sql(...live, '--at', '2031-05-06T07:20:00Z');
    expect(JSON.parse(then.stdout)).toHaveLength(2);
    expect(JSON.parse((await sql(...live)).stdout)).toEqual([]);
    const days = ['SELECT DISTINCT dt FROM archive_changes ORDER BY dt', ...over, '--format', 'csv'];
    expect((await sql(...days, '--from', '2026-01-01', '--to', '2031-05-07')).stdout).toBe(
      'dt\r\n"2031-05-06"\r\n'.replaceAll('"', ''),
    );
  });

  it.each([
    { words: ['SELECT 1', '--view', 'requests', ...over], exitCode: 2, said: /^cli\.usage\nA query and --view/ },
    { words: ['SELECT 1', '--json', '--format', 'csv', ...over], exitCode: 2, said: /contradict/ },
    { words: ['--view', 'frobs', ...over], exitCode: 2, said: /Choices: "changes"/ },
    { words: ['SELECT frob FROM requests', ...over], exitCode: 2, said: /cli\.queryWrong\n.*"frob" not found.*\n/ },
    { words: ['DROP VIEW requests', ...over], exitCode: 2, said: /cli\.queryWrong\nOnly queries are run here/ },
    { words: ['SELECT 1', '--archive', '/nowhere'], exitCode: 2, said: /cli\.dataUnreadable\n\/nowhere .*ENOENT/ },
    { words: ['SELECT 1', '--from', '2031-05-06', '--to', '2031-05-06'], exitCode: 2, said: /is not before/ },
    { words: ["SELECT * FROM read_text('/etc/hostname')", ...over], exitCode: 2, said: /cli\.dataUnreadable/ },
  ])('ends with $exitCode: $words.0', async ({ words, exitCode, said }) => {
    const ended = await sql(...words);
    expect([ended.exitCode, ended.stdout]).toEqual([exitCode, '']);
    expect(ended.stderr).toMatch(said);
  });

  it('shows no more rows than a person reads, and says how many there are', async () => {
    const { stdout, stderr } = await sql('SELECT range AS n FROM range(2500)', ...over);
    expect(stdout.split('\n')).toHaveLength(1_002);
    expect(stderr).toMatch(/2,500 rows\n1,500 more are not shown/);
  });
});

describe('broker audit sql at Athena', () => {
  let server: AthenaServer | undefined;
  afterEach(async () => server?.close());

  /** In a process of its own, whose AWS settings are all in its environment. */
  async function atAthena(words: readonly string[], replies: Parameters<typeof startAthena>[0]) {
    server = await startAthena(replies);
    const main = path.resolve(import.meta.dirname, '../../../../lib/operator-cli/main.ts');
    const env = {
      ...compiledSources,
      PATH: process.env['PATH'],
      HOME: '/nowhere',
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      BROKER_STAGE: 'dev-1',
    };
    const run = promisify(execFile)(process.execPath, [main, 'audit', 'sql', ...words], { env, encoding: 'utf8' });
    return run.then(
      ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({ ...error, exitCode: error.code }),
    );
  }

  it('sends the views with the query, to the workgroup and the database of the stage', async () => {
    const columns = [
      ['issuance_id', 'varchar'],
      ['attempts', 'bigint'],
    ] as const;
    const ran = await atAthena(
      ['SELECT issuance_id, attempts FROM issuances', '--to', '2031-05-07', '--format', 'csv'],
      {
        StartQueryExecution: [started],
        GetQueryExecution: [execution('SUCCEEDED', {}, 12_345_678)],
        GetQueryResults: [
          results(columns, [
            ['issuance_id', 'attempts'],
            [ids.matched, '1'],
          ]),
        ],
      },
    );
    expect(ran).toMatchObject({ exitCode: 0, stdout: `issuance_id,attempts\r\n${ids.matched},1\r\n` });
    expect(ran.stderr).toBe(
      'Athena, credential-broker-dev-1-audit in eu-west-1, 2031-04-06 to 2031-05-06\nAthena scanned 12.3 MB.\n',
    );
    expect(server?.asked[0]?.input).toMatchObject({
      WorkGroup: 'credential-broker-dev-1-audit',
      QueryExecutionContext: { Database: 'credential_broker_dev_1' },
      QueryString: expect.stringMatching(
        /^WITH archive_changes AS \(\nSELECT \* FROM "credential_broker_dev_1"\."archive_changes" WHERE dt >= '2031-04-06' AND dt <= '2031-05-06'\n\)[\s\S]*\nSELECT issuance_id, attempts FROM issuances$/,
      ),
    });
  });

  it('says what Athena says, and ends with what it is', async () => {
    const refused = { status: 400, body: { __type: 'AccessDeniedException', Message: 'not you' } };
    const ran = await atAthena(['--view', 'refusals'], { StartQueryExecution: [refused] });
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toMatch(/\ncli\.queryRefused\nAccessDeniedException: not you\nCheck that your AWS profile/);
  });
});
