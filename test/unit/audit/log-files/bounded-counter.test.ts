import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBoundedCounter } from '../../../../lib/audit/log-files/bounded-counter.ts';

function counted(names: readonly string[], kept?: number) {
  const counter = createBoundedCounter(kept);
  for (const name of names) counter.count(name);
  return counter;
}

describe('a bounded counter', () => {
  it('tells the largest first, equal ones by name, and the rest as one number', () => {
    const { counts, others } = counted(['b', 'a', 'c', 'c', 'd', 'd', 'd', 'e']).largest(3);
    expect(Object.entries(counts)).toEqual([
      ['d', 3],
      ['c', 2],
      ['a', 1],
    ]);
    expect(others).toBe(2);
  });

  it('always adds up, and counts exactly while there are few names', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-e]{1,2}$/)),
        fc.integer({ min: 1, max: 40 }),
        fc.nat({ max: 40 }),
        (names, kept, size) => {
          const { counts, others } = counted(names, kept).largest(size);
          const values = Object.values(counts);
          expect(values.reduce((sum, count) => sum + count, 0) + others).toBe(names.length);
          expect(values.length).toBeLessThanOrEqual(Math.min(size, 2 * kept));
          for (const [name, count] of Object.entries(counts)) {
            const exact = names.filter((each) => each === name).length;
            if (kept >= 15) expect(count).toBe(exact);
            else expect(count).toBeLessThanOrEqual(exact);
          }
        },
      ),
    );
  });

  it('finds a frequent name that comes after thousands of rare ones', () => {
    const rare = Array.from({ length: 5_000 }, (_, index) => `rare-${index}`);
    const often = Array.from({ length: 50 }, () => 'often');
    expect(counted([...rare, ...often, ...rare.map((name) => `${name}-2`)]).largest(1)).toEqual({
      counts: { often: 50 },
      others: 10_000,
    });
  });

  it('takes no name for a member of its own, and shows none as it may not be shown', () => {
    const long = 'x'.repeat(500);
    const { counts } = counted(['__proto__', 'constructor', 'a\u001b[31m\n漢', long]).largest(9);
    expect(new Map(Object.entries(counts))).toEqual(
      new Map([
        ['__proto__', 1],
        ['constructor', 1],
        ['a?[31m??', 1],
        [`${'x'.repeat(160)}...`, 1],
      ]),
    );
  });
});
