import { beforeAll, describe, expect, it } from 'vitest';
import { archiveColumns } from '../../../../lib/audit/views/archive-table.ts';
import { athenaQuery, lastDays } from '../../../../lib/audit/views/athena-query.ts';
import { cloudTrailColumns } from '../../../../lib/audit/views/cloudtrail-table.ts';
import { type Fields, isList, isStruct, type SqlType } from '../../../../lib/audit/views/sql-type.ts';
import { auditViews, namedViews } from '../../../../lib/audit/views/views.ts';
import { type TrinoProblems, trinoGrammar } from '../../../support/sql-world/trino-grammar.ts';

let problemsOf: TrinoProblems;
beforeAll(async () => {
  problemsOf = await trinoGrammar();
});

function asAthena(query: string): string {
  return athenaQuery({
    query,
    database: 'credential_broker_dev',
    days: lastDays(31),
    context: { rolePattern: 'credential-broker-dev-' },
  });
}

/** Functions of Trino that the views use. Source: Trino documentation, "List of functions and operators". */
const FUNCTIONS = new Set(
  `array_agg array_join array_sort cardinality cast coalesce count date_format from_iso8601_timestamp from_unixtime
  json_extract_scalar length max max_by min min_by nullif regexp_extract regexp_replace replace row_number sum to_unixtime try`.split(
    /\s+/,
  ),
);
const WORDS =
  /^(?:as|in|over|filter|from|where|like|join|values|and|or|when|then|else|not|unnest|by|on|with|union|timestamp|[a-z])$/;

