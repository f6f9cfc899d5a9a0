import * as v from 'valibot';
import { SLOTS } from './slot.ts';

/** What the limits table keeps of the schedules: which windows are open, and how far each has come. */
const timeMs = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8_640_000_000_000_000));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const openedWindow = v.strictObject({
  startMs: timeMs,
  previousStartMs: v.exactOptional(timeMs),
  /** Tenants that had no turn by then are given up, and counted. */
  closesAtMs: timeMs,
  /** Who wanted it, where it was not the schedule. */
  by: v.exactOptional(v.string()),
});
export type OpenedWindow = v.InferOutput<typeof openedWindow>;

/**
 * The agenda of one schedule. It is written before the row of a window and holds everything that the row begins with,
 * so that after a crash between the two the next invocation can write the row.
 */
export const agendaSchema = v.strictObject({
  /** `schedule#<name>`. */
  counter: v.string(),
  /** The last window by the calendar, and the one before it. */
  latest: v.exactOptional(v.strictObject({ startMs: timeMs, previousStartMs: v.exactOptional(timeMs) })),
  open: v.array(openedWindow),
  version: count,
});
export type Agenda = v.InferOutput<typeof agendaSchema>;

export const windowSchema = v.strictObject({
  ...openedWindow.entries,
  /** `window#<schedule>#<time>`. */
  counter: v.string(),
  schedule: v.string(),
  /** Every tenant before this cursor was put on the bus, or was not due. `nextSlot` 288: all of them. */
  nextSlot: v.pipe(count, v.maxValue(SLOTS)),
  afterTenantId: v.exactOptional(v.string()),
  /** Requests that are on the bus. */
  sent: count,
  /** Due tenants that were given up. */
  left: count,
  done: v.boolean(),
  version: count,
  expiresAtSeconds: count,
});
export type Window = v.InferOutput<typeof windowSchema>;

/** How far a window has come. Tenants are walked slot by slot, and within a slot in the order of their ids. */
export type WindowCursor = { readonly slot: number; readonly afterTenantId?: string | undefined };

/** How a window is named in keys and in the ids of requests: whole seconds by the calendar, never by hand. */
export function windowName(startMs: number): string {
  const text = new Date(startMs).toISOString();
  return text.replace('.000Z', 'Z');
}

export function cursorOf({ nextSlot, afterTenantId }: Window): WindowCursor {
  return { slot: nextSlot, afterTenantId };
}

/**
 * How many slots may have been gone through by now: the first at once, the others one after the other, evenly over the
 * spread, so that STS is not asked for every tenant at once.
 */
export function slotsDue(
  { startMs }: Pick<Window, 'startMs'>,
  { spreadMinutes, nowMs }: { readonly spreadMinutes: number; readonly nowMs: number },
): number {
  if (nowMs < startMs) return 0;
  const shareMs = (spreadMinutes * 60_000) / SLOTS;
  return Math.min(SLOTS, Math.floor((nowMs - startMs) / shareMs) + 1);
}
