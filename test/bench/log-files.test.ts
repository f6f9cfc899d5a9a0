import { describe, expect, it } from 'vitest';
import { benchLogFiles } from './log-files-bench.ts';

describe('the bench of log files', () => {
  it.each([false, true])(
    'reads what it makes, matches every receipt and finds what was planted (packed: %s)',
    async (packed) => {
      const report = await benchLogFiles({ gigabytes: 0.05, receipts: 1_000, packed }, () => 0);
      expect(report.textBytes).toBeGreaterThanOrEqual(50_000_000);
      expect(report).toMatchObject({ matched: 250, strays: 4, liveMegabytes: expect.any(Array) as unknown[] });
      expect(report.liveMegabytes).toHaveLength(10);
    },
  );
});
