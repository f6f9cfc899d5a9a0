import type { RequestDetail } from '../requests/request.ts';
import { type Requester, scheduleSource } from '../requests/requester.ts';
import type { SlotTenant, TenantsInSlot } from '../tenants/tenants-in-slot.ts';
import { isDue } from './due-tenant.ts';
import { ENTRIES_A_CALL, type PutRequests, type ScheduledRequest } from './put-requests.ts';
import { SLOTS, slotName } from './slot.ts';
import { cursorOf, type Window, type WindowCursor, windowName } from './window.ts';
import type { WindowStore } from './window-store.ts';
import { advanceWindow } from './windows.ts';

/** What is needed to walk a window. */
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

/** How many tenants are read at once; the cursor of the window is written after each such page. */
const PAGE = 500;

type Walk = { readonly window: Window; readonly schedule: WalkedSchedule; readonly isClosing: boolean };
/** The request for a due tenant that is not on the bus yet, and the cursor from which the tenant is found again. */
type Pending = { readonly request: ScheduledRequest; readonly before: WindowCursor };

export type Walker = {
  readonly window: Window;
  /**
   * Walks one page, up to `slotsDue`. `idle`: nothing can be done before more slots are due. `lost`: another invocation
   * walks this window. `done`: every tenant had its turn.
   */
  step(of: { readonly slotsDue: number; readonly remainingMs: () => number }): Promise<Step>;
};
export type Step = 'more' | 'idle' | 'lost' | 'done';

/**
 * Walks a window from its cursor. Requests go to the bus in full batches, so some of one page may wait for the next.
 * The cursor is never written past a request that waits: a crash at any point repeats some requests, under the same
 * ids, and loses none.
 */
export function makeWalker({ window, schedule, isClosing }: Walk, dependencies: WalkDependencies): Walker {
  let saved = window;
  let cursor = cursorOf(window);
  let pending: readonly Pending[] = [];

  async function readPage(): Promise<readonly Pending[]> {
    const { slot, afterTenantId } = cursor;
    const page = await dependencies.tenantsInSlot({ slot: slotName(slot), limit: PAGE, afterTenantId });
    const due = page.tenants.flatMap((tenant, index) => {
      const before = { slot, afterTenantId: page.tenants[index - 1]?.tenantId ?? afterTenantId };
      const isOne = isDue(tenant, { job: schedule.job, tenants: schedule.tenants, window });
      return isOne ? [{ request: requestOf(tenant, { window, schedule }), before }] : [];
    });
    const last = page.tenants.at(-1)?.tenantId ?? afterTenantId;
    cursor = page.isLast ? { slot: slot + 1 } : { slot, afterTenantId: last };
    return due;
  }

  /** Puts so many of the waiting requests on the bus, and then writes the cursor of the window. */
  async function settle(count: number, remainingMs: () => number): Promise<boolean> {
    const requests = pending.slice(0, count).map(({ request }) => request);
    if (!isClosing) await dependencies.putRequests(requests, { remainingMs });
    pending = pending.slice(count);
    const reached = pending[0]?.before ?? cursor;
    if (sameCursor(reached, cursorOf(saved)) && count === 0) return true;
    const [sent, left] = isClosing ? [0, count] : [count, 0];
    const progress = { sent: saved.sent + sent, left: saved.left + left, done: reached.slot >= SLOTS };
    const next = await advanceWindow(saved, { cursor: reached, ...progress }, dependencies.store);
    if (next === undefined) return false;
    saved = next;
    return true;
  }

  return {
    get window() {
      return saved;
    },
    async step({ slotsDue, remainingMs }) {
      const isAtEnd = cursor.slot >= Math.min(SLOTS, slotsDue);
      if (!isAtEnd) pending = [...pending, ...(await readPage())];
      const count = isAtEnd ? pending.length : pending.length - (pending.length % ENTRIES_A_CALL);
      if (!(await settle(count, remainingMs))) return 'lost';
      if (saved.done) return 'done';
      return isAtEnd ? 'idle' : 'more';
    },
  };
}

/** The request is derived from schedule, window and tenant alone: made twice, it is the same one. */
function requestOf(
  { tenantId }: SlotTenant,
  { window, schedule }: { readonly window: Window; readonly schedule: WalkedSchedule },
): ScheduledRequest {
  const { name, job, reason = `schedule ${name}` } = schedule;
  const idempotencyKey = `${name}.${windowName(window.startMs)}.${tenantId}`;
  const detail: RequestDetail = { version: 1, tenantId, job, reason, idempotencyKey, hops: 0 };
  return { source: scheduleSource(name), detail };
}

function sameCursor(one: WindowCursor, other: WindowCursor): boolean {
  return one.slot === other.slot && one.afterTenantId === other.afterTenantId;
}
