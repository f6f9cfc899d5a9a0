import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonMeasure, measureJson } from '../../../lib/requests/json-limits.ts';

/** The same, said plainly: with recursion, which a hostile value would exhaust. */
function measured(value: unknown): Pick<JsonMeasure, 'depth' | 'keys'> & Record<'reserved' | 'illFormed', boolean> {
  const illFormed = typeof value === 'string' && /\p{Cs}/u.test(value);
  if (value === null || typeof value !== 'object') return { depth: 0, keys: 0, reserved: false, illFormed };
  const inside = Object.values(value).map(measured);
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return {
    depth: 1 + Math.max(0, ...inside.map(({ depth }) => depth)),
    keys: own.length + inside.reduce((sum, { keys }) => sum + keys, 0),
    illFormed: own.some((key) => /\p{Cs}/u.test(key)) || inside.some((each) => each.illFormed),
    reserved:
      own.some((key) => ['__proto__', 'constructor', 'prototype'].includes(key)) ||
      inside.some(({ reserved }) => reserved),
  };
}

/** Of surrogate pairs, and one that is whole. */
const halves = ['\ud800', 'a\udfff', '\udc00\ud800', '😀'];
const anyKey = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'a', ...halves),
);
// cspell:disable-next-line
const { value: anyJson } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthIdentifier: 'value' },
    fc.oneof(fc.string(), fc.constantFrom(...halves), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(anyKey, tie('value'), { maxKeys: 4 }),
  ),
}));

describe('the measure of a JSON value', () => {
  it('agrees with a plain recursive one', () => {
    fc.assert(
      fc.property(anyJson, (generated) => {
        const value: unknown = JSON.parse(JSON.stringify(generated));
        const { depth, keys, reservedKey, isIllFormed } = measureJson(value);
        const found = { depth, keys, reserved: reservedKey !== undefined, illFormed: isIllFormed === true };
        expect(found).toEqual(measured(value));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a value', 7, { depth: 0, keys: 0 }],
    ['an empty object', {}, { depth: 1, keys: 0 }],
    ['an empty array', [], { depth: 1, keys: 0 }],
    ['keys in objects in arrays', [{ a: 1 }, { a: [{ b: 2, c: 3 }] }], { depth: 4, keys: 4 }],
    ['array indexes, which are no keys', [1, 2, 3], { depth: 1, keys: 0 }],
    ['half of a letter in a value', [{ a: ['\ud83d'] }], { depth: 3, keys: 1, isIllFormed: true }],
    ['half of a letter in a key', { a: { '\ude00': 1 } }, { depth: 2, keys: 2, isIllFormed: true }],
    ['a whole one', { '😀': '😀' }, { depth: 1, keys: 1 }],
    ['a value that is a reserved word', { a: '__proto__' }, { depth: 1, keys: 1 }],
    [
      'a reserved key by its name',
      JSON.parse('{"a":{"__proto__":1}}'),
      { depth: 2, keys: 2, reservedKey: '__proto__' },
    ],
    ['the first of two', { constructor: 1, prototype: 2 }, { depth: 1, keys: 2, reservedKey: 'constructor' }],
    ['the outer one of two', { prototype: { constructor: 1 } }, { depth: 2, keys: 2, reservedKey: 'prototype' }],
  ])('counts %s', (_, value, measure) => {
    expect(measureJson(value)).toEqual(measure);
  });

  it.each([
    ['100,000 levels', JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), { depth: 100_000, keys: 0 }],
    [
      '100,000 keys',
      Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, n])),
      { depth: 1, keys: 100_000 },
    ],
    ['a list of 300,000', Array.from({ length: 300_000 }, () => 0), { depth: 1, keys: 0 }],
  ])('takes %s without running out of stack or time', (_, value, measure) => {
    const began = performance.now();
    expect(measureJson(value)).toEqual(measure);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
