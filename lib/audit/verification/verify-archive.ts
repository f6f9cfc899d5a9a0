import type { ObjectSource } from '../../platform/object-source.ts';
import { archiveSteps, COVERED_AFTER_MS, listChanges, listDigests, type Period } from './archive-steps.ts';
import { type ProvenDigest, provenDigests } from './digest-chain.ts';
import { type KeyUse, makeKeyNames } from './key-names.ts';
import type { PublicKey } from './public-keys.ts';
import { readAhead } from './read-ahead.ts';
import type { Finding, FindingKind, Report } from './verification-finding.ts';
import { type Counted, makeStepVerifier, readForStep } from './verify-step.ts';

export type VerifyArchiveOptions = {
  readonly source: ObjectSource;
  /** Every key that has signed since `period` began; one of them is enough for each digest. */
  readonly publicKeys: readonly PublicKey[];
  /**
   * When it is left out, the whole archive is verified. Digests are verified whole, so the period grows to the nearest
   * ones.
   */
  readonly period?: Period;
  readonly nowMs: number;
  /** Called after each step. */
  readonly progress?: (counted: Counted) => void;
};

export type ArchiveReport = {
  /** True when nothing was found, and there was something to verify. */
  readonly isProven: boolean;
  readonly archive: string;
  /** The range that the verified digests cover. */
  readonly covered?: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly firstSequence: number;
    readonly lastSequence: number;
  };
  readonly counted: Counted;
  /** What is too new for a digest: read, but not proven. */
  readonly pending: { readonly objects: number; readonly records: number };
  /** How many different issuances had their trails compared. */
  readonly issuances: number;
  readonly signedBy: readonly KeyUse[];
  /** The first thousand findings. */
  readonly findings: readonly Finding[];
  readonly findingsInAll: number;
};

const MOST_FINDINGS = 1_000;
const READ_AHEAD = 16;

/**
 * Recomputes everything from the bytes in the archive: signatures, the chain of digests, objects, Merkle roots, lines,
 * and the trail of each issuance. Rejects when something cannot be read; whatever is wrong is in the report.
 */
export async function verifyArchive(options: VerifyArchiveOptions): Promise<ArchiveReport> {
  const { source, publicKeys, period = {}, nowMs } = options;
  const findings: Finding[] = [];
  let findingsInAll = 0;
  const report: Report = (finding) => {
    findingsInAll += 1;
    if (findings.length < MOST_FINDINGS) findings.push(finding);
  };
  const keyNames = makeKeyNames();
  const isPartial = period.fromMs !== undefined;
  const chain = provenDigests(listDigests(source, period, nowMs), { source, publicKeys, report, keyNames, isPartial });
  const changes = listChanges(source, period, nowMs)[Symbol.asyncIterator]();
  const steps = archiveSteps(within(chain, period), { changes, report, period, nowMs });
  const verifier = makeStepVerifier(report);
  for await (const step of readAhead(steps, { count: READ_AHEAD, work: (step) => readForStep(step, source) })) {
    verifier.take(step);
    options.progress?.(verifier.verified().counted);
  }
  verifier.conclude(recordsWithoutImages(findings));
  const { covered, counted, pending, issuances } = verifier.verified();
  reportUncovered(covered, { period, nowMs, report });
  const signedBy = keyNames.conclude(report);
  const isProven = findingsInAll === 0 && covered !== undefined;
  return {
    isProven,
    archive: source.name,
    ...(covered !== undefined && { covered }),
    counted,
    pending,
    issuances,
    signedBy,
    findings,
    findingsInAll,
  };
}

const IMAGE_IS_GONE: ReadonlySet<FindingKind> = new Set([
  'recordChanged',
  'recordRemoved',
  'recordMoved',
  'lineUnreadable',
  'trailBroken',
]);

/** The records of which an image could not be examined: the gap that the image leaves is already reported. */
function recordsWithoutImages(findings: readonly Finding[]): ReadonlySet<string> {
  const named = findings.filter(({ kind }) => IMAGE_IS_GONE.has(kind)).map(({ recordId }) => recordId);
  return new Set(named.filter((recordId) => recordId !== undefined));
}

/** The digests of the period; the ones before it were read only so that the first has something to follow. */
async function* within(
  chain: AsyncIterable<ProvenDigest>,
  { fromMs = 0, toMs = Number.POSITIVE_INFINITY }: Period,
): AsyncGenerator<ProvenDigest, void> {
  for await (const proven of chain) {
    if (proven.digest.fromMs >= toMs) return;
    if (proven.digest.toMs > fromMs || proven.digest.fromMs >= fromMs) yield proven;
  }
}

type Wanted = { readonly period: Period; readonly nowMs: number; readonly report: Report };

/** Reports times at either end without a digest: silence is no proof, because digests are made even without records. */
function reportUncovered(covered: ArchiveReport['covered'], { period, nowMs, report }: Wanted): void {
  const dueMs = nowMs - COVERED_AFTER_MS;
  const wantedToMs = Math.min(period.toMs ?? dueMs, dueMs);
  if (covered === undefined) {
    const explanation =
      'there is no digest that is proven and in order; a new archive has its first within eight minutes';
    report({ kind: 'digestMissing', explanation });
    return;
  }
  const { fromMs = 0 } = period;
  if (covered.fromMs > fromMs) {
    report({ kind: 'digestMissing', explanation: `no digest covers ${between(fromMs, covered.fromMs)}` });
  }
  if (covered.toMs < wantedToMs) {
    report({ kind: 'digestMissing', explanation: `no digest covers ${between(covered.toMs, wantedToMs)}` });
  }
}

function between(fromMs: number, toMs: number): string {
  return `${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
}
