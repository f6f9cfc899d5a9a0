import { counterIds } from '../platform/table-keys.ts';
import { callsPerMinuteOf, type LimitSettings } from './limit-settings.ts';
import type { LimitsDependencies } from './limits-dependencies.ts';
import { type Meter, minuteRow, oneIsLeft, taking } from './meter.ts';

/**
 * Limits the requests and calls of tenants and requesters in a minute, and how many of a tenant are in work at once.
 */
export type Rates = {
  /** Whether this process knows, without a call, that the tenant is over one of its limits. */
  isTenantFull(tenantId: string): boolean;
  isRequesterFull(requester: string): boolean;
  /** Undefined: the tenant is over one of its limits. Throws `store.*`. */
  acquireForTenant(tenantId: string, asked: AskedOfTenant): Promise<RatePermit | undefined>;
  /** Undefined: the requester is over its limit. Throws `store.*`. */
  acquireForRequester(requester: string, requestsPerMinute: number): Promise<RatePermit | undefined>;
};

export type AskedOfTenant = {
  /** 0 for what goes on with a request that was counted before. */
  readonly requests: 0 | 1;
  /** AssumeRole calls that it will take, as far as that is known yet. */
  readonly calls: number;
};

export type RatePermit = {
  /**
   * To be called when the work is over. Corrects the count to the calls made; a request that goes back is not counted.
   */
  release(how: { readonly calls: number; readonly goesBack: boolean }): Promise<void>;
};

/**
 * How long an instance remembers that a tenant or requester was over its limit. In that time its further requests cost
 * no calls, and take nothing of what all tenants share.
 */
const FULL_FOR_MS = 1_000;
/** Of those that are remembered as over. */
const MOST_REMEMBERED = 10_000;

/** Short, so that a tenant that was silent has no burst to spend; long enough for a batch. */
const SLOT_SECONDS = 5;

export function makeRates(
  { counters, clock }: Pick<LimitsDependencies, 'counters' | 'clock'>,
  settings: LimitSettings,
): Rates {
  const { requestsPerMinute, concurrentIssuances } = settings.perTenant;
  const requestMeter: Meter = { name: 'requests', perMinute: requestsPerMinute, slotSeconds: SLOT_SECONDS };
  const callMeter: Meter = { name: 'calls', perMinute: callsPerMinuteOf(settings), slotSeconds: SLOT_SECONDS };

  /** By what their rate is counted under. */
  const fullUntilMs = new Map<string, number>();
  const isFull = (rate: string): boolean => (fullUntilMs.get(rate) ?? 0) > clock.nowMs();

  function isFullFrom(rate: string, nowMs: number): void {
    if (fullUntilMs.size >= MOST_REMEMBERED) fullUntilMs.clear();
    fullUntilMs.set(rate, nowMs + FULL_FOR_MS);
  }

  return {
    isTenantFull: (tenantId) => isFull(counterIds.tenantRate(tenantId)),
    isRequesterFull: (requester) => isFull(counterIds.requesterRate(requester)),

    async acquireForTenant(tenantId, { requests, calls }) {
      const nowMs = clock.nowMs();
      // What is in work is counted in the minute in which it came: a function that dies takes a permit for that long.
      const row = minuteRow(counterIds.tenantRate(tenantId), nowMs);
      const amounts = { ...taking(requestMeter, requests, nowMs), ...taking(callMeter, calls, nowMs) };
      const entered = await counters.change(row, {
        add: { ...amounts, inWork: 1 },
        when: [
          ...(requests === 0 ? [] : oneIsLeft(requestMeter, nowMs)),
          ...oneIsLeft(callMeter, nowMs),
          { name: 'inWork', atMost: concurrentIssuances - 1 },
        ],
      });
      if (entered === undefined) {
        isFullFrom(counterIds.tenantRate(tenantId), nowMs);
        return undefined;
      }
      return {
        async release({ calls: made, goesBack }) {
          const calledMore = made === calls ? {} : taking(callMeter, made - calls, nowMs);
          const uncounted = goesBack && requests > 0 ? taking(requestMeter, -requests, nowMs) : {};
          await counters.change(row, { add: { ...calledMore, ...uncounted, inWork: -1 } });
        },
      };
    },

    async acquireForRequester(requester, perMinute) {
      const nowMs = clock.nowMs();
      const meter: Meter = { name: 'requests', perMinute, slotSeconds: SLOT_SECONDS };
      const row = minuteRow(counterIds.requesterRate(requester), nowMs);
      const entered = await counters.change(row, { add: taking(meter, 1, nowMs), when: oneIsLeft(meter, nowMs) });
      if (entered === undefined) {
        isFullFrom(counterIds.requesterRate(requester), nowMs);
        return undefined;
      }
      return {
        async release({ goesBack }) {
          if (goesBack) await counters.change(row, { add: taking(meter, -1, nowMs) });
        },
      };
    },
  };
}
