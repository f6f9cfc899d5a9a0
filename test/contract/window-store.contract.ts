import { describe, expect, it } from 'vitest';
import type { Agenda, Window } from '../../lib/scheduling/window.ts';
import type { WindowStore } from '../../lib/scheduling/window-store.ts';

let names = 0;
const aSchedule = () => `schedule-${++names}`;

function anAgenda(schedule: string, change: Partial<Agenda> = {}): Agenda {
  return { counter: `schedule#${schedule}`, open: [], version: 1, ...change };
}

function aWindow(schedule: string, change: Partial<Window> = {}): Window {
  return {
    counter: `window#${schedule}#2031-05-07T03:00:00Z`,
    schedule,
    startMs: Date.parse('2031-05-07T03:00:00Z'),
    closesAtMs: Date.parse('2031-05-09T03:00:00Z'),
    nextSlot: 0,
    sent: 0,
    left: 0,
    done: false,
    version: 1,
    expiresAtSeconds: 1_936_000_000,
    ...change,
  };
}

/** What every store of windows does. */
export function windowStoreContract(name: string, open: () => WindowStore): void {
  describe(`the windows in ${name}`, () => {
    it('has nothing of a schedule that never came round', async () => {
      const store = open();
      const schedule = aSchedule();
      expect(await store.readAgenda(schedule)).toBeUndefined();
      expect(await store.readWindow({ schedule, startMs: 0 })).toBeUndefined();
    });

    it('gives an agenda and a window as they were written', async () => {
      const store = open();
      const schedule = aSchedule();
      const opened = { startMs: 5, previousStartMs: 4, closesAtMs: 6, by: 'arn:aws:iam::111111111111:role/x' };
      const agenda = anAgenda(schedule, { latest: { startMs: 5, previousStartMs: 4 }, open: [opened] });
      expect(await store.writeAgenda(undefined, agenda)).toBe(true);
      expect(await store.readAgenda(schedule)).toEqual(agenda);
      const window = aWindow(schedule, { afterTenantId: 'acme', previousStartMs: 4, by: 'x' });
      expect(await store.createWindow(window)).toBe(true);
      expect(await store.readWindow(window)).toEqual(window);
    });

    it('writes an agenda only over the one that was read', async () => {
      const store = open();
      const schedule = aSchedule();
      const first = anAgenda(schedule);
      const second = anAgenda(schedule, { version: 2 });
      expect(await store.writeAgenda(first, second)).toBe(false);
      expect(await store.writeAgenda(undefined, first)).toBe(true);
      expect(await store.writeAgenda(undefined, first)).toBe(false);
      expect(await store.writeAgenda(first, second)).toBe(true);
      expect(await store.writeAgenda(first, anAgenda(schedule, { version: 9 }))).toBe(false);
      expect(await store.readAgenda(schedule)).toEqual(second);
    });

    it('makes a window once, and writes it only over the one that was read', async () => {
      const store = open();
      const window = aWindow(aSchedule());
      const next = { ...window, nextSlot: 3, version: 2 };
      expect(await store.writeWindow(window, next)).toBe(false);
      expect(await store.createWindow(window)).toBe(true);
      expect(await store.createWindow(next)).toBe(false);
      expect(await store.writeWindow(window, next)).toBe(true);
      expect(await store.writeWindow(window, { ...next, nextSlot: 9 })).toBe(false);
      expect(await store.readWindow(window)).toEqual(next);
    });

    it('keeps the windows of a schedule apart from those of another, and from each other', async () => {
      const store = open();
      const [one, other] = [aWindow(aSchedule()), aWindow(aSchedule())];
      const later = { ...one, startMs: one.startMs + 1, counter: one.counter.replace('00Z', '00.001Z') };
      for (const window of [one, other, later]) expect(await store.createWindow(window)).toBe(true);
      for (const window of [one, other, later]) expect(await store.readWindow(window)).toEqual(window);
    });
  });
}
