import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ArchivedChange } from '../../../lib/audit/archive/archived-change.ts';
import { changeObject } from '../../../lib/audit/archive/change-object.ts';
import { type DuckDb, openDuckDb } from '../../../lib/audit/views/duckdb-engine.ts';
import { archiveFiles, cloudTrailFiles } from '../../../lib/audit/views/duckdb-files.ts';
import type { SqlValue } from '../../../lib/audit/views/sql-answer.ts';
import { rolePatternOf } from '../../../lib/audit/views/view.ts';

/** Files as the archive and CloudTrail write them, in a directory that is removed. */
export type SqlWorld = {
  readonly archive: string;
  readonly cloudtrail: string;
  readonly remove: () => void;
};

export type Trail = readonly Readonly<Record<string, unknown>>[];
/** `packed`: as CloudTrail delivers. `lines`: as the embedded stack writes. `pretty`: as a person might have kept it. */
export type TrailForm = 'packed' | 'plain' | 'lines' | 'pretty';

const FORMS: Readonly<
  Record<TrailForm, (records: Trail) => { readonly name: string; readonly bytes: string | Buffer }>
> = {
  packed: (Records) => ({ name: '1.json.gz', bytes: gzipSync(JSON.stringify({ Records })) }),
  plain: (Records) => ({ name: '1.json', bytes: JSON.stringify({ Records }) }),
  lines: (records) => ({ name: 'cloudtrail.jsonl', bytes: records.map((one) => `${JSON.stringify(one)}\n`).join('') }),
  pretty: (Records) => ({ name: '1.json', bytes: JSON.stringify({ Records }, null, 2) }),
};

export type SqlWorldFiles = {
  /** Each batch is an object, put at its time. */
  readonly batches: readonly { readonly putAtMs: number; readonly changes: readonly ArchivedChange[] }[];
  /** In two accounts' folders. */
  readonly trails: readonly { readonly accountId: string; readonly records: Trail }[];
  readonly form?: TrailForm;
  readonly packsArchive?: boolean;
};

export function aSqlWorld({ batches, trails, form = 'packed', packsArchive = false }: SqlWorldFiles): SqlWorld {
  const root = mkdtempSync(path.join(tmpdir(), 'sql-world-'));
  const put = (name: string, bytes: string | Buffer) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), bytes);
  };
  for (const { putAtMs, changes } of batches) {
    const [first, ...rest] = changes;
    if (first === undefined) throw new Error('no object is empty');
    const { key, bytes } = changeObject([first, ...rest], putAtMs);
    put(`archive/${key}${packsArchive ? '.gz' : ''}`, packsArchive ? gzipSync(bytes) : bytes);
  }
  put('archive/digests/dt=1970-01-01/000000000000.json', '{"not":"a change"}');
  for (const { accountId, records } of trails) {
    const { name, bytes } = FORMS[form](records);
    put(`cloudtrail/AWSLogs/${accountId}/CloudTrail/eu-west-1/2031/05/06/${name}`, bytes);
  }
  put(
    'cloudtrail/AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2031/05/06/d.json',
    '{"awsAccountId":"111111111111"}',
  );
  return {
    archive: path.join(root, 'archive'),
    cloudtrail: path.join(root, 'cloudtrail'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export type Opening = { readonly atMs: number; readonly stage?: string; readonly from?: string; readonly to?: string };

export async function openWorld(world: SqlWorld, { atMs, stage, from, to }: Opening): Promise<DuckDb> {
  const days = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  return openDuckDb({
    archive: await archiveFiles(world.archive, days),
    cloudtrail: await cloudTrailFiles(world.cloudtrail),
    context: { atMs, rolePattern: rolePatternOf(stage) },
  });
}

export type Row = Readonly<Record<string, SqlValue>>;

/** Every row, by the names of its columns. */
export async function rowsOf(engine: DuckDb, sql: string): Promise<readonly Row[]> {
  const { columns, pages } = await engine.query(sql, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const rows: Row[] = [];
  for await (const page of pages) {
    rows.push(...page.map((row) => Object.fromEntries(row.map((value, index) => [columns[index] ?? '', value]))));
  }
  return rows;
}
