/** The row that shares the breaker's state between function instances, and each change of it. */
import { counterIds } from '../platform/table-keys.ts';
import type { Counters } from './counters.ts';

export type BreakerRow = {
  /** There while the breaker is not closed; once it is over, one at a time may try. */
  readonly openUntilMs?: number;
  /** The calls a second that were usual before it opened. */
  readonly usualPerSecond?: number;
  /** Until then the calls are held to about what was usual. */
  readonly recoveringUntilMs?: number;
};

const OPEN_MS = 30_000;
/** How long a probe keeps the next one away, should its function die: longer than any call takes. */
export const PROBE_MS = 15_000;
/** Longer than any message is kept back: what has not pressed by then is not there. */
const RECOVERY_MS = 20 * 60_000;
const KEPT_MS = 24 * 3_600_000;

export async function readBreaker(counters: Counters): Promise<BreakerRow> {
  return counters.read(counterIds.breaker);
}

export function isRecovering({ recoveringUntilMs }: BreakerRow, nowMs: number): boolean {
  return recoveringUntilMs !== undefined && recoveringUntilMs > nowMs;
}

type Opening = {
  readonly nowMs: number;
  readonly usual: number | undefined;
  /** 0 to 1: so that not all functions of several brokers try at the same instant. */
  readonly jitter: number;
};

/** The row after the change; undefined when it is open already. */
export async function opening(counters: Counters, { nowMs, usual, jitter }: Opening): Promise<BreakerRow | undefined> {
  const openUntilMs = Math.round(nowMs + OPEN_MS * (0.75 + jitter / 2));
  return counters.change(rowAt(nowMs), {
    set: { openUntilMs, openedAtMs: nowMs, ...(usual === undefined ? {} : { usualPerSecond: usual }) },
    remove: ['probeUntilMs'],
    when: [{ name: 'openUntilMs', atMost: nowMs }],
  });
}

/** False: somebody else tries, or it was closed meanwhile. */
export async function probing(counters: Counters, nowMs: number): Promise<boolean> {
  const changed = await counters.change(rowAt(nowMs), {
    set: { probeUntilMs: nowMs + PROBE_MS },
    when: [
      { name: 'openUntilMs', present: true },
      { name: 'openUntilMs', atMost: nowMs },
      { name: 'probeUntilMs', atMost: nowMs },
    ],
  });
  return changed !== undefined;
}

/** Whoever tried at that time did not call after all. */
export async function notProbing(counters: Counters, sinceMs: number): Promise<void> {
  await counters.change(rowAt(sinceMs), {
    remove: ['probeUntilMs'],
    when: [
      { name: 'openUntilMs', present: true },
      { name: 'probeUntilMs', atMost: sinceMs + PROBE_MS },
    ],
  });
}

/** The row after the change; undefined when it was closed, or opened again, meanwhile. */
export async function closing(counters: Counters, nowMs: number): Promise<BreakerRow | undefined> {
  return counters.change(rowAt(nowMs), {
    set: { recoveringUntilMs: nowMs + RECOVERY_MS },
    remove: ['openUntilMs', 'probeUntilMs'],
    when: [
      { name: 'openUntilMs', present: true },
      { name: 'openUntilMs', atMost: nowMs },
    ],
  });
}

/** The recovery goes on from now. */
export async function recovering(counters: Counters, nowMs: number): Promise<void> {
  await counters.change(rowAt(nowMs), {
    set: { recoveringUntilMs: nowMs + RECOVERY_MS },
    when: [{ name: 'recoveringUntilMs', present: true }],
  });
}

function rowAt(nowMs: number) {
  return { counter: counterIds.breaker, expiresAtSeconds: Math.ceil((nowMs + KEPT_MS) / 1000) };
}
