export type YamlValue = string | number | readonly YamlValue[] | YamlMap;
export type YamlMap = { readonly [key: string]: YamlValue | undefined };

/**
 * YAML in block style of plain data. Every text is quoted, so that none is read as a date, a boolean, an alias or a tag.
 * Throws on a text that is not printable ASCII: nothing of ours is, and single quotes keep nothing else apart.
 */
export function yamlBlock(value: YamlMap): string {
  return `${entryLines(value).join('\n')}\n`;
}

function entryLines(value: YamlMap): readonly string[] {
  return Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : attach(`${keyOf(key)}:`, member),
  );
}

/** A scalar goes on the line of its key or dash, everything else below it. */
function attach(lead: string, value: YamlValue): readonly string[] {
  if (typeof value === 'number') return [`${lead} ${value}`];
  if (typeof value === 'string') return [`${lead} ${quote(value)}`];
  if (isList(value)) return [lead, ...value.flatMap(itemLines).map((line) => `  ${line}`)];
  return [lead, ...entryLines(value).map((line) => `  ${line}`)];
}

function itemLines(value: YamlValue): readonly string[] {
  if (typeof value !== 'object') return attach('-', value);
  const lines = isList(value) ? value.flatMap(itemLines) : entryLines(value);
  return lines.map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));
}

/** `Array.isArray` does not tell the types of a read-only list. */
function isList(value: readonly YamlValue[] | YamlMap): value is readonly YamlValue[] {
  return Array.isArray(value);
}

function keyOf(key: string): string {
  return /^[A-Za-z][A-Za-z0-9]*$/.test(key) ? key : quote(key);
}

function quote(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text)) throw new Error('a text for YAML is not printable ASCII');
  return `'${text.replaceAll("'", "''")}'`;
}
