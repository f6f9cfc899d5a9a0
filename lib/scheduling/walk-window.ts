import type { RequestDetail } from '../requests/request.ts';
import { type Requester, scheduleSource } from '../requests/requester.ts';
import type { SlotTenant, TenantsInSlot } from '../tenants/tenants-in-slot.ts';
import { isDue } from './due-tenant.ts';
import { ENTRIES_A_CALL, type PutRequests, type ScheduledRequest } from './put-requests.ts';
import { SLOTS, slotName } from './slot.ts';
import { type Place, placeOf, type Window, windowName } from './window.ts';
import type { WindowStore } from './window-store.ts';
import { advanceWindow } from './windows.ts';

/** What a window is gone through with. */
export type WalkDependencies = {
  readonly store: WindowStore;
  readonly tenantsInSlot: TenantsInSlot;
  readonly putRequests: PutRequests;
};

/** A schedule, and for which tenants its requester may ask. */
export type WalkedSchedule = {
  readonly name: string;
  readonly job: string;
  readonly reason?: string | undefined;
  readonly tenants: Requester['tenants'];
};

/** Tenants read at once, and between two writings of how far a window has come. */
const PAGE = 500;

type Walk = { readonly window: Window; readonly schedule: WalkedSchedule; readonly isClosing: boolean };
/** A due tenant whose request is not on the bus yet, and the place from which on it is found again. */
type Pending = { readonly request: ScheduledRequest; readonly before: Place };

export type Walker = {
  readonly window: Window;
  /**
   * Goes on by one page, as far as `slotsDue`. `idle`: there is nothing to do before more slots are due. `lost`: somebody
   * else goes on with this window. `done`: everybody had their turn.
   */
  step(of: { readonly slotsDue: number; readonly remainingMs: () => number }): Promise<Step>;
};
export type Step = 'more' | 'idle' | 'lost' | 'done';

/**
 * Goes through a window from where it was left. Requests go to the bus in full batches, so that a few of one page may
 * wait for the next: what is written down never goes past one that waits, and a crash at any point makes some requests
 * twice, under the same ids, and loses none.
 */
export function makeWalker({ window, schedule, isClosing }: Walk, dependencies: WalkDependencies): Walker {
  let saved = window;
  let place = placeOf(window);
  let pending: readonly Pending[] = [];

  async function readPage(): Promise<readonly Pending[]> {
    const { slot, afterTenantId } = place;
    const page = await dependencies.tenantsInSlot({ slot: slotName(slot), limit: PAGE, afterTenantId });
    const due = page.tenants.flatMap((tenant, index) => {
      const before = { slot, afterTenantId: page.tenants[index - 1]?.tenantId ?? afterTenantId };
      const isOne = isDue(tenant, { job: schedule.job, tenants: schedule.tenants, window });
      return isOne ? [{ request: requestOf(tenant, { window, schedule }), before }] : [];
    });
    const last = page.tenants.at(-1)?.tenantId ?? afterTenantId;
    place = page.isLast ? { slot: slot + 1 } : { slot, afterTenantId: last };
    return due;
  }

  /** So many of those that wait are brought to their end; then, how far the window has come is written. */
  async function settle(count: number, remainingMs: () => number): Promise<boolean> {
    const requests = pending.slice(0, count).map(({ request }) => request);
    if (!isClosing) await dependencies.putRequests(requests, { remainingMs });
    pending = pending.slice(count);
    const reached = pending[0]?.before ?? place;
    if (samePlace(reached, placeOf(saved)) && count === 0) return true;
    const [sent, left] = isClosing ? [0, count] : [count, 0];
    const progress = { sent: saved.sent + sent, left: saved.left + left, done: reached.slot >= SLOTS };
    const next = await advanceWindow(saved, { place: reached, ...progress }, dependencies.store);
    if (next === undefined) return false;
    saved = next;
    return true;
  }

  return {
    get window() {
      return saved;
    },
    async step({ slotsDue, remainingMs }) {
      const isAtEnd = place.slot >= Math.min(SLOTS, slotsDue);
      if (!isAtEnd) pending = [...pending, ...(await readPage())];
      const count = isAtEnd ? pending.length : pending.length - (pending.length % ENTRIES_A_CALL);
      if (!(await settle(count, remainingMs))) return 'lost';
      if (saved.done) return 'done';
      return isAtEnd ? 'idle' : 'more';
    },
  };
}

/** Follows from schedule, window and tenant alone: made twice, it is the same request. */
function requestOf(
  { tenantId }: SlotTenant,
  { window, schedule }: { readonly window: Window; readonly schedule: WalkedSchedule },
): ScheduledRequest {
  const { name, job, reason = `schedule ${name}` } = schedule;
  const idempotencyKey = `${name}.${windowName(window.startMs)}.${tenantId}`;
  const detail: RequestDetail = { version: 1, tenantId, job, reason, idempotencyKey, hops: 0 };
  return { source: scheduleSource(name), detail };
}

function samePlace(one: Place, other: Place): boolean {
  return one.slot === other.slot && one.afterTenantId === other.afterTenantId;
}
