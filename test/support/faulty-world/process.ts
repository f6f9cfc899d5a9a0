import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * One invocation of a function, which can die or stand still at any of its calls to the outside. A dead one never goes
 * on: its calls hang, so no `catch` or `finally` of the code under test runs, as when Lambda kills an environment.
 */
export type Process = {
  readonly id: number;
  readonly kind: ProcessKind;
  readonly isDead: () => boolean;
  /** Never returns. */
  die(): Promise<never>;
  /** Stands still until the gate opens; whoever waits for the process is told meanwhile. */
  standStill(gate: Gate): Promise<void>;
};

export type ProcessKind = 'broker' | 'vending' | 'sweeper' | 'job';

export type Gate = { readonly opened: Promise<void>; open(): void };

export type Ending<Result> =
  | { readonly end: 'done'; readonly result: Result }
  | { readonly end: 'threw'; readonly error: unknown }
  | { readonly end: 'died' };

export type Run<Result> = {
  /** What came first. */
  readonly now: Ending<Result> | { readonly end: 'stalled' };
  /** How it ended in the end; of a stalled process only once its gate was opened. */
  readonly finally: Promise<Ending<Result>>;
};

const running = new AsyncLocalStorage<Process>();
let count = 0;

export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

/** The process that the calling code belongs to; undefined for the test itself. */
export function currentProcess(): Process | undefined {
  return running.getStore();
}

export async function startProcess<Result>(kind: ProcessKind, body: () => Promise<Result>): Promise<Run<Result>> {
  const death = Promise.withResolvers<{ readonly end: 'died' }>();
  const stall = Promise.withResolvers<{ readonly end: 'stalled' }>();
  let dead = false;
  count += 1;
  const process: Process = {
    id: count,
    kind,
    isDead: () => dead,
    die() {
      dead = true;
      death.resolve({ end: 'died' });
      return never();
    },
    standStill({ opened }) {
      stall.resolve({ end: 'stalled' });
      return opened;
    },
  };
  const alive = running.run(process, body).then(
    (result): Ending<Result> => (dead ? { end: 'died' } : { end: 'done', result }),
    (error: unknown): Ending<Result> => ({ end: 'threw', error }),
  );
  const ending = Promise.race([alive, death.promise]);
  return { now: await Promise.race([ending, stall.promise]), finally: ending };
}

export function never(): Promise<never> {
  return new Promise(() => {
    // What hangs here is garbage once nobody waits for it.
  });
}
