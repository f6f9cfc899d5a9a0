import type { Assumption } from '../../../lib/broker/assume-tenant-role.ts';
import { backOffSeconds } from '../../../lib/broker/back-off.ts';
import type { LimitSettings } from '../../../lib/limits/limit-settings.ts';
import { type HeldBack, type Limits, makeLimits } from '../../../lib/limits/limits.ts';
import { Secret } from '../../../lib/sealing/secret.ts';
import { type FrozenClock, frozenClock, START_MS } from '../frozen-clock.ts';
import { inMemoryCounters } from '../in-memory-counters.ts';
import { recordedTransitions } from '../recorded-transitions.ts';
import { makeAgenda } from './agenda.ts';

/** A minute begins at the start, so that what is counted by the minute reads easily. */
export const SIMULATION_START_MS = Math.ceil(START_MS / 60_000) * 60_000;

export type Arrival = { readonly atMs: number; readonly tenantId: string };

export type SimulationOptions = {
  /** In the order of their time; drawn one by one. */
  readonly arrivals: Iterable<Arrival>;
  readonly settings: LimitSettings;
  /** Functions that the queue keeps busy, and messages that each handles side by side. */
  readonly functions?: number;
  readonly atOnce?: number;
  /** Is STS out at this instant? */
  readonly stsIsOut?: (nowMs: number) => boolean;
  readonly untilMs: number;
  readonly seed?: number;
  /** Told when a request has its credentials. */
  readonly onServed?: (arrival: Arrival, servedAtMs: number) => void;
};

export type Simulated = {
  /** How long each request took from its arrival to its credentials, by tenant. */
  readonly waitsMs: ReadonlyMap<string, readonly number[]>;
  /** Instants of the calls to STS. */
  readonly callsAtMs: readonly number[];
  /** Messages that were not served by the end. */
  readonly left: number;
  /** How often the message that was received most often was received. */
  readonly mostReceives: number;
  readonly heldBack: ReadonlyMap<string, number>;
};

/** From the look-up to the invoked job. */
const WORK_MS = 300;
/** Until a message is held back: after asking the table, or by what the function knows already. */
const ASKED_MS = 20;
const KNOWN_MS = 2;
/** The time-out of the call. */
const OUTAGE_CALL_MS = 3_000;

type Waiting = { readonly tenantId: string; readonly arrival: Arrival; receives: number };

/**
 * The queue and the functions behind it in virtual time, around the limits as they are deployed: each function has its
 * own, and they share the counters. What lies between, the stores and STS, only takes time here.
 */
