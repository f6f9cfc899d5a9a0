import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DuckDb, openDuckDb } from '../../../../lib/audit/views/duckdb-engine.ts';
import { archiveFiles, cloudTrailFiles } from '../../../../lib/audit/views/duckdb-files.ts';
import { SqlProblem, type SqlProblemKind } from '../../../../lib/audit/views/sql-answer.ts';
import { aDay, EVENING_MS } from '../../../support/sql-world/a-day.ts';
import { aSqlWorld, openWorld, rowsOf, type SqlWorld } from '../../../support/sql-world/sql-world.ts';

let world: SqlWorld;
let engine: DuckDb;
beforeAll(async () => {
  world = aSqlWorld(aDay);
  engine = await openWorld(world, { atMs: EVENING_MS });
});
afterAll(async () => {
  await engine.close();
  world.remove();
});

const context = { rolePattern: 'credential-broker-%-' };
const options = () => ({ signal: new AbortController().signal, onProgress: () => undefined });

function problem(kind: SqlProblemKind, message: RegExp) {
  return expect.objectContaining({ name: 'SqlProblem', kind, message: expect.stringMatching(message) });
}

describe('what a query may do', () => {
  const evil = () => path.join(world.archive, 'evil.csv');

  it.each([
    ['writes a file', () => `COPY (SELECT 1) TO '${evil()}'`],
    ['writes while it explains', () => `EXPLAIN ANALYZE COPY (SELECT 1) TO '${evil()}'`],
    ['makes a table', () => 'CREATE TABLE t (a INT)'],
    ['drops a view', () => 'DROP VIEW issuances'],
    ['attaches a database', () => `ATTACH '${evil()}'`],
    ['changes a setting', () => 'SET enable_external_access = true'],
    ['sets a variable', () => "SET VARIABLE archive_files = ['/etc/passwd']"],
    ['installs an extension', () => 'INSTALL httpfs'],
    ['calls what changes something', () => 'CALL pragma_version()'],
    [
      'begins a log',
      () =>
        `SELECT * FROM "Enable_Logging"(storage = 'file', storage_config = {'path': '${path.join(world.archive, 'evil.csv')}'})`,
    ],
    ['is two', () => `SELECT 1; COPY (SELECT 1) TO '${evil()}'`],
    ['is none', () => '-- nothing'],
  ])('refuses what %s', async (_, sql) => {
    // DuckDB looks at the file before it says what kind of statement it is.
    const kind = expect.stringMatching(/^(?:queryWrong|dataUnreadable)$/);
    await expect(rowsOf(engine, sql())).rejects.toMatchObject({ name: 'SqlProblem', kind });
    expect(existsSync(evil())).toBe(false);
  });

  it.each([
    ['another file', "SELECT * FROM read_text('/etc/hostname')"],
    ['a file outside, by way of the directory', () => `SELECT * FROM read_text('${world.archive}/../secret.txt')`],
    ['a list of files', "SELECT * FROM glob('/etc/*')"],
    ['the network', "SELECT * FROM read_csv('https://example.com/x.csv')"],
  ])('reads not %s', async (_, sql) => {
    writeFileSync(path.join(world.archive, '..', 'secret.txt'), 'secret');
    const text = typeof sql === 'string' ? sql : sql();
    await expect(rowsOf(engine, text)).rejects.toEqual(problem('dataUnreadable', /disabled by configuration/));
  });

  it.each([
    ['WITH a AS (SELECT 1 AS one) SELECT one FROM a', [{ one: 1 }]],
    [
      'SELECT 9007199254740993 AS big, 12 AS small, [1, 2] AS list;',
      [{ big: '9007199254740993', small: 12, list: '[1,2]' }],
    ],
    [
      "SELECT TIMESTAMP '2031-05-06 07:08:09' AS t, NULL AS n, true AS b",
      [{ t: '2031-05-06 07:08:09', n: null, b: true }],
    ],
  ])('answers %s', async (sql, rows) => {
    expect(await rowsOf(engine, sql)).toEqual(rows);
  });

  it('lists the views, and describes them', async () => {
    expect((await rowsOf(engine, 'SHOW TABLES')).map((row) => row['name'])).toContain('session_verdicts');
    expect((await rowsOf(engine, 'DESCRIBE issuances')).map((row) => row['column_name'])).toContain('tenant_id');
  });

  it.each(['SELECTED 1', 'SELECT frob FROM issuances', 'SELECT * FROM frobs'])(
    'says what is wrong with %s',
    async (sql) => {
      await expect(rowsOf(engine, sql)).rejects.toEqual(problem('queryWrong', /frob|SELECTED/));
      expect(await rowsOf(engine, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    },
  );

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    setTimeout(() => stop.abort(reason), 50);
    const slow = 'SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(10000000) AS b';
    await expect(engine.query(slow, { ...options(), signal: stop.signal })).rejects.toBe(reason);
    expect(await rowsOf(engine, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('gives many rows page by page, and takes one query at a time', async () => {
    const answer = await engine.query('SELECT range FROM range(10000)', options());
    expect(() => engine.query('SELECT 1', options())).toThrow(/one query at a time/);
    let pages = 0;
    let rows = 0;
    for await (const page of answer.pages) {
      pages += 1;
      rows += page.length;
    }
    expect([rows, pages > 1]).toEqual([10_000, true]);
  });
});

describe('what is there to be read', () => {
  it('has the views of the archive alone where there is no CloudTrail, and the other way round', async () => {
    const archive = await openDuckDb({
      archive: await archiveFiles(world.archive, {}),
      cloudtrail: undefined,
      context,
    });
    expect(await rowsOf(archive, 'SELECT count(*) AS n FROM issuances')).toEqual([{ n: 5 }]);
    await expect(rowsOf(archive, 'SELECT * FROM session_verdicts')).rejects.toEqual(
      problem('queryWrong', /session_verdicts/),
    );
    await archive.close();
    const trail = await openDuckDb({
      archive: undefined,
      cloudtrail: await cloudTrailFiles(world.cloudtrail),
      context,
    });
    expect(await rowsOf(trail, 'SELECT count(*) AS n FROM assumptions')).toEqual([{ n: 11 }]);
    await trail.close();
  });

  it('takes one file of CloudTrail, and opens no other beside it', async () => {
    const [file = ''] = (await cloudTrailFiles(world.cloudtrail)).files;
    const beside = path.join(path.dirname(file), 'other.json');
    writeFileSync(beside, '{}');
    const trail = await openDuckDb({ archive: undefined, cloudtrail: await cloudTrailFiles(file), context });
    expect(await rowsOf(trail, 'SELECT count(*) > 0 AS some FROM cloudtrail')).toEqual([{ some: true }]);
    await expect(rowsOf(trail, `SELECT * FROM read_text('${beside}')`)).rejects.toBeInstanceOf(SqlProblem);
    await trail.close();
  });

  it('says which file is broken', async () => {
    const broken = aSqlWorld(aDay);
    const { files } = await archiveFiles(broken.archive, {});
    writeFileSync(files[0] ?? '', '{"changeId": tru');
    const opened = await openWorld(broken, { atMs: EVENING_MS });
    await expect(rowsOf(opened, 'SELECT * FROM changes')).rejects.toEqual(problem('dataUnreadable', /\.jsonl/));
    await opened.close();
    broken.remove();
  });

  it('says that there is no such directory, and that a name would be a pattern', async () => {
    await expect(archiveFiles('/nowhere', {})).rejects.toEqual(problem('dataUnreadable', /nowhere.*ENOENT/));
    const odd = path.join(world.cloudtrail, 'a[1].json');
    writeFileSync(odd, '{}');
    await expect(cloudTrailFiles(odd)).rejects.toEqual(problem('dataUnreadable', /pattern/));
  });

  it('says how to install DuckDB where it is absent', async () => {
    const load = async () => Promise.reject(new SqlProblem('engineAbsent', 'DuckDB is not installed.'));
    await expect(openDuckDb({ archive: undefined, cloudtrail: undefined, context }, load)).rejects.toEqual(
      problem('engineAbsent', /not installed/),
    );
  });
});
