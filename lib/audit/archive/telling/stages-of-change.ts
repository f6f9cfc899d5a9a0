import type { Stage } from '../../../platform/stage-durations.ts';
import type { ReadChange } from '../archive-change.ts';

/**
 * How long a job took to its claim, and from there to its report, each from the one change that shows it. The job's
 * function is not asked, because its own word would be no proof. Pure.
 */
export function stagesOfChange({ before, after }: ReadChange): readonly (readonly [Stage, milliseconds: number])[] {
  if (before?.recordType !== 'issuance' || after?.recordType !== 'issuance') return [];
  if (before.state === 'issued' && after.state === 'claimed') {
    const issuedAtMs = after.trail.findLast(({ type }) => type === 'issued')?.atMs;
    if (issuedAtMs === undefined || after.claim === undefined) return [];
    return [['claim', after.claim.atMs - issuedAtMs]];
  }
  if (before.state !== 'claimed' || (after.state !== 'completed' && after.state !== 'failed')) return [];
  if (after.claim === undefined || after.report === undefined) return [];
  return [['run', after.report.atMs - after.claim.atMs]];
}
