import type { Counters } from '../../../lib/limits/counters.ts';
import type { Limits } from '../../../lib/limits/limits.ts';
import { storeError } from '../../../lib/platform/store-error.ts';
import { inMemoryCounters } from '../in-memory-counters.ts';
import { type Faults, namedError, type Temper } from './faults.ts';
import { currentProcess } from './process.ts';

const temper: Temper = {
  broken: () => namedError('TimeoutError'),
  throttled: () => namedError('ThrottlingException'),
};

/** Counters in memory, every call of which can be broken. */
export function faultyCounters(faults: Faults): Counters {
  const counters = inMemoryCounters();

  async function through<Answer>(site: string, effect: () => Promise<Answer>): Promise<Answer> {
    try {
      return await faults.through({ site }, temper, effect);
    } catch (error) {
      throw storeError(error, 'a counter');
    }
  }
  return {
    read: (counter) => through('limits.read', () => counters.read(counter)),
    change: (row, change) => through('limits.change', () => counters.change(row, change)),
    admit: (row, admission) => through('limits.admit', () => counters.admit(row, admission)),
  };
}

/** Limits of which every invocation has its own, as if each had an environment to itself: one dies with what it knew. */
export function limitsOfEach(make: () => Limits): Limits {
  const made = new WeakMap<object, Limits>();
  const ofTest = make();
  function own(): Limits {
    const process = currentProcess();
    if (process === undefined) return ofTest;
    const limits = made.get(process) ?? make();
    made.set(process, limits);
    return limits;
  }
  return {
    knownHeldBack: (workload) => own().knownHeldBack(workload),
    acquire: (workload) => own().acquire(workload),
    isWithinBreadth: (asked) => own().isWithinBreadth(asked),
    watching: (assume) => (input) => own().watching(assume)(input),
  };
}
