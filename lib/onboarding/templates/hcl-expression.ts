const CODE: unique symbol = Symbol('code');

/** Terraform code, chosen by us and never made of a value. */
export type HclCode = { readonly [CODE]: string };
export type HclValue = string | number | HclCode | readonly HclValue[] | HclMap;
export type HclMap = { readonly [key: string]: HclValue | undefined };

export function hclCode(code: string): HclCode {
  return { [CODE]: code };
}

/**
 * The lines of `name = value` pairs as `terraform fmt` leaves them: the signs of neighbouring lines stand below each
 * other, and a value of several lines ends a neighbourhood.
 */
export function hclAttributes(attributes: HclMap): readonly string[] {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key: keyOf(key), lines: valueLines(value) }],
  );
  return written.flatMap(({ key, lines }, index) => {
    const width = widthOfGroup(written, index);
    const [first = '', ...rest] = lines;
    return [`${key.padEnd(lines.length === 1 ? width : 0)} = ${first}`, ...rest];
  });
}

/** `jsonencode({ … })`, over several lines. */
export function jsonEncode(value: HclValue): HclCode {
  return hclCode(`jsonencode(${valueLines(value).join('\n')})`);
}

type Written = { readonly key: string; readonly lines: readonly string[] };

function widthOfGroup(written: readonly Written[], index: number): number {
  const isShort = (at: number) => written[at]?.lines.length === 1;
  let from = index;
  let to = index;
  while (isShort(from - 1)) from -= 1;
  while (isShort(to + 1)) to += 1;
  return Math.max(...written.slice(from, to + 1).map(({ key }) => key.length));
}

function valueLines(value: HclValue): readonly string[] {
  if (typeof value === 'number') return [`${value}`];
  if (typeof value === 'string') return [quote(value)];
  if (isCode(value)) return value[CODE].split('\n');
  if (!isList(value)) return ['{', ...hclAttributes(value).map(indent), '}'];
  const items = value.map(valueLines);
  if (items.length === 1 && items[0]?.length === 1) return [`[${items[0][0]}]`];
  return ['[', ...items.flatMap(closeWithComma).map(indent), ']'];
}

function closeWithComma(lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => (index === lines.length - 1 ? `${line},` : line));
}

function isCode(value: HclCode | readonly HclValue[] | HclMap): value is HclCode {
  return CODE in value;
}

/** `Array.isArray` does not tell the types of a read-only list. */
function isList(value: readonly HclValue[] | HclMap): value is readonly HclValue[] {
  return Array.isArray(value);
}

function indent(line: string): string {
  return `  ${line}`;
}

function keyOf(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : quote(key);
}

/** HCL's quoted strings have JSON's escapes, and two beginnings of a template besides, which are doubled. */
function quote(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text)) throw new Error('a text for Terraform is not printable ASCII');
  // By a function: in a replacement text `$$` means a single dollar.
  return JSON.stringify(text).replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}
