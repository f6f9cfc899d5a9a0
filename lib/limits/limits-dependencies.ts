import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import type { Counters } from './counters.ts';

/** What the limits work with. */
export type LimitsDependencies = {
  readonly counters: Counters;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: TransitionLog;
};
