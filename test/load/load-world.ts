import { setTimeout as pause } from 'node:timers/promises';
import { tables } from '../support/dynamo-tables.ts';
import { type FrozenClock, frozenClock } from '../support/frozen-clock.ts';
import type { Order, ServiceCall, Told } from './between-processes.ts';
import type { LoadMessage } from './messages-of-load.ts';
import { type Invocation, type Outside, outside, type Queued } from './outside.ts';
import { type FunctionsProcess, Killed, type StoreProcess, startFunctions, startStore } from './processes.ts';
import { clientOf, fill, itemsOf, mendIndex } from './store-of-load.ts';

/** Of Lambda's batches; and of jobs that are under way at once. */
const BATCH = 10;
const JOBS_AT_ONCE = 10;
const MINUTE_MS = 60_000;
const TRIES = 3;

export type LoadWorldOptions = {
  /** Where the store is; undefined: in memory, and nothing can be killed. */
  readonly folder: string | undefined;
  readonly tenants: number;
  readonly faultsPerMillionCalls: number;
};
export type Runs = { started: number; crossed: number; twice: number };

/** The functions in one process, their store on disk in another, and here what outlives both. */
export type LoadWorld = {
  readonly clock: FrozenClock;
  readonly outside: Outside;
  readonly runs: Runs;
  /** How often both processes were killed, and what was under way then: batches and jobs. */
  readonly kills: { count: number; interrupted: number };
  /** Works on these and on what is there, and lets so many minutes pass, a sweep in each. */
  work(messages: readonly LoadMessage[], how: { readonly minutes: number; readonly faults: boolean }): Promise<void>;
  measure(memory: boolean): Promise<Told['measure']>;
  /** Both processes die each time this many jobs were handed over, in the middle of whatever goes on; new ones start. */
  killAfter(...jobs: readonly number[]): void;
  ledger(): AsyncIterable<Record<string, unknown>>;
  close(): Promise<void>;
};

export async function loadWorld({ folder, tenants, faultsPerMillionCalls }: LoadWorldOptions): Promise<LoadWorld> {
  const clock = frozenClock();
  const there = outside(clock);
  const runs: Runs = { started: 0, crossed: 0, twice: 0 };
  const openedOnce = new Set<string>();
  let store: StoreProcess = await startStore(folder);
  let functions: FunctionsProcess = await start();
  const killAt: number[] = [];
  let handedOver = 0;
  let faults = false;
  const kills = { count: 0, interrupted: 0 };
  let dying: Promise<void> | undefined;
  await fill(clientOf(store), tenants);

  function start(): Promise<FunctionsProcess> {
    return startFunctions({
      endpoint: store.endpoint,
      faultsPerMillionCalls,
      serve,
      onTime: (nowMs) => clock.set(Math.max(clock.nowMs(), nowMs)),
    });
  }

  /** A job is handed over: whoever does that, and others beside it, are in the middle of their work. */
  function serve(call: ServiceCall): void {
    there.serve(call);
    if (call.service !== 'invoke') return;
    handedOver += 1;
    if (handedOver >= (killAt[0] ?? Number.POSITIVE_INFINITY)) dying ??= killBoth();
  }

  function order<What extends Order['what']>(wanted: Extract<Order, { what: What }>): Promise<Told[What]> {
    return functions.order<What>(wanted, clock.nowMs());
  }

  async function handle(messages: readonly Queued[]): Promise<'done'> {
    const told = await order<'handle'>({
      what: 'handle',
      messages: messages.map(({ id, body, receiveCount }) => ({ id, body, receiveCount })),
      faults,
    });
    for (const message of messages) {
      if (told.again.includes(message.id)) message.excused += told.faults > 0 ? 1 : 0;
      else there.settle(message);
    }
    return 'done';
  }

  async function run(invocation: Invocation): Promise<void> {
    invocation.tries += 1;
    const told = await order<'run'>({ what: 'run', payload: invocation.payload, faults }).catch(ofKilled);
    const again = told === undefined || told.end === 'threw';
    if (again && invocation.tries < TRIES) there.invocations.push(invocation);
    if (told?.opened === undefined) return;
    runs.started += 1;
    if (told.crossed) runs.crossed += 1;
    if (openedOnce.has(told.opened)) runs.twice += 1;
    openedOnce.add(told.opened);
  }

  /** Undefined for what died with its process. */
  function ofKilled(error: unknown): undefined {
    if (!(error instanceof Killed)) throw error;
    kills.interrupted += 1;
  }

  async function drain(): Promise<void> {
    do {
      await Promise.all([poll(handleSome), poll(handleSome), poll(runSome)]);
      if (dying !== undefined) await restart(dying);
    } while (there.isBusy());
  }

  /** One after the other, beside others that are elsewhere in theirs. */
  async function poll(takeSome: () => Promise<boolean>): Promise<void> {
    while (dying === undefined && (await takeSome()));
  }

  async function handleSome(): Promise<boolean> {
    const messages = there.receive(BATCH);
    if (messages.length > 0) await handleOrExcuse(messages);
    return messages.length > 0;
  }

  /** For as long as there are messages, jobs may be handed over. */
  async function runSome(): Promise<boolean> {
    const invocations = Array.from({ length: JOBS_AT_ONCE }, there.nextInvocation).filter(isThere);
    await (invocations.length > 0 ? Promise.all(invocations.map(run)) : pause(1));
    return invocations.length > 0 || there.isBusy();
  }

  /** A batch whose process is killed comes back when its time in the queue is up. */
  async function handleOrExcuse(messages: readonly Queued[]): Promise<void> {
    const done = await handle(messages).catch(ofKilled);
    if (done === undefined) for (const message of messages) message.excused += 1;
  }

  async function restart(dead: Promise<void>): Promise<void> {
    await dead;
    dying = undefined;
    kills.count += 1;
    store = await startStore(folder);
    await mendIndex(clientOf(store));
    functions = await start();
  }

  async function killBoth(): Promise<void> {
    killAt.shift();
    await Promise.all([functions.kill(), store.kill()]);
  }

  return {
    clock,
    outside: there,
    runs,
    kills,
    async work(messages, { minutes, ...how }) {
      faults = how.faults;
      for (const message of messages) there.add(message);
      await drain();
      for (let minute = 0; minute < minutes; minute += 1) {
        clock.advance(MINUTE_MS);
        await order<'sweep'>({ what: 'sweep' });
        await drain();
      }
    },
    measure: (memory) => order<'measure'>({ what: 'measure', memory }),
    killAfter(...jobs) {
      killAt.push(...jobs);
    },
    ledger: () => itemsOf(clientOf(store), tables.ledgerTable),
    async close() {
      await Promise.all([functions.kill(), store.kill()]);
    },
  };
}

function isThere<Item>(item: Item | undefined): item is Item {
  return item !== undefined;
}
