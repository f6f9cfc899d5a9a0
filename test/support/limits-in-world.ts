import { BrokerError } from '../../lib/errors.ts';
import type { Counters } from '../../lib/limits/counters.ts';
import type { LimitSettings } from '../../lib/limits/limit-settings.ts';
import { type Limits, makeLimits } from '../../lib/limits/limits.ts';
import { makeStrangers, type Strangers } from '../../lib/limits/strangers.ts';
import type { Clock } from '../../lib/platform/clock.ts';
import type { TransitionLog } from '../../lib/platform/transition-log.ts';
import { brokerRecordBody } from '../../lib/requests/broker-record.ts';
import { inMemoryCounters } from './in-memory-counters.ts';

/** So much that no test comes near it by accident. */
export const unlimited: LimitSettings = {
  perTenant: { requestsPerMinute: 1e9, callsPerMinute: 1e9, concurrentIssuances: 1e9 },
  stsCallsPerSecond: 1e9,
};

type LimitsWorld = {
  readonly clock: Clock;
  readonly log: TransitionLog;
  readonly settings?: LimitSettings | undefined;
  readonly sendToQueue: (body: string) => Promise<void>;
  readonly isUnreadable?: () => boolean;
  readonly counters?: Counters;
};

/** The limits as they are deployed, over counters in memory that can be taken away. */
export function limitsIn(world: LimitsWorld): { readonly limits: Limits; readonly strangers: Strangers } {
  const { clock, log, settings = unlimited, sendToQueue, isUnreadable = () => false } = world;
  const counters = unless(isUnreadable, world.counters ?? inMemoryCounters());
  const ids = {
    uuid: () => '00000000-0000-4000-8000-000000000000',
    randomBytes: (length: number) => new Uint8Array(length).fill(128),
  };
  return {
    limits: makeLimits({ counters, clock, ids, log }, settings),
    strangers: makeStrangers({
      counters,
      clock,
      tell: (minute) => sendToQueue(brokerRecordBody({ brokerRecord: 'strangers', minute })),
    }),
  };
}

function unless(isUnreadable: () => boolean, counters: Counters): Counters {
  const readable = () => {
    if (isUnreadable()) throw new BrokerError('store.unavailable', 'limits');
  };
  return {
    async read(counter) {
      readable();
      return counters.read(counter);
    },
    async change(row, change) {
      readable();
      return counters.change(row, change);
    },
    async admit(row, admission) {
      readable();
      return counters.admit(row, admission);
    },
  };
}
