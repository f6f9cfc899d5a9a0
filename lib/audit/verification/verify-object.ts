import { hash } from 'node:crypto';
import type { Leaf } from '../archive/digests/leaf-list.ts';
import type { Digest } from '../digest.ts';
import { examineLine, type Line, readLine } from './examine-line.ts';
import { reportChanges } from './report-changes.ts';
import type { TrailGrowth } from './trail-growth.ts';
import type { Report } from './verification-finding.ts';

export type ObjectToVerify = {
  readonly key: string;
  /** Undefined: the object is larger than any that the archive writes. */
  readonly bytes: Buffer | undefined;
  /** The entry of a proven digest for the object; undefined when none covers it. */
  readonly entry: Digest['objects'][number] | undefined;
  /** The proven leaves of this object alone; called only when the object is not what was signed. */
  readonly leaves: () => readonly Leaf[] | undefined;
  /** Whether its lines count among the images of their records: not in an object that nobody vouches for. */
  readonly isTrusted: boolean;
};

export type ObjectReading = {
  /** Whether the object is what was signed, to the last byte. */
  readonly isIntact: boolean;
  readonly lines: readonly Line[];
};

const LINE_BREAK = 0x0a;

/** Compares one object of changes with what was signed of it, and checks each line in itself and against its record. */
export function verifyObject(
  object: ObjectToVerify,
  { report, growth }: { readonly report: Report; readonly growth: TrailGrowth },
): ObjectReading {
  const { key, bytes, entry } = object;
  if (bytes === undefined) {
    report({ kind: 'objectChanged', object: key, explanation: 'it is far larger than what the archive writes' });
    return { isIntact: false, lines: [] };
  }
  const lines = splitLines(bytes).map((line) => readLine(line));
  const problem = entry === undefined ? undefined : objectProblem(bytes, entry, lines.length);
  const strange =
    problem === undefined ? NOTHING : reportChanges({ key, lines, problem, leaves: object.leaves() }, report);
  const context = { key, report, growth: object.isTrusted ? growth : undefined };
  for (const [index, line] of lines.entries()) if (!strange.has(index)) examineLine(line, index, context);
  return { isIntact: entry !== undefined && problem === undefined, lines };
}

const NOTHING: ReadonlySet<number> = new Set();

/** Splits into lines without their line breaks; bytes behind the last line break are a line, too. */
function splitLines(bytes: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  while (start < bytes.length) {
    const at = bytes.indexOf(LINE_BREAK, start);
    const end = at === -1 ? bytes.length : at;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function objectProblem(bytes: Buffer, entry: Digest['objects'][number], lines: number): string | undefined {
  if (bytes.length !== entry.bytes) return `it has ${bytes.length} bytes, and ${entry.bytes} were signed`;
  if (hash('sha256', bytes) !== entry.sha256) return 'it is not what was signed';
  if (bytes.length > 0 && bytes.at(-1) !== LINE_BREAK) return 'its last line has no line break';
  if (lines !== entry.records) return `it has ${lines} lines, and ${entry.records} were signed`;
  return undefined;
}
