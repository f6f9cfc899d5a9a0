import type { StackClock } from '../clock.ts';
import type { CloudTrailRecord } from './cloudtrail-record.ts';

/**
 * What the account has for a trail: one that sees all management events of all regions, one that is stopped, one of
 * the home region alone, one of write events alone, or none.
 */
export type TrailState = 'logging' | 'stopped' | 'single-region' | 'write-only' | 'none';

/** The one trail of the broker's account. It logs until it is told otherwise. */
export type Trail = {
  state(): TrailState;
  /** When it began to be as it is, in epoch milliseconds. */
  changedAtMs(): number;
  set(state: TrailState): void;
  /** Whether the trail logs what a record tells of. */
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
