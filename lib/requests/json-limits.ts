/**
 * How large, deep and wide a JSON text may be, measured without recursion, so that a hostile one costs next to
 * nothing.
 */
export const JSON_LIMITS = { bytes: 64 * 1024, depth: 8, keys: 200 } as const;

/** Keys that reach an object's prototype, refused at any depth. */
const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export type JsonMeasure = {
  readonly depth: number;
  readonly keys: number;
  /** The first reserved key found, if any. */
  readonly reservedKey?: string;
  /**
   * Some text or key holds half of a surrogate pair, which an escape can bring into JSON and UTF-8 cannot say: what
   * reads it elsewhere refuses the whole document, or takes another letter for it.
   */
  readonly isIllFormed?: true;
};

/**
 * Counts the keys of every object and the deepest nesting of a parsed JSON value (a plain value has depth 0), and says
 * what in it may stand nowhere.
 */
export function measureJson(value: unknown): JsonMeasure {
  let depth = 0;
  let keys = 0;
  let reservedKey: string | undefined;
  let isIllFormed = false;
  const pending: Nested[] = [{ value, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const inside = members(next);
    isIllFormed ||= typeof next.value === 'string' && !next.value.isWellFormed();
    if (isContainer(next.value)) depth = Math.max(depth, next.depth + 1);
    if (!Array.isArray(next.value)) {
      keys += inside.length;
      reservedKey ??= inside.find(({ key }) => RESERVED_KEYS.has(key))?.key;
      isIllFormed ||= inside.some(({ key }) => !key.isWellFormed());
    }
    // One by one: a list spread into arguments overflows the stack from about 100,000 members on.
    for (const member of inside) pending.push(member);
  }
  return {
    depth,
    keys,
    ...(reservedKey === undefined ? {} : { reservedKey }),
    ...(isIllFormed ? { isIllFormed } : {}),
  };
}

type Nested = { readonly value: unknown; readonly depth: number };

function members({ value, depth }: Nested): (Nested & { readonly key: string })[] {
  if (!isContainer(value)) return [];
  return Object.entries(value).map(([key, member]) => ({ key, value: member, depth: depth + 1 }));
}

function isContainer(value: unknown): value is object {
  return value !== null && typeof value === 'object';
}
