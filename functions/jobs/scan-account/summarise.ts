import type { BucketFinding } from './read-bucket.ts';

/** Bytes of JSON: below the 4 KB that a report keeps. */
const LIMIT_BYTES = 4_000;

export type ScanSummary = {
  readonly bucketsInScope: number;
  readonly bucketsScanned: number;
  /** True when the deadline came before the last bucket. */
  readonly stoppedEarly: boolean;
  readonly bucketsWithProblems: number;
  /** How many buckets have each problem. */
  readonly problems: Readonly<Record<string, number>>;
  /** As many as fit; real problems stand before buckets that could not be read. */
  readonly findings: readonly BucketFinding[];
  readonly findingsLeftOut: number;
};

export type ScanResult = {
  readonly inScope: number;
  /** False when the deadline came while buckets were being listed: then `inScope` is a lower bound. */
  readonly listedAll: boolean;
  /** One for each bucket that was looked at. */
  readonly findings: readonly BucketFinding[];
};

/** The counts always, the findings as far as they fit. */
export function summarise({ inScope, listedAll, findings }: ScanResult): ScanSummary {
  const found = findings.filter(({ problems }) => problems.length > 0).sort(inOrder);
  const counts = {
    bucketsInScope: inScope,
    bucketsScanned: findings.length,
    stoppedEarly: !listedAll || findings.length < inScope,
    bucketsWithProblems: found.length,
    problems: countProblems(found),
  };
  const kept = fitting(found, LIMIT_BYTES - bytes({ ...counts, findings: [], findingsLeftOut: found.length }));
  return { ...counts, findings: kept, findingsLeftOut: found.length - kept.length };
}

function fitting(found: readonly BucketFinding[], roomBytes: number): readonly BucketFinding[] {
  const kept: BucketFinding[] = [];
  let used = 0;
  for (const finding of found) {
    used += bytes(finding) + 1;
    if (used > roomBytes) break;
    kept.push(finding);
  }
  return kept;
}

function inOrder(left: BucketFinding, right: BucketFinding): number {
  return Number(isOnlyUnreadable(left)) - Number(isOnlyUnreadable(right)) || (left.bucket < right.bucket ? -1 : 1);
}

function isOnlyUnreadable({ problems }: BucketFinding): boolean {
  return problems.every((problem) => problem.startsWith('unreadable:'));
}

function countProblems(found: readonly BucketFinding[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const problem of found.flatMap(({ problems }) => problems)) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value), 'utf8');
}
