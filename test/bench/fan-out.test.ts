import { describe, expect, it } from 'vitest';
import { benchFanOut } from './fan-out-bench.ts';

const options = { tenants: 3_000, spreadMinutes: 4 };

describe('the bench of the fan-out', () => {
  it('asks for every tenant once, in full batches, evenly over its minutes', async () => {
    const report = await benchFanOut(options);
    expect(report).toMatchObject({ tenants: 3_000, events: 3_000, missed: 0, putTwice: 0, doubled: 0, restarts: 0 });
    expect(report.entriesRefusedByTheBus).toBeGreaterThan(20);
    // All but the last of each tick, and what was put again.
    expect(report.putEventsCalls - report.fullCalls).toBeLessThanOrEqual(report.entriesRefusedByTheBus + report.ticks);
    expect(report.virtualSeconds).toBeGreaterThan(180);
    expect(report.virtualSeconds).toBeLessThan(250);
  });

  it('goes on after a death in the middle: nobody is missed, and what is put twice is one page under the same ids', async () => {
    const report = await benchFanOut({ ...options, dieAfterCalls: 150 });
    expect(report).toMatchObject({ missed: 0, doubled: 0, restarts: 1 });
    expect(report.putTwice).toBeGreaterThan(0);
    expect(report.putTwice).toBeLessThanOrEqual(520);
    expect(report.events).toBe(3_000 + report.putTwice);
  });

  it('gives the same numbers every time', async () => {
    expect(await benchFanOut(options)).toEqual(await benchFanOut(options));
  });
});
