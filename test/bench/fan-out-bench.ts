import type { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { makePutRequests } from '../../lib/scheduling/put-requests.ts';
import { type FanOutFunction, runFanOut } from '../../lib/scheduling/run-fan-out.ts';
import { SLOTS, slotName, tenantSlot } from '../../lib/scheduling/slot.ts';
import { windowName } from '../../lib/scheduling/window.ts';
import type { TenantsInSlot } from '../../lib/tenants/tenants-in-slot.ts';
import { countingIds } from '../support/counting-ids.ts';
import { RULE_PREFIX, scheduledEvent, WINDOW_MS } from '../support/fan-out-world.ts';
import { inMemoryWindowStore } from '../support/in-memory-window-store.ts';
import { type VirtualTime, virtualTime } from '../support/virtual-time.ts';

export type BenchOptions = {
  readonly tenants: number;
  readonly spreadMinutes: number;
  /**
   * After how many calls of PutEvents the function dies, at the worst moment: when the events of a page are on the bus and
   * how far it came is not written. Left out, it does not.
   */
  readonly dieAfterCalls?: number;
  /** Told after each tick. */
  readonly onTick?: (sent: number) => void;
};

export type BenchReport = {
  readonly tenants: number;
  readonly ticks: number;
  readonly putEventsCalls: number;
  readonly fullCalls: number;
  /** Events that were put, those counted that were put twice. */
  readonly events: number;
  readonly putTwice: number;
  readonly missed: number;
  /** Requests under another id than the one that a tenant has in this window. */
  readonly doubled: number;
  readonly entriesRefusedByTheBus: number;
  /** Of the virtual clock, from the window to the last event. */
  readonly virtualSeconds: number;
  /** What the function reaches while it works, of the virtual clock. */
  readonly eventsPerSecondOfWork: number;
  readonly peakEventsInOneSecond: number;
  readonly restarts: number;
};

/** What AWS takes for a call, roughly, within a region. */
const PUT_EVENTS_MS = 20;
const QUERY_MS = 10;
const WRITE_MS = 8;
/** One entry in so many is not taken at first. */
const REFUSED_ONE_IN = 97;
const FUNCTION_MS = 60_000;

class Died extends Error {}

/** Runs one window with the code that is deployed, on virtual time: only AWS is made up. */
export async function benchFanOut(options: BenchOptions): Promise<BenchReport> {
  const time = virtualTime(WINDOW_MS);
  const bus = countingBus(time, options);
  const fanOutFunction = deployed(time, bus, options);
  const invoke = (event: unknown) => {
    const endsAtMs = time.nowMs() + FUNCTION_MS;
    return time.run(() => runFanOut({ event, remainingMs: () => endsAtMs - time.nowMs() }, fanOutFunction));
  };
  await invoke(scheduledEvent(WINDOW_MS));
  let [ticks, workMs, restarts] = [0, 0, 0];
  for (let tickAtMs = WINDOW_MS; (await fanOutFunction.store.readAgenda('nightly'))?.open.length !== 0; ) {
    time.set(tickAtMs);
    const begunAtMs = time.nowMs();
    await invoke({ kind: 'tick' }).catch((error: unknown) => {
      if (!(error instanceof Died)) throw error;
      restarts += 1;
    });
    ticks += 1;
    workMs += time.nowMs() - begunAtMs;
    tickAtMs = Math.max(tickAtMs + 60_000, time.nowMs());
    options.onTick?.(bus.events());
  }
  return { tenants: options.tenants, ticks, restarts, ...bus.report(workMs) };
}

function deployed(time: VirtualTime, bus: CountingBus, options: BenchOptions): FanOutFunction {
  const { tenants, spreadMinutes, dieAfterCalls = Number.POSITIVE_INFINITY } = options;
  const { sleep } = time;
  let hasDied = false;
  const store = inMemoryWindowStore();
  return {
    schedules: [{ name: 'nightly', job: 'scan-account', expression: 'rate(1 day)', spreadMinutes, tenants: 'all' }],
    store: {
      ...store,
      writeWindow: async (before, after) => {
        await sleep(WRITE_MS);
        if (!hasDied && bus.calls() >= dieAfterCalls) {
          hasDied = true;
          throw new Died();
        }
        return store.writeWindow(before, after);
      },
    },
    tenantsInSlot: indexOf(tenants, sleep),
    putRequests: makePutRequests({ events: bus.client, ids: countingIds(), sleep, config: { busName: 'bench' } }),
    switches: { read: async () => [] },
    log: { transition: () => undefined },
    clock: time,
    config: { ruleNamePrefix: RULE_PREFIX, maximumAgeMs: 86_400_000 },
  };
}

/** The index as DynamoDB pages it, holding nothing of a tenant but its number. */
function indexOf(tenants: number, sleep: VirtualTime['sleep']): TenantsInSlot {
  const bySlot = new Map<string, string[]>(Array.from({ length: SLOTS }, (_, slot) => [slotName(slot), []]));
  for (let number = 0; number < tenants; number += 1) bySlot.get(tenantSlot(idOf(number)))?.push(idOf(number));
  for (const ids of bySlot.values()) ids.sort();
  return async ({ slot, limit, afterTenantId = '' }) => {
    await sleep(QUERY_MS);
    const ids = bySlot.get(slot) ?? [];
    const from = ids.findIndex((id) => id > afterTenantId);
    const page = from < 0 ? [] : ids.slice(from, from + limit);
    const isLast = from < 0 || from + limit >= ids.length;
    const rows = page.map((tenantId) => ({ tenantId, status: 'active' as const, enabledJobs: ['scan-account'] }));
    return { tenants: rows, isLast };
  };
}

type CountingBus = {
  readonly client: Pick<EventBridgeClient, 'send'>;
  events(): number;
  calls(): number;
  report(workMs: number): Omit<BenchReport, 'tenants' | 'ticks' | 'restarts'>;
};

/** Takes events and keeps, of each tenant, how often it was asked for: no event is held. */
function countingBus(time: VirtualTime, { tenants }: BenchOptions): CountingBus {
  const asked = new Uint8Array(tenants);
  const perSecond = new Map<number, number>();
  const count = { calls: 0, full: 0, entries: 0, events: 0, refused: 0, doubled: 0, lastMs: WINDOW_MS };

  function take(detail: string): void {
    const { tenantId, idempotencyKey } = JSON.parse(detail) as { tenantId: string; idempotencyKey: string };
    const number = Number(tenantId.slice('tenant-'.length));
    asked[number] = (asked[number] ?? 0) + 1;
    if (idempotencyKey !== `nightly.${windowName(WINDOW_MS)}.${tenantId}`) count.doubled += 1;
    count.events += 1;
    count.lastMs = time.nowMs();
    const second = Math.floor(time.nowMs() / 1_000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }

  async function send({ input: { Entries: entries = [] } }: PutEventsCommand) {
    await time.sleep(PUT_EVENTS_MS);
    count.calls += 1;
    if (entries.length === 10) count.full += 1;
    const Entries = entries.map(({ Detail = '' }) => {
      count.entries += 1;
      if (count.entries % REFUSED_ONE_IN === 0) {
        count.refused += 1;
        return { ErrorCode: 'ThrottlingException' };
      }
      take(Detail);
      return { EventId: 'taken' };
    });
    return { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries };
  }

  return {
    client: { send: send as unknown as EventBridgeClient['send'] },
    events: () => count.events,
    calls: () => count.calls,
    report: (workMs) => ({
      putEventsCalls: count.calls,
      fullCalls: count.full,
      events: count.events,
      putTwice: asked.reduce((sum, times) => sum + Math.max(0, times - 1), 0),
      missed: asked.reduce((sum, times) => sum + (times === 0 ? 1 : 0), 0),
      doubled: count.doubled,
      entriesRefusedByTheBus: count.refused,
      virtualSeconds: (count.lastMs - WINDOW_MS) / 1_000,
      eventsPerSecondOfWork: Math.round(count.events / (workMs / 1_000)),
      peakEventsInOneSecond: Math.max(...perSecond.values()),
    }),
  };
}

function idOf(number: number): string {
  return `tenant-${number}`;
}
