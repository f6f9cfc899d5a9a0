import { describe, expect, it } from 'vitest';
import { benchRate } from './rate-bench.ts';

const minutes = { objectsPerMinute: 2_000, tenants: 100, minutes: 8 };

describe('the bench of a busy log pipeline', () => {
  it('calls STS once for each batch, evenly, and lets no object wait longer than its event may', async () => {
    const report = await benchRate({ ...minutes, batchSeconds: 60, spread: true });
    expect(report).toMatchObject({ objects: 16_000, objectsLeft: 0, overEventAge: 0, heldBack: {} });
    expect(report.stsCalls).toBe(report.requests);
    expect(report.stsCalls).toBeLessThanOrEqual(100 * 9);
    expect(report.stsCallsPerSecondAtMost).toBeLessThanOrEqual(10);
    expect(report.waitSeconds.longest).toBeLessThan(62);
  });

  it('shows what batching is for: one by one, STS is called for each object', async () => {
    const report = await benchRate({ ...minutes, minutes: 2, batchSeconds: 0, spread: false });
    expect([report.requests, report.mostItems]).toEqual([4_000, 1]);
    expect(report.stsCalls).toBe(4_000);
  });

  it('shows what spreading is for: the batches of all tenants come at once', async () => {
    const together = await benchRate({ ...minutes, batchSeconds: 60, spread: false });
    const spread = await benchRate({ ...minutes, batchSeconds: 60, spread: true });
    expect(together.stsCallsPerSecondAtMost).toBeGreaterThan(5 * spread.stsCallsPerSecondAtMost);
  });
});
