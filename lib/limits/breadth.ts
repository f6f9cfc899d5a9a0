import { createHash } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { counterIds } from '../platform/table-keys.ts';
import type { Counters } from './counters.ts';

/**
 * Limits for how many tenants a requester asks in an hour, so that a stolen requester cannot walk the list of
 * customers. Every tenant that it names counts, whatever became of the request. Counting starts again with every hour
 * of the clock.
 *
 * The tenants of the hour are one set in one row: the write that takes a tenant in is the one that sees whether there
 * is room, so two that race cannot both have the last place, and a request that comes again takes none. The set holds
 * hashes of 11 letters: at the most that `limits.tenantsPerHour` may say, 5,000, a row of 60 KB.
 */
export type Breadth = {
  /** False when the tenant is one too many. Throws `store.*`: what cannot be counted is not let through. */
  within(asked: {
    readonly requester: string;
    readonly tenantId: string;
    readonly limit: number;
    /** When the request came in; left out, it comes in now. Never what its requester says of it. */
    readonly arrivedAtMs?: number | undefined;
  }): Promise<boolean>;
};

const HOUR_MS = 3_600_000;
/** A request counts in the hour in which it came in, however long it waits on the queue: four days at the most. */
const KEPT_MS = 5 * 24 * HOUR_MS;
/** Of the tenants that an instance remembers as taken in. */
const MOST_REMEMBERED = 20_000;

export function makeBreadth({ counters, clock }: { readonly counters: Counters; readonly clock: Clock }): Breadth {
  // Who was taken in stays so for its hour: asking the table again would cost the size of the set each time.
  const remembered = new Set<string>();

  return {
    async within({ requester, tenantId, limit, arrivedAtMs = clock.nowMs() }) {
      const startMs = Math.floor(arrivedAtMs / HOUR_MS) * HOUR_MS;
      const hour = new Date(startMs).toISOString().slice(0, 13);
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      const key = `${hour} ${requester} ${tenantId}`;
      if (remembered.has(key)) return true;
      const row = { counter: counterIds.breadth(requester, hour), expiresAtSeconds: (startMs + KEPT_MS) / 1000 };
      const admitted = await counters.admit(row, { member: shortHash(tenantId), limit });
      if (admitted) remembered.add(key);
      return admitted;
    },
  };
}

/** 64 bits: that two of the tenants of an hour have the same one is not to be expected in the life of a deployment. */
function shortHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest().subarray(0, 8).toString('base64url');
}
