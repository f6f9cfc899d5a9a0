import type { StackClock } from '../clock.ts';
import type { StackIds } from '../ids.ts';
import type { FunctionWiring } from '../template/wiring.ts';
import { type FunctionWorker, type InvocationOutcome, startFunctionWorker } from './function-worker.ts';
import type { FunctionLog } from './log-lines.ts';

/** A function of the template together with where its code is and what its environment holds. */
export type PooledFunction = {
  readonly wiring: FunctionWiring;
  readonly bundleUrl: string;
  readonly exportName: string;
  readonly environment: Readonly<Record<string, string>>;
};

export type Invoked = {
  readonly requestId?: string;
  /** The alias, or `$LATEST`; left out, the function was invoked by its name alone. */
  readonly qualifier?: string | undefined;
};

export type FunctionPool = {
  /**
   * Runs one invocation in an idle worker, a new one, or when it is its turn; the first starts the clock of the
   * function's time-out. Never rejects for what the function does. `payload` is JSON text.
   */
  invoke(functionName: string, payload: string, invoked?: Invoked): Promise<InvocationOutcome>;
  findFunction(name: string): FunctionWiring | undefined;
  /** Ends the function's running invocations as if their processes had died; answers how many there were. */
  kill(functionName: string): number;
  /** How many invocations run or wait for a worker. */
  activity(): number;
  close(): Promise<void>;
};

export type FunctionPoolDeps = {
  readonly functions: readonly PooledFunction[];
  readonly clock: Pick<StackClock, 'sharedOffset'>;
  readonly ids: Pick<StackIds, 'uuid'>;
  readonly log: FunctionLog;
};

/** How many invocations of one function run at a time, unless it reserves fewer; more wait for their turn. */
const WORKERS_PER_FUNCTION = 4;

type Waiting = {
  readonly requestId: string;
  readonly payload: string;
  readonly qualifier: string | undefined;
  readonly settle: (o: InvocationOutcome) => void;
};
type Workers = {
  readonly definition: PooledFunction;
  readonly limit: number;
  readonly idle: FunctionWorker[];
  readonly busy: Set<FunctionWorker>;
  readonly waiting: Waiting[];
};

/** Runs the functions of the template in worker threads, one invocation a worker at a time, idle ones reused. */
export function createFunctionPool(deps: FunctionPoolDeps): FunctionPool {
  const byName = new Map(deps.functions.map((definition) => [definition.wiring.name, workersOf(definition)]));
  let closed = false;

  function workersNamed(functionName: string): Workers {
    const workers = byName.get(functionName);
    if (workers === undefined) throw new Error(`the pool has no function ${functionName}`);
    return workers;
  }

  return {
    findFunction: (name) => byName.get(name)?.definition.wiring,
    async invoke(functionName, payload, { requestId = deps.ids.uuid(), qualifier } = {}) {
      const workers = workersNamed(functionName);
      if (closed) throw new Error('the function pool is closed');
      return new Promise((settle) => {
        workers.waiting.push({ requestId, payload, qualifier, settle });
        startNext(deps, workers);
      });
    },
    kill(functionName) {
      const killed = [...workersNamed(functionName).busy];
      for (const worker of killed) void worker.terminate();
      return killed.length;
    },
    activity: () => [...byName.values()].reduce((sum, { busy, waiting }) => sum + busy.size + waiting.length, 0),
    async close() {
      closed = true;
      const all = [...byName.values()];
      for (const { waiting } of all) waiting.length = 0;
      await Promise.all(all.flatMap(({ idle, busy }) => [...idle, ...busy]).map((worker) => worker.terminate()));
    },
  };
}

function workersOf(definition: PooledFunction): Workers {
  const limit = Math.min(WORKERS_PER_FUNCTION, definition.wiring.reservedConcurrency ?? WORKERS_PER_FUNCTION);
  return { definition, limit, idle: [], busy: new Set(), waiting: [] };
}

function startNext(deps: FunctionPoolDeps, workers: Workers): void {
  if (workers.busy.size >= workers.limit) return;
  const next = workers.waiting.shift();
  if (next !== undefined) void runIn(takeWorker(deps, workers), { deps, workers, next });
}

async function runIn(
  worker: FunctionWorker,
  { deps, workers, next }: { deps: FunctionPoolDeps; workers: Workers; next: Waiting },
): Promise<void> {
  workers.busy.add(worker);
  const outcome = await worker.run(next);
  workers.busy.delete(worker);
  workers.idle.push(worker);
  next.settle(outcome);
  startNext(deps, workers);
}

/** An idle worker may be dead: of its last invocation, or of what that left running. */
function takeWorker(deps: FunctionPoolDeps, workers: Workers): FunctionWorker {
  for (;;) {
    const idle = workers.idle.pop();
    if (idle === undefined) return newWorker(deps, workers.definition);
    if (idle.isAlive()) return idle;
  }
}

function newWorker(
  deps: FunctionPoolDeps,
  { wiring, bundleUrl, exportName, environment }: PooledFunction,
): FunctionWorker {
  const logStreamName = `[$LATEST]${deps.ids.uuid().replaceAll('-', '')}`;
  return startFunctionWorker({
    start: {
      bundleUrl,
      exportName,
      functionName: wiring.name,
      functionArn: wiring.arn,
      memoryMegabytes: wiring.memoryMegabytes,
      logGroupName: `/aws/lambda/${wiring.name}`,
      logStreamName,
      sharedOffset: deps.clock.sharedOffset,
    },
    environment: { ...environment, AWS_LAMBDA_LOG_STREAM_NAME: logStreamName },
    timeoutSeconds: wiring.timeoutSeconds,
    log: deps.log,
  });
}
