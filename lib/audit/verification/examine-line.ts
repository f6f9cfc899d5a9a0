import { leafHash } from '../merkle.ts';
import type { LineProblem, LineReading } from './line-reading.ts';
import { parseLine } from './parse-line.ts';
import { scanLine } from './scan-line.ts';
import type { TrailGrowth } from './trail-growth.ts';
import type { Report } from './verification-finding.ts';

/** One line of an object: its leaf and its content. */
export type Line = {
  readonly leaf: string;
  /** Empty when it cannot be determined. */
  readonly recordId: string;
  readonly reading: LineReading | undefined;
  readonly problems: readonly LineProblem[];
};

const NO_PROBLEMS: readonly LineProblem[] = [];

export function readLine(bytes: Buffer): Line {
  const leaf = leafHash(bytes);
  const scanned = scanLine(bytes);
  if (scanned !== undefined) return { leaf, recordId: scanned.recordId, reading: scanned, problems: NO_PROBLEMS };
  const { recordId = '', reading, problems } = parseLine(bytes);
  return { leaf, recordId, reading, problems };
}

type Context = {
  readonly key: string;
  readonly report: Report;
  /** Undefined: the line is not an image with which others are compared. */
  readonly growth: TrailGrowth | undefined;
};

/** Reports what is wrong with a line in itself, and in comparison with the other images of its record. */
export function examineLine(line: Line, index: number, { key, report, growth }: Context): void {
  const { leaf, recordId, reading, problems } = line;
  if (problems.length > 0) reportProblems(line, index, { key, report });
  if (reading === undefined) return;
  const place = { object: key, line: index + 1 };
  for (const { finding, explanation } of reading.refused) {
    report({ kind: 'changeRefused', ...place, recordId, explanation: `${finding}: ${explanation}` });
  }
  const { trail, sequenceNumber, jobWrites, isInsert } = reading;
  if (trail === undefined || growth === undefined) return;
  const problem = growth.look({ recordId, sequenceNumber, leaf, trail, jobWrites, isInsert, place });
  if (problem !== undefined) report({ kind: 'trailRewritten', ...place, recordId, explanation: problem });
}

export function reportProblems(
  { recordId, problems }: Line,
  index: number,
  { key, report }: Pick<Context, 'key' | 'report'>,
): void {
  for (const { kind, explanation } of problems) {
    report({ kind, object: key, line: index + 1, ...(recordId !== '' && { recordId }), explanation });
  }
}
