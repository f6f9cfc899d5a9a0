/**
 * The types of columns that both engines have. A struct's fields are in the order in which Athena unnests them; their
 * names are those of the JSON, and both engines find them whatever their case.
 */
export type SqlType = 'text' | 'integer' | 'decimal' | 'boolean' | 'json' | ListType | StructType;
export type ListType = { readonly list: SqlType };
export type StructType = { readonly struct: Fields };
export type Fields = Readonly<Record<string, SqlType>>;

export function isList(type: SqlType): type is ListType {
  return typeof type === 'object' && 'list' in type;
}

export function isStruct(type: SqlType): type is StructType {
  return typeof type === 'object' && 'struct' in type;
}

/**
 * The fields of the items of a list of structs. Throws a `TypeError` for any other type: a view asks for a list that
 * does not exist.
 */
export function fieldsOfItems(type: SqlType | undefined): Fields {
  if (type !== undefined && isList(type) && isStruct(type.list)) return type.list.struct;
  throw new TypeError('only a list of structs has rows of its own');
}

/** The type as DuckDB writes it. */
export function duckDbType(type: SqlType): string {
  if (isList(type)) return `${duckDbType(type.list)}[]`;
  if (isStruct(type)) {
    const fields = Object.entries(type.struct).map(([name, field]) => `"${name}" ${duckDbType(field)}`);
    return `STRUCT(${fields.join(', ')})`;
  }
  return { text: 'VARCHAR', integer: 'BIGINT', decimal: 'DOUBLE', boolean: 'BOOLEAN', json: 'JSON' }[type];
}

/**
 * The type as Glue writes it. A column for any JSON is text there. Source: Athena User Guide, "Data types in Amazon
 * Athena".
 */
export function glueType(type: SqlType): string {
  if (isList(type)) return `array<${glueType(type.list)}>`;
  if (isStruct(type)) {
    const fields = Object.entries(type.struct).map(([name, field]) => `${name.toLowerCase()}:${glueType(field)}`);
    return `struct<${fields.join(',')}>`;
  }
  return { text: 'string', integer: 'bigint', decimal: 'double', boolean: 'boolean', json: 'string' }[type];
}
