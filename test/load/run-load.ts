import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkLedger, type LedgerFindings } from './check-ledger.ts';
import { type LoadWorld, loadWorld, type Runs } from './load-world.ts';
import { type LoadMessage, type MessagesOfLoad, messagesOfLoad, othersIn } from './messages-of-load.ts';

export type LoadOptions = {
  /** Messages of the mix: valid, poison and duplicates together. */
  readonly requests: number;
  readonly tenants: number;
  /** How often both processes are killed on the way. */
  readonly kills: number;
  /** Beside every so many chunks of the mix, one of valid requests alone; 0: none. */
  readonly cleanEvery: number;
  readonly seed?: number;
  readonly onProgress?: (done: number) => void;
};

/** CPU time of the functions' process, in milliseconds: for a mix, for its valid requests alone, for the rest alone. */
export type Pair = { readonly mixedMs: number; readonly cleanMs: number; readonly restMs: number };
export type HeapSample = { readonly requests: number; readonly heapBytes: number };

export type LoadRun = {
  readonly valid: number;
  readonly ledger: LedgerFindings;
  readonly runs: Runs;
  /** By kind of message: `{ "1": n }` says that n were received once for reasons of their own. */
  readonly received: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly deadLetters: number;
  /** Of the functions' process, since it was last started; so is its CPU time. */
  readonly faults: number;
  /** What the machine itself broke: calls to the store that were not answered in time, for the same process. */
  readonly storeErrors: number;
  readonly kills: LoadWorld['kills'];
  /** What still waits: messages, invocations. */
  readonly left: number;
  readonly pairs: readonly Pair[];
  readonly heap: readonly HeapSample[];
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
};

/** Messages of the mix that are worked off together. */
export const CHUNK = 250;
/** After each chunk; by then nearly everything of it has ended, what was given back five times too. */
const MINUTES = 5;
/** Longer than anything is due without a message. */
const LAST_MINUTES = 60;
const LONGEST_MINUTES = 180;
const VALID_PART = 0.85;
/** One fault for every hundred valid requests: each makes about twenty calls. */
const FAULTS_PER_MILLION_CALLS = 500;

/** The pipeline, the sweeper and the jobs under a load with a tenth of poison, a twentieth of duplicates and faults. */
export async function runLoad(options: LoadOptions): Promise<LoadRun> {
  const { requests, tenants, kills, seed = 1 } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'load-'));
  const began = performance.now();
  const world = await loadWorld({
    folder: kills > 0 ? folder : undefined,
    tenants,
    faultsPerMillionCalls: FAULTS_PER_MILLION_CALLS,
  });
  try {
    // Each valid request hands over one job.
    const part = (requests * VALID_PART) / (kills + 1);
    world.killAfter(...Array.from({ length: kills }, (_, index) => Math.floor(part * (index + 1))));
    const run = { world, messages: messagesOfLoad({ tenants, seed, clock: world.clock }), valid: new Set<string>() };
    const { pairs, heap } = await workOff(run, options);
    await settle(world);
    const { faults, storeErrors, cpuMs } = await world.measure(false);
    const ledger = await checkLedger(world.ledger(), run.valid);
    const wallSeconds = (performance.now() - began) / 1_000;
    const figures = { faults, storeErrors, pairs, heap, wallSeconds, cpuSeconds: cpuMs / 1_000 };
    return { valid: run.valid.size, ledger, ...whatHappened(world), ...figures };
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Running = { readonly world: LoadWorld; readonly messages: MessagesOfLoad; readonly valid: Set<string> };

async function workOff(run: Running, { requests, cleanEvery, onProgress }: LoadOptions) {
  const pairs: Pair[] = [];
  const heap: HeapSample[] = [];
  for (let [done, chunk] = [0, 0]; done < requests; chunk += 1) {
    const size = Math.min(CHUNK, requests - done);
    const mixed = () => cpuOf(run, run.messages.mixed(size), true);
    if (cleanEvery > 0 && chunk % cleanEvery === 0)
      pairs.push(await pairOf(run, { size, mixed, isEven: pairs.length % 2 === 0 }));
    else await mixed();
    done += size;
    heap.push({ requests: run.valid.size, heapBytes: (await run.world.measure(true)).heapBytes });
    onProgress?.(done);
  }
  return { pairs, heap };
}

type Chunk = { readonly size: number; readonly mixed: () => Promise<number>; readonly isEven: boolean };

/** One after the other, now in this order and now in that: what comes later finds a warmer process and a fuller store. */
async function pairOf(run: Running, { size, mixed, isEven }: Chunk): Promise<Pair> {
  const clean = () => cpuOf(run, run.messages.clean(size - othersIn(size)), false);
  const rest = () => cpuOf(run, run.messages.rest(size), true);
  if (isEven) return { mixedMs: await mixed(), restMs: await rest(), cleanMs: await clean() };
  return { cleanMs: await clean(), restMs: await rest(), mixedMs: await mixed() };
}

/** Works them off; gives what that cost the functions' process. */
async function cpuOf({ world, valid }: Running, messages: readonly LoadMessage[], faults: boolean): Promise<number> {
  for (const { kind, eventId } of messages) if (kind === 'valid' && eventId !== undefined) valid.add(eventId);
  const before = await world.measure(false);
  await world.work(messages, { minutes: MINUTES, faults });
  return (await world.measure(false)).cpuMs - before.cpuMs;
}

async function settle(world: LoadWorld): Promise<void> {
  for (let minute = 0; minute < LONGEST_MINUTES; minute += MINUTES) {
    await world.work([], { minutes: MINUTES, faults: false });
    if (world.outside.queued.size === 0 && minute >= LAST_MINUTES) return;
  }
}

function whatHappened({ outside, runs, kills }: LoadWorld) {
  const { received, deadLetters, queued, invocations } = outside;
  return {
    runs,
    kills,
    received: Object.fromEntries([...received].map(([kind, counts]) => [kind, Object.fromEntries(counts)])),
    deadLetters: deadLetters.length,
    left: queued.size + invocations.length,
  };
}
