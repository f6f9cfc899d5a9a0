/** During a recovery, two fifths more calls than usual: the queue is worked off, and STS is not flooded. */
const RECOVERY_FACTOR = 1.4;
/** The least part of the share during a recovery, for a deployment that made hardly any calls before. */
const RECOVERY_FLOOR = 0.1;

/**
 * How many calls to STS may be made in a second: the share of the broker, or fewer while the queue of an outage is worked
 * off. `usual` is the calls a second before the outage; undefined when there is no recovery.
 */
export function callCeiling(usual: number | undefined, share: number): number {
  if (usual === undefined) return share;
  return Math.max(1, Math.min(share, Math.floor(Math.max(usual * RECOVERY_FACTOR, share * RECOVERY_FLOOR))));
}
