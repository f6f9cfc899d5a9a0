/** What has to be undone when the stack stops, or when its start fails half-way: the last first. */
export type Cleanups = {
  add(cleanup: () => unknown): void;
  /** Runs every cleanup once, also when one of them fails; throws the first failure after the last has run. */
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
