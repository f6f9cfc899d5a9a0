/** The clean-ups for when the stack stops, or when its start fails half-way: the last one registered runs first. */
export type Cleanups = {
  add(cleanup: () => unknown): void;
  /** Runs every clean-up once, even when one of them fails; throws the first failure after the last has run. */
  run(): Promise<void>;
};

export function createCleanups(): Cleanups {
  const cleanups: (() => unknown)[] = [];
  return {
    add: (cleanup) => {
      cleanups.push(cleanup);
    },
    async run() {
      const failures: unknown[] = [];
      for (let cleanup = cleanups.pop(); cleanup !== undefined; cleanup = cleanups.pop()) {
        try {
          await cleanup();
        } catch (failure) {
          failures.push(failure);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
