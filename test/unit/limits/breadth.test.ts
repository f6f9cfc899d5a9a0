import { describe, expect, it } from 'vitest';
import { makeBreadth } from '../../../lib/limits/breadth.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { inMemoryCounters } from '../../support/in-memory-counters.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2031, 4, 6, 7, 30);
const of = (tenantId: string, arrivedAtMs?: number) => ({ requester: 'scans', tenantId, limit: 2, arrivedAtMs });

describe('the breadth of a requester', () => {
  it('counts a request in the hour in which it came in, however long it waited', async () => {
    const clock = frozenClock(START_MS);
    const breadth = makeBreadth({ counters: inMemoryCounters(), clock });
    expect(await breadth.within(of('acme', START_MS))).toBe(true);
    clock.advance(HOUR_MS);
    // Of the hour before, held back until now: it takes no permit in this one.
    expect(await breadth.within(of('globex', START_MS))).toBe(true);
    expect(await breadth.within(of('initech', START_MS))).toBe(false);
    expect(await breadth.within(of('initech', clock.nowMs()))).toBe(true);
    expect(await breadth.within(of('umbrella', clock.nowMs()))).toBe(true);
    expect(await breadth.within(of('hooli', clock.nowMs()))).toBe(false);
  });

  it('counts what comes without a stamp in the hour that it is', async () => {
    const clock = frozenClock(START_MS);
    const breadth = makeBreadth({ counters: inMemoryCounters(), clock });
    expect([await breadth.within(of('acme')), await breadth.within(of('globex'))]).toEqual([true, true]);
    expect(await breadth.within(of('initech'))).toBe(false);
    clock.advance(HOUR_MS);
    expect(await breadth.within(of('initech'))).toBe(true);
  });

  it('keeps a count for as long as a message may wait for it', async () => {
    const counters = inMemoryCounters();
    const rows: number[] = [];
    const watching = {
      ...counters,
      admit: (row: Parameters<typeof counters.admit>[0], admission: Parameters<typeof counters.admit>[1]) => {
        rows.push(row.expiresAtSeconds * 1_000 - START_MS);
        return counters.admit(row, admission);
      },
    };
    await makeBreadth({ counters: watching, clock: frozenClock(START_MS) }).within(of('acme'));
    expect(rows[0]).toBeGreaterThan(4 * 24 * HOUR_MS);
  });
});
