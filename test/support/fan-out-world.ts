import type { PutRequests, ScheduledRequest } from '../../lib/scheduling/put-requests.ts';
import { type FanOutFunction, type RunnableSchedule, runFanOut } from '../../lib/scheduling/run-fan-out.ts';
import { tenantSlot } from '../../lib/scheduling/slot.ts';
import type { SwitchedOff } from '../../lib/switches/switches.ts';
import type { SlotTenant, TenantsInSlot } from '../../lib/tenants/tenants-in-slot.ts';
import { type FrozenClock, frozenClock } from './frozen-clock.ts';
import { type InMemoryWindowStore, inMemoryWindowStore } from './in-memory-window-store.ts';
import { recordedTransitions } from './recorded-transitions.ts';

export const RULE_PREFIX = 'credential-broker-test-schedule-';
export const NIGHTLY: RunnableSchedule = {
  name: 'nightly',
  job: 'scan-account',
  expression: 'cron(0 3 * * ? *)',
  spreadMinutes: 60,
  tenants: 'all',
};
export const WINDOW_MS = Date.parse('2031-05-07T03:00:00Z');

/** Ends the invocation as a crash would: nothing after it happens. */
export class Crash extends Error {}

export type FanOutWorld = {
  readonly clock: FrozenClock;
  readonly store: InMemoryWindowStore;
  readonly bus: readonly ScheduledRequest[];
  readonly lines: readonly { readonly transition: string }[];
  readonly off: Map<string, SwitchedOff>;
  /** Called before and after everything that the function does to the world outside. */
  fault: ((at: number, moment: 'before' | 'after', what: string) => void) | undefined;
  /** How much was done to the world outside. */
  readonly effects: () => number;
  readonly fanOutFunction: FanOutFunction;
  fire(startMs?: number, schedule?: string): Promise<unknown>;
  tick(remainingMs?: () => number): Promise<unknown>;
  runNow(schedule?: string): Promise<unknown>;
  /** A tick a minute until nothing is open, or so many minutes have gone by. */
  tickUntilDone(minutes?: number): Promise<void>;
};

export function scheduledEvent(startMs: number, schedule = 'nightly'): Record<string, unknown> {
  return {
    version: '0',
    id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '111111111111',
    time: new Date(startMs).toISOString().replace('.000Z', 'Z'),
    region: 'eu-west-1',
    resources: [`arn:aws:events:eu-west-1:111111111111:rule/${RULE_PREFIX}${schedule}`],
    detail: {},
  };
}

/** The fan-out with a world of its own: tenants, a bus and windows in memory, and a clock that stands still. */
export function fanOutWorld(
  tenants: readonly SlotTenant[],
  { schedules = [NIGHTLY], page }: { readonly schedules?: readonly RunnableSchedule[]; readonly page?: number } = {},
): FanOutWorld {
  const bySlot = Map.groupBy(
    tenants.toSorted((one, other) => (one.tenantId < other.tenantId ? -1 : 1)),
    ({ tenantId }) => tenantSlot(tenantId),
  );
  const clock = frozenClock(WINDOW_MS);
  const store = inMemoryWindowStore();
  const bus: ScheduledRequest[] = [];
  const log = recordedTransitions();
  const off = new Map<string, SwitchedOff>();
  let effects = 0;

  async function effect<Answer>(what: string, work: () => Promise<Answer> | Answer): Promise<Answer> {
    effects += 1;
    const at = effects;
    world.fault?.(at, 'before', what);
    const answer = await work();
    world.fault?.(at, 'after', what);
    return answer;
  }

  const tenantsInSlot: TenantsInSlot = ({ slot, limit, afterTenantId = '' }) =>
    effect('page', () => {
      const rest = (bySlot.get(slot) ?? []).filter(({ tenantId }) => tenantId > afterTenantId);
      const size = Math.min(limit, page ?? limit);
      return { tenants: rest.slice(0, size), isLast: rest.length <= size };
    });
  const putRequests: PutRequests = async (requests) => {
    for (let from = 0; from < requests.length; from += 10) {
      await effect('batch', () => bus.push(...requests.slice(from, from + 10)));
    }
  };
  const faultyStore = {
    ...store,
    writeAgenda: (...given: Parameters<typeof store.writeAgenda>) =>
      effect('agenda', () => store.writeAgenda(...given)),
    createWindow: (...given: Parameters<typeof store.createWindow>) =>
      effect('row', () => store.createWindow(...given)),
    writeWindow: (...given: Parameters<typeof store.writeWindow>) =>
      effect('cursor', () => store.writeWindow(...given)),
  };
  const fanOutFunction: FanOutFunction = {
    schedules,
    store: faultyStore,
    tenantsInSlot,
    putRequests,
    switches: {
      read: async ({ name, job }) =>
        ['global', `job#${job}`, `schedule#${name}`].flatMap((switchId) => off.get(switchId) ?? []),
    },
    log,
    clock,
    config: { ruleNamePrefix: RULE_PREFIX, maximumAgeMs: 86_400_000 },
  };
  const run = (event: unknown, remainingMs = () => 60_000) => runFanOut({ event, remainingMs }, fanOutFunction);
  const world: FanOutWorld = {
    clock,
    store,
    bus,
    lines: log.lines,
    off,
    fault: undefined,
    effects: () => effects,
    fanOutFunction,
    fire: (startMs = WINDOW_MS, schedule = 'nightly') => run(scheduledEvent(startMs, schedule)),
    tick: (remainingMs) => run({ kind: 'tick' }, remainingMs),
    runNow: (schedule = 'nightly') => run({ kind: 'runNow', schedule, by: 'arn:aws:iam::111111111111:role/operator' }),
    async tickUntilDone(minutes = 24 * 60 * 3) {
      for (let minute = 0; minute < minutes; minute += 1) {
        await world.tick().catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        if ([...store.agendas.values()].every(({ open }) => open.length === 0)) return;
        clock.advance(60_000);
      }
    },
  };
  return world;
}

/** So many tenants for whom the job is enabled. */
export function someTenants(count: number, change: (index: number) => Partial<SlotTenant> = () => ({})): SlotTenant[] {
  return Array.from({ length: count }, (_, index) => ({
    tenantId: `tenant-${index}`,
    status: 'active' as const,
    enabledJobs: ['scan-account'],
    ...change(index),
  }));
}

/** The tenants that were asked for, each as often as a distinct request of it went to the bus. */
export function askedFor({ bus }: Pick<FanOutWorld, 'bus'>): string[] {
  const distinct = new Map(bus.map(({ detail }) => [`${detail.idempotencyKey}`, detail.tenantId]));
  return [...distinct.values()].sort();
}
