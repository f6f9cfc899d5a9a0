import { beforeEach, describe, expect, it } from 'vitest';
import { slotsDue, windowName } from '../../../lib/scheduling/window.ts';
import { advanceWindow, openWindow, openWindows } from '../../../lib/scheduling/windows.ts';
import { type InMemoryWindowStore, inMemoryWindowStore } from '../../support/in-memory-window-store.ts';

const HOUR_MS = 3_600_000;
const T0 = Date.parse('2031-05-07T03:00:00Z');
const at = (hours: number) => ({ schedule: 'nightly', startMs: T0 + hours * HOUR_MS, closesAtMs: T0 + 48 * HOUR_MS });

let store: InMemoryWindowStore;
beforeEach(() => {
  store = inMemoryWindowStore();
});

async function finishAll() {
  for (const window of await openWindows('nightly', store)) {
    await advanceWindow(window, { cursor: { slot: 288 }, sent: 1, left: 0, done: true }, store);
  }
}
const opened = async () => (await openWindows('nightly', store)).map(({ startMs }) => (startMs - T0) / HOUR_MS);

describe('a window', () => {
  it('is opened once, however often its event comes and whatever has become of it', async () => {
    expect(await openWindow(at(0), store)).toBe('opened');
    expect(await openWindow(at(0), store)).toBe('known');
    await finishAll();
    expect(await openWindow(at(0), store)).toBe('known');
    expect(await openWindow(at(1), store)).toBe('opened');
    expect(await openWindow(at(0), store)).toBe('known');
    expect(await opened()).toEqual([1]);
  });

  it('that came late is opened once too, also when it is done', async () => {
    await openWindow(at(2), store);
    expect(await openWindow(at(1), store)).toBe('opened');
    expect(await openWindow(at(1), store)).toBe('known');
    expect(await opened()).toEqual([1, 2]);
    await finishAll();
    expect(await openWindow(at(1), store)).toBe('known');
    expect(await opened()).toEqual([]);
  });

  it('by hand is opened once, and the calendar goes on as if it were not', async () => {
    await openWindow(at(0), store);
    const wanted = { ...at(0.5), by: 'arn:aws:iam::111111111111:role/operator' };
    expect(await openWindow(wanted, store)).toBe('opened');
    expect(await openWindow(wanted, store)).toBe('known');
    await openWindow(at(1), store);
    const [first, byHand, second] = await openWindows('nightly', store);
    expect(first).not.toHaveProperty('previousStartMs');
    expect(byHand).toMatchObject({ by: wanted.by });
    expect(byHand).not.toHaveProperty('previousStartMs');
    expect(second).toMatchObject({ previousStartMs: T0 });
  });

  it('is not opened again when its row has expired', async () => {
    await openWindow(at(0), store);
    await finishAll();
    (store.windows as Map<string, unknown>).clear();
    expect(await openWindow(at(0), store)).toBe('known');
  });

  it('opens beside others that open at the same time', async () => {
    const told = await Promise.all(
      [0, 1, 2, 3, 4].flatMap((hour) => [openWindow(at(hour), store), openWindow(at(hour), store)]),
    );
    expect(told.filter((one) => one === 'opened')).toHaveLength(5);
    expect(await opened()).toEqual([0, 1, 2, 3, 4]);
  });

  it('leaves the agenda when it is done, and its row stays, to expire', async () => {
    await openWindow(at(0), store);
    await finishAll();
    expect(store.agendas.get('nightly')?.open).toEqual([]);
    const [row] = store.windows.values();
    expect(row).toMatchObject({ done: true, expiresAtSeconds: (at(0).closesAtMs + 7 * 24 * HOUR_MS) / 1000 });
  });

  it('is gone on with by one only', async () => {
    await openWindow(at(0), store);
    const [window] = await openWindows('nightly', store);
    if (window === undefined) throw new Error('no window');
    const progress = { cursor: { slot: 4, afterTenantId: 'acme' }, sent: 7, left: 0, done: false };
    expect(await advanceWindow(window, progress, store)).toMatchObject({ nextSlot: 4, afterTenantId: 'acme', sent: 7 });
    expect(await advanceWindow(window, { ...progress, sent: 9 }, store)).toBeUndefined();
    const [now] = await openWindows('nightly', store);
    if (now === undefined) throw new Error('no window');
    const next = await advanceWindow(now, { ...progress, cursor: { slot: 5 } }, store);
    expect(next).not.toHaveProperty('afterTenantId');
  });

  it('gives up after many rounds, rather than go on for ever', async () => {
    const contended = { ...store, writeAgenda: async () => false };
    await expect(openWindow(at(0), contended)).rejects.toMatchObject({ code: 'store.busy' });
  });
});

describe('the share of a window', () => {
  it.each([
    [-1, 60, 0],
    [0, 60, 1],
    [12, 60, 1],
    [13, 60, 2],
    [60 * 30, 60, 145],
    [60 * 60 - 1, 60, 288],
    [60 * 60, 60, 288],
    [10 * 60 * 60, 60, 288],
    [1_440 * 60 - 300, 1_440, 288],
    [1_440 * 60 - 301, 1_440, 287],
  ])('after %d s of a spread of %d minutes: %d slots', (seconds, spreadMinutes, slots) => {
    expect(slotsDue({ startMs: T0 }, { spreadMinutes, nowMs: T0 + seconds * 1_000 })).toBe(slots);
  });
});

describe('the name of a window', () => {
  it('is its time, to the second by the calendar and to the millisecond by hand', () => {
    expect([windowName(T0), windowName(T0 + 7)]).toEqual(['2031-05-07T03:00:00Z', '2031-05-07T03:00:00.007Z']);
  });
});