export async function simulate(options: SimulationOptions): Promise<Simulated> {
  const { arrivals, settings, functions = 10, atOnce = 5, stsIsOut = () => false, untilMs } = options;
  const clock = frozenClock(SIMULATION_START_MS);
  const agenda = makeAgenda();
  const random = randomFrom(options.seed ?? 1);
  const instances = limitsOf(functions, { clock, settings, random });
  const free = instances.flatMap((limits) => Array.from({ length: atOnce }, () => limits));
  const visible: Waiting[] = [];
  let first = 0;
  let left = 0;
  let mostReceives = 0;
  const waitsMs = new Map<string, number[]>();
  const callsAtMs: number[] = [];
  const heldBack = new Map<string, number>();

  async function assume(): Promise<Assumption> {
    callsAtMs.push(clock.nowMs());
    return stsIsOut(clock.nowMs()) ? { outcome: 'unavailable', code: 'sts.unavailable' } : ASSUMED;
  }

  function becomeVisible(message: Waiting): void {
    visible.push(message);
    serve();
  }

  function serve(): void {
    while (first < visible.length && free.length > 0) {
      const message = visible[first];
      const limits = free.splice(Math.floor(random() * free.length), 1)[0];
      first += 1;
      if (message !== undefined && limits !== undefined) agenda.at(clock.nowMs(), () => receive(message, limits));
    }
    if (first > 10_000) visible.splice(0, first);
    if (first > 10_000) first = 0;
  }

  function after(milliseconds: number, happens: () => Promise<void> | void): void {
    agenda.at(clock.nowMs() + milliseconds, happens);
  }

  function putBack(message: Waiting): void {
    after(backOffSeconds(message.receives, random()) * 1000, () => becomeVisible(message));
  }

  function isFree(limits: Limits): void {
    free.push(limits);
    serve();
  }

  type Holding = { readonly limits: Limits; readonly afterMs: number };

  function holdBack(message: Waiting, { code }: HeldBack, { limits, afterMs }: Holding): void {
    heldBack.set(code, (heldBack.get(code) ?? 0) + 1);
    putBack(message);
    after(afterMs, () => isFree(limits));
  }

  async function receive(message: Waiting, limits: Limits): Promise<void> {
    message.receives += 1;
    mostReceives = Math.max(mostReceives, message.receives);
    const workload = { tenantId: message.tenantId, requester: { name: 'logs' }, calls: 1 };
    const known = limits.knownHeldBack(workload);
    if (known !== undefined) return holdBack(message, known, { limits, afterMs: KNOWN_MS });
    const permit = await limits.acquire(workload);
    if (permit.heldBack !== undefined) return holdBack(message, permit.heldBack, { limits, afterMs: ASKED_MS });
    const assumption = await limits.watching(assume)(NO_INPUT);
    const failed = assumption.outcome !== 'assumed';
    after(failed ? OUTAGE_CALL_MS : WORK_MS, async () => {
      await permit.release({ calls: 1, goesBack: failed });
      if (failed) putBack(message);
      else served(message);
      isFree(limits);
    });
  }

  function served({ tenantId, arrival }: Waiting): void {
    left -= 1;
    options.onServed?.(arrival, clock.nowMs());
    const waits = waitsMs.get(tenantId) ?? [];
    waits.push(clock.nowMs() - arrival.atMs);
    waitsMs.set(tenantId, waits);
  }

  const coming = arrivals[Symbol.iterator]();
  function arrive(): void {
    const { done, value } = coming.next();
    if (done) return;
    agenda.at(value.atMs, () => {
      left += 1;
      becomeVisible({ tenantId: value.tenantId, arrival: value, receives: 0 });
      arrive();
    });
  }

  arrive();
  await agenda.run({ untilMs, clock });
  return { waitsMs, callsAtMs, left, mostReceives, heldBack };
}

type Deployed = { readonly clock: FrozenClock; readonly settings: LimitSettings; readonly random: () => number };

function limitsOf(functions: number, { clock, settings, random }: Deployed): readonly Limits[] {
  const counters = inMemoryCounters();
  const ids = {
    uuid: () => '00000000-0000-4000-8000-000000000000',
    randomBytes: (length: number) => new Uint8Array(length).map(() => Math.floor(random() * 256)),
  };
  const log = recordedTransitions();
  return Array.from({ length: functions }, () => makeLimits({ counters, clock, ids, log }, settings));
}

const NO_INPUT = { roleArn: '', sessionName: '', externalId: undefined, durationSeconds: 900, policy: '{}' } as const;
const ASSUMED: Assumption = {
  outcome: 'assumed',
  credentials: new Secret({ accessKeyId: '', secretAccessKey: '', sessionToken: '', expiresAtMs: 0 }),
  session: { accessKeyId: '', assumedRoleId: '', stsRequestId: '', issuedAtMs: 0, expiresAtMs: 0 },
};

/** Mulberry32: small, and the same on every machine. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The value that so much of all are not above; 0 of none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** The most calls that were made in any one such stretch of time. */
export function mostIn(callsAtMs: readonly number[], stretchMs: number): number {
  const counts = new Map<number, number>();
  for (const atMs of callsAtMs) {
    const stretch = Math.floor(atMs / stretchMs);
    counts.set(stretch, (counts.get(stretch) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}
