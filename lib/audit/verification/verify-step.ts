import { assertNever } from '../../errors.ts';
import type { ListedObject, ObjectSource } from '../../platform/object-source.ts';
import { type Leaf, leafListKey } from '../archive/digests/leaf-list.ts';
import type { Digest } from '../digest.ts';
import type { Step } from './archive-steps.ts';
import { readObject } from './read-object.ts';
import { makeTrailGrowth } from './trail-growth.ts';
import type { Report } from './verification-finding.ts';
import { type DigestVerification, verifyDigest } from './verify-digest.ts';
import { verifyObject } from './verify-object.ts';

export type Counted = {
  readonly digests: number;
  readonly objects: number;
  readonly records: number;
  readonly bytes: number;
};

/** A step with the bytes that had to be read for it. */
export type ReadStep = {
  readonly step: Step;
  /** The bytes of an object, or of a digest's list of leaves. Undefined when there are none, or far too many. */
  readonly bytes: Buffer | undefined;
};

/** Rejects when an object is there but cannot be read. */
export async function readForStep(step: Step, source: ObjectSource): Promise<ReadStep> {
  if (step.kind === 'digestBegins') return { step, bytes: await readLeaves(step.digest, source) };
  if (step.kind === 'missing' || step.kind === 'digestEnds') return { step, bytes: undefined };
  return { step, bytes: await readObject(source, step.listed) };
}

async function readLeaves(digest: Digest, source: ObjectSource): Promise<Buffer | undefined> {
  if (digest.records === 0) return undefined;
  const key = leafListKey(digest);
  for await (const listed of source.list(key)) if (listed.key === key) return readObject(source, listed);
  return undefined;
}

/** What has been verified so far. */
export type Verified = {
  readonly covered:
    | { readonly fromMs: number; readonly toMs: number; readonly firstSequence: number; readonly lastSequence: number }
    | undefined;
  readonly counted: Counted;
  readonly pending: { readonly objects: number; readonly records: number };
  readonly issuances: number;
};

type Covering = { readonly entry?: Digest['objects'][number]; readonly isTrusted?: boolean };
type Missing = { readonly leaves: readonly Leaf[]; readonly report: Report };

/** Reports a missing object, and its records, too, if it is known which they were. */
function reportMissing({ key, records }: Digest['objects'][number], { leaves, report }: Missing): void {
  report({
    kind: 'objectMissing',
    object: key,
    explanation: `it was signed with ${countOf(records)}, and is not there`,
  });
  for (const [index, { recordId }] of leaves.entries()) {
    report({ kind: 'recordRemoved', object: key, line: index + 1, recordId, explanation: 'it went with its object' });
  }
}

function countOf(records: number): string {
  return records === 1 ? '1 record' : `${records} records`;
}

export type StepVerifier = {
  take(step: ReadStep): void;
  /**
   * Called once, after the last step. No gap is reported for records whose images were already found to be wrong or
   * gone.
   */
  conclude(named: ReadonlySet<string>): void;
  verified(): Verified;
};

/** Makes the verifier, which takes the steps in their order. */
export function makeStepVerifier(report: Report): StepVerifier {
  const growth = makeTrailGrowth();
  const counted = { digests: 0, objects: 0, records: 0, bytes: 0 };
  const pending = { objects: 0, records: 0 };
  let covered: Verified['covered'];
  let current: DigestVerification | undefined;

  function begin(digest: Digest): void {
    counted.digests += 1;
    covered = {
      fromMs: covered?.fromMs ?? digest.fromMs,
      toMs: digest.toMs,
      firstSequence: covered?.firstSequence ?? digest.sequence,
      lastSequence: digest.sequence,
    };
  }

  function verify(listed: ListedObject, bytes: Buffer | undefined, options: Covering = {}): number {
    const { entry, isTrusted = true } = options;
    const leaves = () => current?.nextLeaves(entry?.records ?? 0);
    const { isIntact, lines } = verifyObject({ key: listed.key, bytes, entry, leaves, isTrusted }, { report, growth });
    if (entry !== undefined) current?.pass({ records: entry.records, isIntact, lines });
    counted.objects += 1;
    counted.records += lines.length;
    counted.bytes += bytes?.length ?? 0;
    return lines.length;
  }

  function take({ step, bytes }: ReadStep): void {
    switch (step.kind) {
      case 'digestBegins':
        begin(step.digest);
        current = verifyDigest({ key: step.key, digest: step.digest, list: bytes }, report);
        return;
      case 'covered':
        verify(step.listed, bytes, { entry: step.entry });
        return;
      case 'missing':
        reportMissing(step.entry, { leaves: current?.nextLeaves(step.entry.records) ?? [], report });
        current?.pass({ records: step.entry.records, isIntact: false, lines: [] });
        return;
      case 'digestEnds':
        current?.conclude();
        return;
      case 'uncovered':
        report({ kind: 'objectUncovered', object: step.listed.key, explanation: 'no digest that is proven covers it' });
        verify(step.listed, bytes, { isTrusted: false });
        return;
      case 'pending':
        pending.records += verify(step.listed, bytes);
        pending.objects += 1;
        return;
      default:
        assertNever(step);
    }
  }

  function conclude(named: ReadonlySet<string>): void {
    // If verification starts at the first digest, the beginning of every issuance must be in the archive.
    const isWhole = covered?.firstSequence === 0;
    for (const { recordId, place, explanation } of growth.gaps(isWhole)) {
      if (!named.has(recordId)) report({ kind: 'changeMissing', ...place, recordId, explanation });
    }
  }

  return { take, conclude, verified: () => ({ covered, counted, pending, issuances: growth.issuances }) };
}
