import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archivedLine } from '../../../../lib/audit/archive/archived-change.ts';
import { endOfValue, NOT } from '../../../../lib/audit/verification/canonical-scan.ts';
import { parseLine } from '../../../../lib/audit/verification/parse-line.ts';
import { scanLine } from '../../../../lib/audit/verification/scan-line.ts';
import { canonicalJson } from '../../../../lib/platform/canonical-json.ts';
import { archivedLife } from '../../../support/archive-world/archived-life.ts';

const lines = Array.from({ length: 30 }, (_, index) => archivedLife(index).map(archivedLine)).flat();
const ends = (text: string) => endOfValue(Buffer.from(text), 0) === Buffer.byteLength(text);

describe('the scan of canonical JSON', () => {
  it('is certain of nothing that is not canonical', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        if (ends(text)) expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is certain of most of what is', () => {
    const value = fc.jsonValue({ maxDepth: 3, noUnicodeString: true });
    const simple = value.filter((one) => !/\\|[^ -~]|\d[.e]|\d{16}|-0/.test(canonicalJson(one)));
    fc.assert(
      fc.property(simple, (one) => {
        expect(ends(canonicalJson(one))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['{"b":1,"a":1}', 'keys out of order'],
    ['{"a":1,"a":1}', 'a key twice'],
    ['{"ab":1,"a":1}', 'a longer key first'],
    ['{"a":01}', 'a zero in front'],
    ['{"a":-0}', 'a negative zero'],
    ['{"a":1.0}', 'a fraction'],
    ['{"a":1e3}', 'an exponent'],
    ['{"a": 1}', 'white space'],
    ['{"a":"\\/"}', 'an escape that is not needed'],
    ['{"a":"\\u0041"}', 'a letter as an escape'],
    ['{"a":"\u0001"}', 'a control character'],
    ['{"a":1,}', 'a comma too many'],
    ['[1,]', 'a comma too many in an array'],
    ['{"a"}', 'no value'],
    ['{"a":tru}', 'no literal'],
    ['"a', 'no end'],
    ['[', 'no end of an array'],
    ['', 'nothing'],
  ])('is not certain of %s: %s', (text) => {
    expect(endOfValue(Buffer.from(text), 0)).toBe(NOT);
  });
});

describe('the scan of a line', () => {
  it('is certain of nearly every line, and reads what parsing reads', () => {
    const certain = lines.filter((line) => {
      const scanned = scanLine(Buffer.from(line));
      if (scanned !== undefined) expect(parseLine(Buffer.from(line))).toMatchObject({ reading: scanned, problems: [] });
      return scanned !== undefined;
    });
    expect(certain.length).toBeGreaterThan(lines.length * 0.95);
  });

  it('is certain of no line of which parsing finds anything wrong', () => {
    let wrong = 0;
    const mutation = fc.record({ line: fc.nat(lines.length - 1), at: fc.nat(), kind: fc.nat(3), byte: fc.nat(255) });
    fc.assert(
      fc.property(mutation, ({ line, at, kind, byte }) => {
        const mutated = mutate(Buffer.from(lines[line] ?? ''), { at, kind, byte });
        const parsed = parseLine(mutated);
        if (parsed.problems.length > 0) wrong += 1;
        const scanned = scanLine(mutated);
        if (scanned !== undefined) expect(parsed).toMatchObject({ reading: scanned, problems: [] });
      }),
      { numRuns: 5_000 },
    );
    expect(wrong).toBeGreaterThan(2_000);
  });
});

type Mutation = { readonly at: number; readonly kind: number; readonly byte: number };

/** A byte more, a byte less, another byte, or a piece twice. */
function mutate(bytes: Buffer, { at, kind, byte }: Mutation): Buffer {
  const place = at % bytes.length;
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  if (kind === 0) return Buffer.concat([before, Buffer.of(byte), after]);
  if (kind === 1) return Buffer.concat([before, after.subarray(1)]);
  if (kind === 2) return Buffer.concat([before, Buffer.of(byte), after.subarray(1)]);
  return Buffer.concat([before, after.subarray(0, byte), after]);
}
