import type { StackClock } from '../clock.ts';
import type { CloudTrailRecord } from './cloudtrail-record.ts';

/**
 * The state of the account's trail: it logs all management events of all regions, it is stopped, it covers the home
 * region alone or write events alone, or there is no trail.
 */
export type TrailState = 'logging' | 'stopped' | 'single-region' | 'write-only' | 'none';

/** The one trail of the broker's account. It logs until its state is changed. */
export type Trail = {
  state(): TrailState;
  /** When the trail got its present state, in epoch milliseconds. */
  changedAtMs(): number;
  set(state: TrailState): void;
  /** Whether the trail logs the event of a record. */
  takes(record: Pick<CloudTrailRecord, 'awsRegion' | 'readOnly'>): boolean;
};

/** @param deps `homeRegion` is where the trail was made. */
export function createTrail(deps: { readonly homeRegion: string; readonly clock: Pick<StackClock, 'nowMs'> }): Trail {
  let state: TrailState = 'logging';
  let changedAtMs = deps.clock.nowMs();
  return {
    state: () => state,
    changedAtMs: () => changedAtMs,
    set(next) {
      state = next;
      changedAtMs = deps.clock.nowMs();
    },
    takes({ awsRegion, readOnly }) {
      switch (state) {
        case 'logging':
          return true;
        case 'single-region':
          return awsRegion === deps.homeRegion;
        case 'write-only':
          return !readOnly;
        case 'stopped':
        case 'none':
          return false;
      }
    },
  };
}
