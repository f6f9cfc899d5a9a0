import type { CloudTrailRecord } from './cloudtrail-record.ts';

/**
 * What the account has for a trail: one that sees all management events of all regions, one that is stopped, one of
 * the home region alone, one of write events alone, or none.
 */
export type TrailState = 'logging' | 'stopped' | 'single-region' | 'write-only' | 'none';

/** The one trail of the broker's account. It logs until it is told otherwise. */
export type Trail = {
  state(): TrailState;
  set(state: TrailState): void;
  /** Whether the trail logs what a record tells of. */
  takes(record: Pick<CloudTrailRecord, 'awsRegion' | 'readOnly'>): boolean;
};

/** @param homeRegion where the trail was made. */
export function createTrail(homeRegion: string): Trail {
  let state: TrailState = 'logging';
  return {
    state: () => state,
    set(next) {
      state = next;
    },
    takes({ awsRegion, readOnly }) {
      switch (state) {
        case 'logging':
          return true;
        case 'single-region':
          return awsRegion === homeRegion;
        case 'write-only':
          return !readOnly;
        case 'stopped':
        case 'none':
          return false;
      }
    },
  };
}
