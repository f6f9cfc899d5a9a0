/**
 * The types of columns as both engines have them. A struct's fields are in the order in which Athena unnests them; names are
 * those of the JSON, and both engines find them whatever their case.
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

/** Of the items of a list of structs. Throws a `TypeError` where it is no such list: a view asks for what is not there. */
export function fieldsOfItems(type: SqlType | undefined): Fields {
  if (type !== undefined && isList(type) && isStruct(type.list)) return type.list.struct;
  throw new TypeError('only a list of structs has rows of its own');
}

/** As DuckDB writes it. */
export function duckDbType(type: SqlType): string {
  if (isList(type)) return `${duckDbType(type.list)}[]`;
  if (isStruct(type)) {
    const fields = Object.entries(type.struct).map(([name, field]) => `"${name}" ${duckDbType(field)}`);
    return `STRUCT(${fields.join(', ')})`;
  }
  return { text: 'VARCHAR', integer: 'BIGINT', decimal: 'DOUBLE', boolean: 'BOOLEAN', json: 'JSON' }[type];
}

/** As Glue writes it. What may be any JSON is text there. Source: Athena User Guide, "Data types in Amazon Athena". */
export function glueType(type: SqlType): string {
  if (isList(type)) return `array<${glueType(type.list)}>`;
  if (isStruct(type)) {
    const fields = Object.entries(type.struct).map(([name, field]) => `${name.toLowerCase()}:${glueType(field)}`);
    return `struct<${fields.join(',')}>`;
  }
  return { text: 'string', integer: 'bigint', decimal: 'double', boolean: 'boolean', json: 'string' }[type];
}
