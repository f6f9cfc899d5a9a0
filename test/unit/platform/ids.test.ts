import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivedId, sha256Hex, systemIds } from '../../../lib/platform/ids.ts';

/** The same, said plainly: base32 over the first 160 bits, five at a time. */
function plainly(parts: readonly string[]): string {
  const bytes = parts.flatMap((part) => {
    const text = [...Buffer.from(part, 'utf8')];
    const length = [24, 16, 8, 0].map((shift) => (text.length >>> shift) & 255);
    return [...length, ...text];
  });
  const digest = createHash('sha256').update(Buffer.from(bytes)).digest('hex').slice(0, 40);
  const bits = [...digest].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)])
    .join('');
}

const parts = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 });

describe('a derived id', () => {
  it('is what base32 of the length-prefixed parts says', () => {
    fc.assert(
      fc.property(parts, (list) => {
        expect(derivedId(list)).toBe(plainly(list));
      }),
    );
  });

  it('stays what it is: ids that were given out must be found again', () => {
    expect(derivedId([])).toBe('4oymiquy7qobjgx36tejs35zeqt24qpe');
    expect(derivedId(['issuance', 'req_a', '222222222222'])).toBe(plainly(['issuance', 'req_a', '222222222222']));
  });

  it('is 32 letters of a-z and 2-7', () => {
    fc.assert(
      fc.property(parts, (list) => {
        expect(derivedId(list)).toMatch(/^[a-z2-7]{32}$/);
      }),
    );
  });

  it('is another for every other list, wherever its borders are', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(derivedId(one) === derivedId(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
    const borders = [['ab', 'c'], ['a', 'bc'], ['abc'], ['', 'abc'], ['abc', ''], ['a', 'b', 'c']];
    expect(new Set(borders.map(derivedId)).size).toBe(borders.length);
  });
});

describe('the ids of the system', () => {
  it('are uuids of version 4 and bytes of the asked length, never twice', () => {
    const uuids = Array.from({ length: 1000 }, () => systemIds.uuid());
    expect(new Set(uuids).size).toBe(1000);
    expect(
      uuids.filter((uuid) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid)),
    ).toEqual([]);
    expect(systemIds.randomBytes(12)).toHaveLength(12);
    expect(systemIds.randomBytes(12)).not.toEqual(systemIds.randomBytes(12));
  });
});

describe('SHA-256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'é',
      createHash('sha256')
        .update(Buffer.from([0xc3, 0xa9]))
        .digest('hex'),
    ],
  ])('of %j is known', (text, hash) => {
    expect(sha256Hex(text)).toBe(hash);
  });
});
