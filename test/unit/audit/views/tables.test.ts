import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { observationRecordSchema } from '../../../../lib/audit/correlation/observation-record.ts';
import { archiveColumns } from '../../../../lib/audit/views/archive-table.ts';
import { fieldsOfSchema, mergedFields } from '../../../../lib/audit/views/schema-type.ts';
import { duckDbType, glueType, isStruct } from '../../../../lib/audit/views/sql-type.ts';
import { issuanceSchema } from '../../../../lib/ledger/issuance.ts';
import { requestRecordSchema } from '../../../../lib/ledger/request-record.ts';

const { record } = archiveColumns;
const attributes = record !== undefined && isStruct(record) ? Object.keys(record.struct) : [];

describe('the columns of the archive', () => {
  it('have every attribute of every record, and no ticket', () => {
    const named = [
      ...issuanceSchema.options.flatMap(({ entries }) => Object.keys(entries)),
      ...Object.keys(requestRecordSchema.entries),
      ...Object.keys(observationRecordSchema.entries),
    ];
    expect(new Set(named).size).toBeGreaterThan(40);
    expect(named.filter((name) => !attributes.includes(name))).toEqual(['ticket']);
    expect(JSON.stringify(archiveColumns)).not.toMatch(/ticket|wrappedKey/i);
  });
});

describe('the type of a column', () => {
  it.each([
    [v.string(), 'VARCHAR', 'string'],
    [v.optional(v.picklist(['a'])), 'VARCHAR', 'string'],
    [v.literal(1), 'BIGINT', 'bigint'],
    [v.pipe(v.number(), v.safeInteger()), 'BIGINT', 'bigint'],
    [v.number(), 'DOUBLE', 'double'],
    [v.boolean(), 'BOOLEAN', 'boolean'],
    [v.array(v.strictObject({ aB: v.string() })), 'STRUCT("aB" VARCHAR)[]', 'array<struct<ab:string>>'],
    [
      v.variant('k', [
        v.strictObject({ k: v.literal('a'), only: v.string() }),
        v.strictObject({ k: v.literal('b'), other: v.number(), none: v.exactOptional(v.never()) }),
      ]),
      'STRUCT("k" VARCHAR, "only" VARCHAR, "other" DOUBLE)',
      'struct<k:string,only:string,other:double>',
    ],
  ])('%# is %s in DuckDB and in Glue', (schema, duckDb, glue) => {
    const { x } = fieldsOfSchema(v.strictObject({ x: schema }));
    expect(x && [duckDbType(x), glueType(x)]).toEqual([duckDb, glue]);
  });

  it('must be one', () => {
    expect(() => mergedFields([{ x: 'text' }, { x: 'integer' }])).toThrow(/x would be of two types/);
    expect(() => fieldsOfSchema(v.strictObject({ x: v.date() }))).toThrow(/no column holds date/);
  });
});
