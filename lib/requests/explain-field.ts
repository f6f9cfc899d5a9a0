import type * as v from 'valibot';
import { quoted } from './quoted.ts';

/** Says what is wrong with a field, showing no more of its value than a message may hold. */
export function explainIssue({ message, expected, input }: v.BaseIssue<unknown>): string {
  // JSON has no undefined; the schema's own word for a missing key is the key itself.
  if (input === undefined) return 'is missing';
  const wanted = message.startsWith('expected') ? message : `expected ${expected ?? 'another value'}`;
  return `${wanted}, got ${typeName(input)}`;
}

/** Names the first invalid letter by its code point, because a confusable letter looks like the one that was meant. */
export function explainTenantId(tenantId: string): string {
  const rule = 'a tenant id is 2 to 63 of a-z, 0-9 and inner hyphens';
  const bad = [...tenantId].find((letter) => !/^[a-z0-9-]$/.test(letter));
  if (bad === undefined) return `${rule}; got ${quoted(tenantId)}`;
  const codePoint = bad.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '?';
  return `${rule}; the first letter that does not belong is U+${codePoint}`;
}

/** The letters and digits of a key. People take two keys for each other that differ in nothing else. */
export function lettersOf(key: string): string {
  return key
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `array of ${value.length}`;
  return typeof value === 'string' ? quoted(value) : typeof value;
}
