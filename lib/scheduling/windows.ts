import { BrokerError } from '../errors.ts';
import { limitIds } from '../platform/table-keys.ts';
import { type Agenda, type OpenedWindow, type Window, type WindowCursor, windowName } from './window.ts';
import type { WindowStore } from './window-store.ts';

/** How often a change starts again because somebody else changed the agenda meanwhile. */
const ROUNDS = 20;
/** A row outlives its window by longer than an event may be delivered late, so that a late copy opens nothing. */
const KEPT_MS = 7 * 86_400_000;

export type WantedWindow = {
  readonly schedule: string;
  readonly startMs: number;
  readonly closesAtMs: number;
  /** Who wants it by hand; left out, the calendar does. */
  readonly by?: string;
};

/**
 * Opens a window once: a second call finds it `known`. A calendar window that is opened after a later one is only for
 * tenants without a schedule of their own, because the others had their turn in the later one.
 */
export async function openWindow(wanted: WantedWindow, store: WindowStore): Promise<'opened' | 'known'> {
  const { schedule, startMs } = wanted;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await store.readAgenda(schedule);
    const there = before?.open.find((one) => one.startMs === startMs);
    if (there !== undefined) {
      await store.createWindow(rowOf(schedule, there));
      return 'known';
    }
    if (before?.latest?.startMs === startMs) return 'known';
    if ((await store.readWindow({ schedule, startMs })) !== undefined) return 'known';
    const opened = openedOf(wanted, before);
    if (await store.writeAgenda(before, withOpened(before, { schedule, opened }))) {
      await store.createWindow(rowOf(schedule, opened));
      return 'opened';
    }
  }
  throw tooManyRounds();
}

/** The open windows of a schedule, the oldest first. What a crash left half done is finished. */
export async function openWindows(schedule: string, store: WindowStore): Promise<readonly Window[]> {
  const agenda = await store.readAgenda(schedule);
  const open = (agenda?.open ?? []).toSorted((one, other) => one.startMs - other.startMs);
  const rows = await Promise.all(open.map((opened) => readOrCreate(schedule, opened, store)));
  for (const row of rows.filter(({ done }) => done)) await leaveAgenda(row, store);
  return rows.filter(({ done }) => !done);
}

export type Progress = {
  readonly cursor: WindowCursor;
  readonly sent: number;
  readonly left: number;
  readonly done: boolean;
};

/** Writes the cursor of a window. Undefined when another invocation walks it. */
export async function advanceWindow(
  before: Window,
  { cursor, ...progress }: Progress,
  store: WindowStore,
): Promise<Window | undefined> {
  const { afterTenantId: _, ...rest } = before;
  const after: Window = {
    ...rest,
    ...progress,
    nextSlot: cursor.slot,
    ...(cursor.afterTenantId === undefined ? {} : { afterTenantId: cursor.afterTenantId }),
    version: before.version + 1,
  };
  if (!(await store.writeWindow(before, after))) return undefined;
  if (after.done) await leaveAgenda(after, store);
  return after;
}

async function readOrCreate(schedule: string, opened: OpenedWindow, store: WindowStore): Promise<Window> {
  const of = { schedule, startMs: opened.startMs };
  const there = await store.readWindow(of);
  if (there !== undefined) return there;
  const row = rowOf(schedule, opened);
  if (await store.createWindow(row)) return row;
  const theirs = await store.readWindow(of);
  if (theirs === undefined) throw new BrokerError('store.busy', 'a window came and went');
  return theirs;
}

async function leaveAgenda({ schedule, startMs }: Window, store: WindowStore): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await store.readAgenda(schedule);
    const open = before?.open.filter((one) => one.startMs !== startMs) ?? [];
    if (before === undefined || open.length === before.open.length) return;
    if (await store.writeAgenda(before, { ...before, open, version: before.version + 1 })) return;
  }
  throw tooManyRounds();
}

function openedOf({ startMs, closesAtMs, by }: WantedWindow, before: Agenda | undefined): OpenedWindow {
  if (by !== undefined) return { startMs, closesAtMs, by };
  const latest = before?.latest;
  if (latest === undefined) return { startMs, closesAtMs };
  return { startMs, closesAtMs, previousStartMs: Math.min(latest.startMs, startMs) };
}

function withOpened(
  before: Agenda | undefined,
  { schedule, opened }: { readonly schedule: string; readonly opened: OpenedWindow },
): Agenda {
  const { startMs, previousStartMs, by } = opened;
  const latest = before?.latest;
  const isLatest = by === undefined && (latest === undefined || startMs > latest.startMs);
  const next = isLatest ? { startMs, ...(previousStartMs === undefined ? {} : { previousStartMs }) } : latest;
  return {
    counter: limitIds.schedule(schedule),
    ...(next === undefined ? {} : { latest: next }),
    open: [...(before?.open ?? []), opened],
    version: (before?.version ?? 0) + 1,
  };
}

function rowOf(schedule: string, opened: OpenedWindow): Window {
  return {
    ...opened,
    counter: limitIds.window(schedule, windowName(opened.startMs)),
    schedule,
    nextSlot: 0,
    sent: 0,
    left: 0,
    done: false,
    version: 1,
    expiresAtSeconds: Math.ceil((opened.closesAtMs + KEPT_MS) / 1000),
  };
}

function tooManyRounds(): BrokerError {
  return new BrokerError('store.busy', 'the windows of a schedule were changed again and again meanwhile');
}
