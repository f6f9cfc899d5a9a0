import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDetail } from '../../../lib/requests/parse-detail.ts';
import { plainDetail } from '../../support/queue-message.ts';

const LETTERS = new Set('abcdefghijklmnopqrstuvwxyz0123456789');

/** The rule as prose says it: 2 to 63 of a-z, 0-9 and hyphens, no hyphen at the ends. */
function isTenantId(text: string): boolean {
  const units = text.split('');
  const belong = units.every((unit, index) => {
    const atAnEnd = index === 0 || index === units.length - 1;
    return LETTERS.has(unit) || (unit === '-' && !atAnEnd);
  });
  return units.length >= 2 && units.length <= 63 && belong;
}

const rightLetters = fc.string({ unit: fc.constantFrom(...LETTERS, '-'), maxLength: 70 });
/** Letters that look like, fold to or normalise to letters of the rule, and letters that are not seen at all. */
const lookalikes = [
  ...'\u{ff41}\u{410}\u{1d41a}\u{1d43}\u{2170}\u{131}\u{17f}\u{212a}\u{c5}\u{ff10}\u{661}\u{ce6}\u{2010}\u{2011}\u{2013}\u{2212}_.\u200b\u200c\u200d\u2060\ufeff\u00ad\u0301 \n\t\u0000\\/:#*?%',
];
const nearMiss = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...LETTERS, '-'), minLength: 1, maxLength: 20 }),
    fc.nat(20),
    fc.constantFrom(...lookalikes),
  )
  .map(([text, index, letter]) => text.slice(0, index) + letter + text.slice(index));
const forms = fc
  .tuple(fc.string({ unit: 'binary' }), fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'))
  .map(([text, form]) => text.normalize(form));

describe('the tenant ids that are accepted', () => {
  it('are exactly those of the rule, over every kind of text', () => {
    fc.assert(
      fc.property(fc.oneof(rightLetters, nearMiss, forms, fc.string({ unit: 'grapheme' }), fc.string()), (tenantId) => {
        const reading = parseDetail({ ...plainDetail, tenantId });
        expect(reading.read).toBe(isTenantId(tenantId));
        if (reading.read) expect(reading.detail.tenantId).toBe(tenantId);
        if (!reading.read) expect(reading.refusal.reason).toBe('tenant.idInvalid');
      }),
      { numRuns: 20_000 },
    );
  });

  it.each(['ab', 'a1', '11', 'a-b', 'a--b', 'xn--a', 'constructor', 'a'.repeat(63)])('include %s', (tenantId) => {
    expect(parseDetail({ ...plainDetail, tenantId })).toMatchObject({ read: true, detail: { tenantId } });
  });
});
