import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../lib/platform/ids.ts';
import { quoted } from '../../../lib/requests/quoted.ts';

describe('a value from outside in a message', () => {
  it.each([
    ['', '""'],
    ['scan-account', '"scan-account"'],
    ['a"b\\c', '"a\\u0022b\\u005cc"'],
    ['a\nb\u001b[2J', '"a\\u000ab\\u001b[2J"'],
    ['=cmd|calc', '"=cmd|calc"'],
    ['\u0430b', '"\\u0430b"'],
    ['\u{1f600}', '"\\ud83d\\ude00"'],
    ['x'.repeat(64), `"${'x'.repeat(64)}"`],
    [' ~', '" ~"'],
    ['\u001f\u007f', '"\\u001f\\u007f"'],
  ])('is quoted and escaped: %j', (value, shown) => {
    expect(quoted(value)).toBe(shown);
  });

  it('is cut at 64 letters and told apart by its hash', () => {
    const cut = quoted('x'.repeat(65));
    expect(cut).toMatch(/^"x{64}…" \(sha256 [0-9a-f]{12}\)$/);
    expect(cut).toContain(sha256Hex('x'.repeat(65)).slice(0, 12));
    expect(quoted('x'.repeat(66))).not.toBe(cut);
  });

  it('is always one line of printable letters, and two values never look the same', () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(quoted(one)).toMatch(/^[\x20-\x7e…]+$/);
        expect(quoted(one) === quoted(other)).toBe(one === other);
      }),
    );
  });
});
