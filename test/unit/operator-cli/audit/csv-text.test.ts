import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { csvLine } from '../../../../lib/operator-cli/audit/csv-text.ts';
import { RECORDS_CSV_HEAD, recordsCsv } from '../../../../lib/operator-cli/audit/record-csv.ts';
import { RECORD_COLUMNS, recordLines } from '../../../../lib/operator-cli/audit/record-lines.ts';
import { anIssuanceView, everyRecord } from '../../../support/audit-answers.ts';

/** What a cell is written as. */
const written: readonly (readonly [cell: string, written: string])[] = [
  ['plain', 'plain'],
  ['', ''],
  ['a,b', '"a,b"'],
  ['say "no"', '"say ""no"""'],
  ['two words', '"two words"'],
  ['a;b', '"a;b"'],
  ['2026-09-02T12:00:00.000Z', '2026-09-02T12:00:00.000Z'],
  ['=1+1', `"'=1+1"`],
  ['+1', `"'+1"`],
  ['-1', `"'-1"`],
  ['@SUM(A1)', `"'@SUM(A1)"`],
  ['＝1', `"'＝1"`],
  ['＋1', `"'＋1"`],
  ['－1', `"'－1"`],
  ['＠A1', `"'＠A1"`],
  ['  =1', `"'  =1"`],
  ['\u00a0=1', `"'\u00a0=1"`],
  ['"=1', `"'""=1"`],
  [`'=1`, `"''=1"`],
  ['x;=1', `"x;'=1"`],
  ['x; "=1"', `"x;' ""=1"""`],
  ['x|-1', `"x|'-1"`],
  ['a=1', 'a=1'],
  ['a-b', 'a-b'],
  ['\t=1', '\\u0009=1'],
  ['\r=1', '\\u000d=1'],
  ['\n=1', '\\u000a=1'],
  ['\u001b[31m', '\\u001b[31m'],
  ['\u202e=1', '\\u202e=1'],
  ['日本', '日本'],
];

describe('CSV', () => {
  it.each(written)('writes %j as %s', (cell, expected) => {
    expect(csvLine([cell])).toBe(`${expected}\r\n`);
  });

  it.each(written)('begins no cell with a formula, however %j is split', (cell) => {
    const line = csvLine(['before', cell, 'after']).trimEnd();
    for (const delimiter of [',', ';', '\t', '|']) {
      const rows = parse(line, { delimiter, relax_quotes: true, relax_column_count: true });
      for (const read of rows.flat()) expect(read).not.toMatch(/^\s*["]*\s*[=+\-@＝＋－＠]/u);
    }
  });

  it('is read again as it was, one line for each attempt and call', () => {
    const text = RECORDS_CSV_HEAD + recordsCsv(everyRecord);
    const rows: readonly Readonly<Record<string, string>>[] = parse(text, { columns: true });
    expect(rows).toHaveLength(everyRecord.flatMap(recordLines).length);
    expect(rows[1]).toMatchObject({ recordType: 'issuance', attempt: '1', accessKeyId: 'ASIAEXAMPLEKEY000001' });
    expect(text.split('\r\n').at(-1)).toBe('');
  });

  it('has no column twice, and no line with another', () => {
    expect(new Set(RECORD_COLUMNS).size).toBe(RECORD_COLUMNS.length);
    const names = everyRecord.flatMap(recordLines).flatMap((line) => Object.keys(line));
    expect(names.filter((name) => !RECORD_COLUMNS.some((column) => column === name))).toEqual([]);
  });

  it('has a line for each attempt', () => {
    const [attempt] = anIssuanceView().attempts;
    if (attempt === undefined) throw new Error('no attempt');
    const second = { ...attempt, attempt: 2, outcome: 'unknown' as const };
    const lines = recordLines(anIssuanceView({ attempts: [attempt, second] }));
    expect(lines.map(({ attempt: count, outcome }) => [count, outcome])).toEqual([
      ['1', 'issued'],
      ['2', 'unknown'],
    ]);
  });
});
