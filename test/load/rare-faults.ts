import { AsyncLocalStorage } from 'node:async_hooks';
import { type Faults, makeFaults, type Temper } from '../support/faulty-world/faults.ts';

/** What breaks, where nothing dies: a load kills its process as a whole. */
const KINDS = ['loseRequest', 'loseResponse', 'throttle'] as const;

export type RareFaults = {
  readonly faults: Faults;
  /** All so far. */
  count(): number;
  /** Something broke that was not meant to, as on a machine that has no time: the work that met it is excused too. */
  noteStrange(): void;
  strange(): number;
  /** Runs it, with faults or without; gives how many of its calls met one. */
  within<Result>(
    breaks: boolean,
    work: () => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly faults: number }>;
};

/**
 * Faults at random calls, so many in a million, of work that asked for them. Keeps nothing of the calls: a load makes a
 * million.
 */
export function rareFaults(perMillionCalls: number, draw: () => number): RareFaults {
  const asked = new AsyncLocalStorage<{ faults: number; readonly breaks: boolean }>();
  let [count, strange] = [0, 0];

  async function through<Answer>(_made: unknown, temper: Temper, effect: () => Promise<Answer>): Promise<Answer> {
    const work = asked.getStore();
    if (work === undefined || !work.breaks || draw() * 1_000_000 >= perMillionCalls) return effect();
    count += 1;
    work.faults += 1;
    const kind = KINDS[Math.floor(draw() * KINDS.length)];
    if (kind === 'throttle') throw temper.throttled();
    if (kind === 'loseResponse') await effect().catch(() => undefined);
    throw temper.broken();
  }
  return {
    faults: { ...makeFaults({ advance: () => undefined }), through },
    count: () => count,
    strange: () => strange,
    noteStrange() {
      strange += 1;
      const work = asked.getStore();
      if (work !== undefined) work.faults += 1;
    },
    async within(breaks, work) {
      const met = { faults: 0, breaks };
      const result = await asked.run(met, work);
      return { result, faults: met.faults };
    },
  };
}
