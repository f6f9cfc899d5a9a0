import { describe, expect, it } from 'vitest';
import { backOffSeconds } from '../../../lib/broker/back-off.ts';
import { runConcurrently } from '../../../lib/platform/run-concurrently.ts';

describe('a message that is put back', () => {
  it.each([
    [0, 1, 10],
    [1, 0, 5],
    [1, 0.5, 8],
    [1, 1, 10],
    [2, 1, 20],
    [3, 0, 20],
    [3, 1, 40],
    [7, 1, 640],
    [8, 1, 900],
    [8, 0, 450],
    [1000, 1, 900],
  ])('for the %i. time, with chance at %d, stays away for %i seconds', (receiveCount, jitter, seconds) => {
    expect(backOffSeconds(receiveCount, jitter)).toBe(seconds);
  });
});

describe('work side by side', () => {
  /** Works on each item until all that run at once have begun, and says how many did. */
  async function widthOf(items: readonly number[], limit: number) {
    let running = 0;
    let widest = 0;
    const results = await runConcurrently(items, limit, async (item) => {
      running += 1;
      widest = Math.max(widest, running);
      await new Promise((done) => setImmediate(done));
      running -= 1;
      if (item < 0) throw new Error('no');
      return item * 10;
    });
    return { widest, results };
  }

  it.each([
    [3, 5, 3],
    [5, 3, 3],
    [0, 3, 0],
  ])('on %i items with a limit of %i is %i wide', async (count, limit, width) => {
    const { widest, results } = await widthOf(
      Array.from({ length: count }, (_, nth) => nth),
      limit,
    );
    expect(widest).toBe(width);
    expect(results).toHaveLength(count);
  });

  it('gives each result at the place of its item, and goes on past one that fails', async () => {
    const { results } = await widthOf([1, -1, 3], 2);
    expect(results).toEqual([
      { status: 'fulfilled', value: 10 },
      { status: 'rejected', reason: new Error('no') },
      { status: 'fulfilled', value: 30 },
    ]);
  });
});
