import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { archivedLine } from '../../../lib/audit/archive/archived-change.ts';
import { parseLine } from '../../../lib/audit/verification/parse-line.ts';
import { scanLine } from '../../../lib/audit/verification/scan-line.ts';
import { canonicalJson } from '../../../lib/platform/canonical-json.ts';
import { archivedLife } from '../../support/archive-world/archived-life.ts';
import { claim, fuzzTarget } from './fuzz-target.ts';
import { nearTo, nearToBytes } from './mutated-text.ts';

const lines = [0, 1, 2].flatMap((life) => archivedLife(life).map(archivedLine));
const [first = '', ...others] = lines;
const [some, ...more] = lines.map((line) => Buffer.from(line));

/** A line is taken only as the exact bytes of what it says, and the quick reading never takes what the slow one does not. */
export const archivedLineFuzz = fuzzTarget<Buffer>({
  name: 'archived-line',
  claim: 'a line of the archive is taken only as the exact bytes of what it says, by both readings alike',
  outcomes: ['whole', 'lineUnreadable', 'trailBroken', 'recordMisplaced'],
  input: fc.oneof(
    nearToBytes([some ?? Buffer.alloc(0), ...more]).map(({ bytes }) => bytes),
    nearTo([first, ...others]).map((text) => Buffer.from(text)),
    // A record in another's line, or a trail, and written as it should be.
    fc
      .tuple(
        fc.constantFrom(...lines),
        fc.constantFrom(...lines),
        fc.constantFrom('record', 'recordId', 'recordType', 'trail'),
      )
      .map(mixed),
  ),
  check(bytes) {
    const { reading, problems } = parseLine(bytes);
    const scanned = scanLine(bytes);
    if (scanned !== undefined) {
      claim(problems.length === 0 && isDeepStrictEqual({ ...reading }, { ...scanned }), 'the two readings differ');
    }
    const [problem] = problems;
    if (problem !== undefined) return problem.kind;
    claim(
      canonicalJson(JSON.parse(bytes.toString('utf8'))) === bytes.toString('utf8'),
      'it was taken, and is not exact',
    );
    return 'whole';
  },
});

function mixed([one, other, member]: readonly [string, string, string]): Buffer {
  const [left, right] = [JSON.parse(one), JSON.parse(other)];
  if (member === 'trail') left.record.trail = right.record.trail;
  else left[member] = right[member];
  return Buffer.from(canonicalJson(left));
}
