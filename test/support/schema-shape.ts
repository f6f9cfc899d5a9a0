/**
 * What a valibot schema takes, as plain data: names, which of them may be missing, and the texts that may stand there. The
 * finer checks (lengths, patterns) are left out.
 */
export function schemaShape(schema: unknown): unknown {
  if (!isRecord(schema)) return 'unknown';
  const { type } = schema;
  switch (type) {
    case 'strict_object':
    case 'loose_object':
    case 'object':
      return shapeOfEntries(schema['entries'], type);
    case 'optional':
    case 'exact_optional':
    case 'nullish':
      return schemaShape(schema['wrapped']);
    case 'array':
      return [schemaShape(schema['item'])];
    case 'record':
      return { 'any name': schemaShape(schema['value']) };
    case 'variant':
    case 'union':
      return { 'one of': listOf(schema['options']).map(schemaShape) };
    case 'picklist':
      return listOf(schema['options']).join(' | ');
    case 'literal':
      return `exactly ${JSON.stringify(schema['literal'])}`;
    default:
      return String(type);
  }
}

function shapeOfEntries(entries: unknown, type: unknown): object {
  const named = Object.entries(isRecord(entries) ? entries : {}).map(([name, entry]) => {
    const mayBeMissing = isRecord(entry) && /optional|nullish/.test(String(entry['type']));
    return [mayBeMissing ? `${name}?` : name, schemaShape(entry)] as const;
  });
  const others = type === 'strict_object' ? [] : [['any other', 'taken and dropped'] as const];
  return Object.fromEntries([...named, ...others]);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