describe('the views as Athena takes them', () => {
  it.each(namedViews.map(({ name }) => name))('%s is SQL by Trino’s grammar, and the golden text', async (name) => {
    const sql = asAthena(`SELECT * FROM ${name}`);
    expect(problemsOf(sql)).toEqual([]);
    await expect(`${sql}\n`).toMatchFileSnapshot(`athena/${name}.sql`);
  });

  it('calls no function that Trino has not', () => {
    const text = asAthena(`SELECT * FROM ${auditViews.map(({ name }) => name).join(', ')}`);
    const bare = text.replace(/'(?:[^']|'')*'/g, "''");
    const called = [...bare.matchAll(/([a-z_0-9]+)\s?\(/gi)].map(([, name = '']) => name.toLowerCase());
    const tables = new Set(auditViews.map(({ name }) => name));
    const unknown = called.filter((name) => !FUNCTIONS.has(name) && !WORDS.test(name) && !tables.has(name));
    expect(unknown).toEqual([]);
    expect(called.length).toBeGreaterThan(50);
  });

  it('reads no column and no field that the tables have not', () => {
    const text = asAthena(`SELECT * FROM ${auditViews.map(({ name }) => name).join(', ')}`);
    const paths = [...text.matchAll(/\b(c\.record|t\.useridentity)((?:\."[a-z0-9]+")+)/g)];
    expect(paths.length).toBeGreaterThan(40);
    for (const [, from, path = ''] of paths) {
      const root = from === 'c.record' ? archiveColumns['record'] : cloudTrailColumns['userIdentity'];
      expect(typeAt(root, path.slice(2, -1).split('"."')), `${from}${path}`).toBeDefined();
    }
    const columns = [...text.matchAll(/\bt\.([a-z]+)\b(?!\s*\()/g)].map(([, name = '']) => name);
    const known = new Set([...Object.keys(cloudTrailColumns).map((name) => name.toLowerCase()), 'attempt']);
    expect(columns.filter((name) => !known.has(name))).toEqual([]);
  });

  it('has no two fields that differ in their case alone, which Athena could not tell apart', () => {
    for (const fields of [archiveColumns, cloudTrailColumns]) checkNames(fields);
  });
});

describe('a query of somebody', () => {
  const view = /^WITH archive_changes AS \([\s\S]*\),\nissuances AS \([\s\S]*\)/;

  it.each([
    { title: 'a plain one', query: 'SELECT count(*) FROM issuances', end: ')\nSELECT count(*) FROM issuances' },
    { title: 'behind a comment', query: '-- how many\n SELECT 1 FROM issuances', end: ')\nSELECT 1 FROM issuances' },
    {
      title: 'with a WITH of its own',
      query: '/* mine */ with mine as (select * from issuances) select * from mine',
      end: '),\nmine as (select * from issuances) select * from mine',
    },
    { title: 'in capitals', query: 'SELECT * FROM ISSUANCES', end: ')\nSELECT * FROM ISSUANCES' },
  ])('has what it names before it: $title', ({ query, end }) => {
    const sql = asAthena(query);
    expect(sql).toMatch(view);
    expect(sql.endsWith(end)).toBe(true);
    expect(problemsOf(sql)).toEqual([]);
    expect(sql).not.toMatch(/\bcloudtrail\b/);
  });

  it('may be recursive', () => {
    const sql = asAthena(
      'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n, issuances',
    );
    expect(sql).toMatch(/^WITH RECURSIVE archive_changes AS/);
    expect(problemsOf(sql)).toEqual([]);
  });

  it('is left as it is where it names nothing of ours', () => {
    expect(asAthena('SHOW TABLES')).toBe('SHOW TABLES');
  });

  it('reads only the days that are asked for', () => {
    const sql = athenaQuery({
      query: 'SELECT * FROM cloudtrail, archive_changes',
      database: 'db',
      days: { from: "'2031-05-06'", to: "'2031-05-07'" },
      context: { rolePattern: 'credential-broker-dev-' },
    });
    expect(sql).toContain(`"db"."archive_changes" WHERE dt >= '2031-05-06' AND dt <= '2031-05-07'`);
    expect(sql).toContain(`dt >= replace('2031-05-06', '-', '/')`);
  });
});

describe('what Athena answers, which rests in a bucket', () => {
  it('has neither the session tokens nor the external IDs of CloudTrail’s records', () => {
    const sql = asAthena('SELECT * FROM cloudtrail');
    expect(sql).not.toMatch(/SELECT \* FROM "/);
    for (const [column, secret] of [
      ['responseelements', 'sessionToken'],
      ['requestparameters', 'externalId'],
    ] as const) {
      const [, pattern = '', by = ''] = new RegExp(`regexp_replace\\("${column}", '(.*?)', '(.*?)'\\)`).exec(sql) ?? [];
      const kept = JSON.stringify({ before: 1, [secret]: 'a+/=b', after: { accessKeyId: 'ASIA' } });
      const shown = kept.replaceAll(new RegExp(pattern, 'g'), by);
      expect(JSON.parse(shown)).toEqual({ before: 1, [secret]: null, after: { accessKeyId: 'ASIA' } });
    }
    expect(problemsOf(sql)).toEqual([]);
  });
});

describe('the grammar', () => {
  it.each(['SELECT by FROM t', 'SELECT x FROM WHERE', 'SELECT make_timestamp_ms(x)::varchar FROM t'])(
    'finds %s wrong',
    (sql) => {
      expect(problemsOf(sql)).not.toEqual([]);
    },
  );
});

function typeAt(type: SqlType | undefined, path: readonly string[]): SqlType | undefined {
  const [name, ...rest] = path;
  if (name === undefined || type === undefined || !isStruct(type)) return name === undefined ? type : undefined;
  const [, found] = Object.entries(type.struct).find(([field]) => field.toLowerCase() === name) ?? [];
  return typeAt(found, rest);
}

function checkNames(fields: Fields): void {
  const names = Object.keys(fields).map((name) => name.toLowerCase());
  expect(names).toEqual([...new Set(names)]);
  for (const type of Object.values(fields)) {
    const inner = isList(type) ? type.list : type;
    if (isStruct(inner)) checkNames(inner.struct);
  }
}
