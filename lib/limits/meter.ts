/**
 * A rate limit per minute, spread over the minute. Each minute has a row of its own, and each slot in it may give no
 * more than its part. What was not used in a slot is lost, so that nobody can save up for a burst.
 */
import type { CounterCondition, CounterRow, CounterValues } from './counters.ts';

export type Meter = {
  readonly name: string;
  readonly perMinute: number;
  /** A divisor of 60. */
  readonly slotSeconds: number;
};

const MINUTE_MS = 60_000;
/** Long enough to look back at the last minutes, and for a clock that is behind. */
const KEPT_SECONDS = 3_600;

/** The row in which the minute of this instant is counted. */
export function minuteRow(prefix: string, nowMs: number): CounterRow {
  const startMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const minute = new Date(startMs).toISOString().slice(0, 16);
  return { counter: `${prefix}#${minute}`, expiresAtSeconds: startMs / 1000 + 60 + KEPT_SECONDS };
}

/** What is added to the row for so much, or given back to it. */
export function taking(meter: Meter, amount: number, nowMs: number): CounterValues {
  return { [meter.name]: amount, [slotOf(meter, nowMs)]: amount };
}

/**
 * The condition that one is left in the minute and in the slot. A request that takes several at once may overdraw:
 * otherwise a request for many accounts could wait for ever while small ones pass it.
 */
export function oneIsLeft(meter: Meter, nowMs: number): readonly CounterCondition[] {
  return [
    { name: meter.name, atMost: meter.perMinute - 1 },
    { name: slotOf(meter, nowMs), atMost: perSlot(meter) - 1 },
  ];
}

/** When the slot of this instant is over. */
export function slotEndMs({ slotSeconds }: Meter, nowMs: number): number {
  return (Math.floor(nowMs / (slotSeconds * 1000)) + 1) * slotSeconds * 1000;
}

function perSlot({ perMinute, slotSeconds }: Meter): number {
  return Math.max(1, Math.ceil((perMinute * slotSeconds) / 60));
}

function slotOf({ name, slotSeconds }: Meter, nowMs: number): string {
  return `${name}${Math.floor((nowMs % MINUTE_MS) / (slotSeconds * 1000))}`;
}
