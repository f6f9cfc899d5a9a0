import { describe, expect, it } from 'vitest';
import { benchStrays } from './strays-bench.ts';

describe('the bench of strays', () => {
  it('finds each stray among CloudTrail’s events, and raises no false alarm', async () => {
    const report = await benchStrays({ stories: 15_000, strays: 100, minutes: 240, seed: 5 });
    expect(report.events).toBeGreaterThan(20_000);
    expect(report).toMatchObject({ planted: 100, alerts: 100, found: 100, falseAlerts: 0 });
  });
});
