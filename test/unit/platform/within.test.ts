import { describe, expect, it } from 'vitest';
import { within } from '../../../lib/platform/within.ts';

const never = () => new Promise<never>(() => undefined);
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('work that has so long', () => {
  it('gives its result, and leaves no timer behind', async () => {
    const before = timers();
    expect(await within(60_000, async () => 'done')).toBe('done');
    expect(timers()).toBe(before);
  });

  it('throws what it throws, and leaves no timer behind', async () => {
    const before = timers();
    await expect(within(60_000, () => Promise.reject(new TypeError('broken')))).rejects.toThrow('broken');
    expect(timers()).toBe(before);
  });

  it('is given up when its time is over', async () => {
    await expect(within(5, never)).rejects.toMatchObject({ code: 'store.unavailable' });
  });

  it('is given up for good: that it breaks later ends no process', async () => {
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<never>((_, reject) => {
      fail = reject;
    });
    await expect(within(5, () => work)).rejects.toMatchObject({ code: 'store.unavailable' });
    fail(new Error('late'));
    await within(60_000, async () => undefined);
  });
});
