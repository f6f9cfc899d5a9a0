import { errorName } from '../../platform/store-error.ts';
import type { CorrelationState, TrailFinding } from './correlation-state.ts';
import type { TellDependencies } from './tell-verdicts.ts';
import { type ReadTrails, trailFinding } from './trail-fitness.ts';

export type TrailDependencies = TellDependencies & { readonly readTrails: ReadTrails };

/** The finding is reported again at this interval while it lasts. */
const TOLD_AGAIN_MS = 24 * 60 * 60_000;

const FINDINGS: Readonly<Record<TrailFinding, string>> = {
  noTrail: 'there is no trail: no AssumeRole of ours is shown',
  notMultiRegion: 'no trail is of all regions',
  notLogging: 'the trail is not logging',
  noReadEvents: 'the trail does not take read-only management events, of which AssumeRole is one',
  unreadable: 'CloudTrail does not say whether a trail shows every AssumeRole',
};

/**
 * Checks whether a trail shows every AssumeRole of ours, and reports when that changes. It never throws, except when
 * the bus fails.
 */
export async function checkTrail(
  state: CorrelationState,
  nowMs: number,
  { readTrails, log, tell }: TrailDependencies,
): Promise<CorrelationState> {
  const finding = await readTrails().then(trailFinding, (error: unknown): TrailFinding => {
    log.transition({ transition: 'trail.unreadable', explanation: errorName(error) });
    return 'unreadable';
  });
  const { trail: before, ...rest } = state;
  if (finding === undefined) {
    if (before !== undefined) log.transition({ transition: 'trail.fit' });
    return rest;
  }
  const isTold = before?.finding === finding && nowMs - before.toldAtMs < TOLD_AGAIN_MS;
  if (isTold) return state;
  log.transition({ transition: 'trail.unfit', explanation: FINDINGS[finding] });
  await tell({ detailType: 'TrailUnfit', detail: { finding } });
  return { ...rest, trail: { finding, toldAtMs: nowMs } };
}
