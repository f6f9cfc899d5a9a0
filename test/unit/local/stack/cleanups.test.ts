import { describe, expect, it } from 'vitest';
import { createCleanups } from '../../../../local/stack/cleanups.ts';

describe('createCleanups', () => {
  it('undoes the last first, each once', async () => {
    const undone: number[] = [];
    const cleanups = createCleanups();
    for (const step of [1, 2, 3]) cleanups.add(() => undone.push(step));
    await cleanups.run();
    await cleanups.run();
    expect(undone).toEqual([3, 2, 1]);
  });

  it('goes on after a failure and throws it in the end', async () => {
    const undone: number[] = [];
    const cleanups = createCleanups();
    cleanups.add(() => undone.push(1));
    cleanups.add(() => {
      throw new Error('stuck');
    });
    await expect(cleanups.run()).rejects.toThrow('stuck');
    expect(undone).toEqual([1]);
  });
});
