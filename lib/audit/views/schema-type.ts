import type * as v from 'valibot';
import { type Fields, isList, isStruct, type SqlType } from './sql-type.ts';

/**
 * The columns for what a schema of ours describes, so that a table has every attribute that its records have and none
 * is written down twice. Throws a `TypeError` for a schema that no column can hold.
 */
export function fieldsOfSchema(schema: v.GenericSchema): Fields {
  const type = sqlTypeOf(schema);
  if (type === undefined || !isStruct(type)) throw new TypeError(`${schema.type} has no attributes`);
  return type.struct;
}

/**
 * The fields that any of them has. Throws a `TypeError` where two have attributes of one name and of different types.
 */
export function mergedFields(all: readonly Fields[]): Fields {
  const merged = new Map<string, SqlType>();
  for (const [name, type] of all.flatMap((fields) => Object.entries(fields))) {
    merged.set(name, mergedType(merged.get(name), type, name));
  }
  return Object.fromEntries(merged);
}

/**
 * The parts of which the schemas of the ledger and the archive consist. Valibot keeps the parts of a schema on the
 * schema.
 */
type Part = {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Part>>;
  readonly options?: readonly (Part | string)[];
  readonly item?: Part;
  readonly wrapped?: Part;
  readonly pipe?: readonly Part[];
  readonly literal?: unknown;
};

/** Undefined for an attribute that is never there. */
function sqlTypeOf(schema: Part): SqlType | undefined {
  const { type, entries, options, item, wrapped } = schema;
  if (wrapped !== undefined) return sqlTypeOf(wrapped);
  if (item !== undefined) return listOf(sqlTypeOf(item));
  if (entries !== undefined) return { struct: fieldsOf(entries) };
  if (type === 'variant' || type === 'union') return unionOf(options ?? []);
  // Bytes occur in tickets alone, and a ticket is in no archive.
  if (type === 'never' || type === 'custom') return undefined;
  return simpleType(schema);
}

function simpleType(schema: Part): SqlType {
  const { type, literal } = schema;
  if (type === 'number') return isWhole(schema) ? 'integer' : 'decimal';
  if (type === 'literal' && typeof literal === 'number') return 'integer';
  if (type === 'string' || type === 'picklist' || type === 'literal') return 'text';
  if (type === 'boolean') return 'boolean';
  throw new TypeError(`no column holds ${type}`);
}

function isWhole({ pipe = [] }: Part): boolean {
  return pipe.some(({ type }) => type === 'safe_integer' || type === 'integer');
}

function listOf(item: SqlType | undefined): SqlType | undefined {
  return item === undefined ? undefined : { list: item };
}

function fieldsOf(entries: Readonly<Record<string, Part>>): Fields {
  const fields = Object.entries(entries).map(([name, part]) => [name, sqlTypeOf(part)] as const);
  return Object.fromEntries(fields.flatMap(([name, type]) => (type === undefined ? [] : [[name, type]])));
}

function unionOf(options: readonly (Part | string)[]): SqlType | undefined {
  const types = options.flatMap((option) => (typeof option === 'string' ? [] : [sqlTypeOf(option)]));
  return types.reduce((merged, type) => (type === undefined ? merged : mergedType(merged, type, 'a union')), undefined);
}

function mergedType(one: SqlType | undefined, other: SqlType, name: string): SqlType {
  if (one === undefined || JSON.stringify(one) === JSON.stringify(other)) return other;
  if (isStruct(one) && isStruct(other)) return { struct: mergedFields([one.struct, other.struct]) };
  if (isList(one) && isList(other)) return { list: mergedType(one.list, other.list, name) };
  throw new TypeError(`${name} would be of two types`);
}
