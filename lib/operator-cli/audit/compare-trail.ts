import { correlateFiles } from '../../audit/log-files/correlate-files.ts';
import { type FilesCorrelation, isConsistent } from '../../audit/log-files/files-correlation.ts';
import { type FilesProgress, type FilesRead, readLogFiles } from '../../audit/log-files/read-log-files.ts';
import type { ReceiptPage } from '../../audit/receipts/receipt.ts';
import type { ObjectSource } from '../../platform/object-source.ts';
import { errorName } from '../../platform/store-error.ts';
import { CommandError } from '../command-error.ts';
import { EXIT_CODES, type ExitCode } from '../exit-code.ts';
import type { World } from '../session.ts';
import { grouped, makeProgress } from '../terminal/progress.ts';
import { timeLeft } from '../terminal/time-words.ts';

export type Comparison = {
  /** The pages that say whose receipts these are, which calls they cover, and which times. */
  readonly exports: readonly Pick<ReceiptPage, 'deploymentId' | 'brokerAccountId' | 'tenantId' | 'fromMs' | 'toMs'>[];
  readonly files: FilesRead;
  readonly correlation: FilesCorrelation;
};

/** A shorter run needs no line of progress, and a rate this early would be chance. */
const SHOWN_AFTER_MS = 1_000;

type Surroundings = Pick<World, 'stderr' | 'clock' | 'interrupted'>;

/**
 * Reads the files with a line of progress, and compares them with the receipts. Throws `cli.trailUnreadable` if the
 * files cannot be listed, because a part of a trail must not pass for all of it.
 */
export async function compareTrail(
  { pages, source }: { readonly pages: readonly ReceiptPage[]; readonly source: ObjectSource },
  { stderr, clock, interrupted }: Surroundings,
): Promise<Comparison> {
  const progress = makeProgress({ stderr, clock });
  const correlator = correlateFiles(pages);
  const startedMs = clock.nowMs();
  try {
    const files = await readLogFiles({
      source,
      onRecord: correlator.add,
      onProgress(done) {
        const sinceMs = clock.nowMs() - startedMs;
        if (sinceMs >= SHOWN_AFTER_MS) progress.show(progressLine(done, sinceMs));
      },
      abortSignal: interrupted,
    });
    return { exports: pages.filter(({ page }) => page === 0).map(exportOf), files, correlation: correlator.result() };
  } catch (error) {
    if (interrupted.aborted) throw interrupted.reason;
    throw unlisted(source.name, error);
  } finally {
    progress.end();
  }
}

/**
 * A line of progress such as `reading 1,204 of 5,000 files (24 %), 84 MB a second, 2 min 10 s left`; MB are of unpacked
 * text.
 */
export function progressLine(done: FilesProgress, sinceMs: number): string {
  const share = done.bytes === 0 ? 0 : done.bytesDone / done.bytes;
  const counted = `reading ${grouped(done.filesDone)} of ${grouped(done.files)} files (${Math.floor(share * 100)} %)`;
  if (share === 0 || sinceMs <= 0) return counted;
  const megabytes = done.textBytes / 1_000 / sinceMs;
  return `${counted}, ${megabytes.toFixed(0)} MB a second, ${timeLeft(sinceMs / share - sinceMs)} left`;
}

/** Files that were not read could hold anything. */
export function exitCodeOf({ files, correlation }: Comparison): ExitCode {
  const isWhole = files.problemCount === 0 && files.records > 0;
  return isWhole && isConsistent(correlation) ? EXIT_CODES.ok : EXIT_CODES.notProven;
}

function exportOf({
  deploymentId,
  brokerAccountId,
  tenantId,
  fromMs,
  toMs,
}: ReceiptPage): Comparison['exports'][number] {
  return { deploymentId, brokerAccountId, tenantId, fromMs, toMs };
}

function unlisted(name: string, error: unknown): CommandError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : errorName(error);
  return new CommandError({
    code: 'cli.trailUnreadable',
    message: `${name} cannot be listed (${code}).`,
    whatToDo: 'Give --cloudtrail a directory, a file or s3://bucket/prefix that you may list and read.',
    exitCode: EXIT_CODES.usage,
  });
}
