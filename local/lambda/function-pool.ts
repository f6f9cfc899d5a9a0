import type { StackClock } from '../clock.ts';
import type { StackIds } from '../ids.ts';
import type { FunctionWiring } from '../template/wiring.ts';
import { type FunctionWorker, type InvocationOutcome, startFunctionWorker } from './function-worker.ts';
import type { FunctionLog } from './log-lines.ts';

/** A function of the template, with the place of its code and the variables of its environment. */
export type PooledFunction = {
  readonly wiring: FunctionWiring;
  readonly bundleUrl: string;
  readonly exportName: string;
  readonly environment: Readonly<Record<string, string>>;
};

export type Invoked = {
  readonly requestId?: string;
  /** The alias or `$LATEST`; undefined when the function was invoked by its name alone. */
  readonly qualifier?: string | undefined;
  /** The tenant for whom it is invoked: given for every function that isolates its tenants, and for no other. */
  readonly tenantId?: string | undefined;
};

export type FunctionPool = {
  /**
   * Runs one invocation in an idle worker, in a new one, or when its turn comes; the function's time-out starts then.
   * Never rejects for anything that the function does. `payload` is JSON text.
   */
  invoke(functionName: string, payload: string, invoked?: Invoked): Promise<InvocationOutcome>;
  findFunction(name: string): FunctionWiring | undefined;
  /** Ends the function's running invocations as if their processes had died; returns how many there were. */
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

/** How many invocations of one function run at a time, unless it reserves fewer; the others wait for their turn. */
const WORKERS_PER_FUNCTION = 4;
/** How many idle workers of one function are kept; Lambda would keep those of other tenants for longer. */
const IDLE_WORKERS = 8;

type Waiting = {
  readonly requestId: string;
  readonly payload: string;
  readonly qualifier: string | undefined;
  readonly tenantId: string | undefined;
  readonly settle: (o: InvocationOutcome) => void;
};
/** `tenantId` is the tenant for whom the worker was started; it never works for another. */
type IdleWorker = { readonly worker: FunctionWorker; readonly tenantId: string | undefined };
type Workers = {
  readonly definition: PooledFunction;
  readonly limit: number;
  /** The worker that was used last is the last in the list. */
  readonly idle: IdleWorker[];
  readonly busy: Set<FunctionWorker>;
  readonly waiting: Waiting[];
};

/**
 * Runs the functions of the template in worker threads, one invocation at a time in each. Idle workers are reused;
 * where a function isolates its tenants, only for the tenant for whom they were started.
 */
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
    async invoke(functionName, payload, { requestId = deps.ids.uuid(), qualifier, tenantId } = {}) {
      const workers = workersNamed(functionName);
      if (closed) throw new Error('the function pool is closed');
      const isIsolated = workers.definition.wiring.isolatesTenants === true;
      if (isIsolated !== (tenantId !== undefined)) throw new Error(tenancyProblem(functionName, isIsolated));
      return new Promise((settle) => {
        workers.waiting.push({ requestId, payload, qualifier, tenantId, settle });
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
      const workers = all.flatMap(({ idle, busy }) => [...idle.map(({ worker }) => worker), ...busy]);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function workersOf(definition: PooledFunction): Workers {
  const limit = Math.min(WORKERS_PER_FUNCTION, definition.wiring.reservedConcurrency ?? WORKERS_PER_FUNCTION);
  return { definition, limit, idle: [], busy: new Set(), waiting: [] };
}

function tenancyProblem(functionName: string, isIsolated: boolean): string {
  return `the function ${functionName} ${isIsolated ? 'isolates its tenants and was given none' : 'takes no tenant'}`;
}

function startNext(deps: FunctionPoolDeps, workers: Workers): void {
  if (workers.busy.size >= workers.limit) return;
  const next = workers.waiting.shift();
  if (next !== undefined) void runIn(takeWorker(deps, workers, next.tenantId), { deps, workers, next });
}

async function runIn(
  worker: FunctionWorker,
  { deps, workers, next }: { deps: FunctionPoolDeps; workers: Workers; next: Waiting },
): Promise<void> {
  workers.busy.add(worker);
  const outcome = await worker.run(next);
  workers.busy.delete(worker);
  workers.idle.push({ worker, tenantId: next.tenantId });
  if (workers.idle.length > IDLE_WORKERS) void workers.idle.shift()?.worker.terminate();
  next.settle(outcome);
  startNext(deps, workers);
}

/** An idle worker may be dead: killed by its last invocation, or by code that the invocation left running. */
function takeWorker(deps: FunctionPoolDeps, workers: Workers, tenantId: string | undefined): FunctionWorker {
  for (;;) {
    const at = workers.idle.findLastIndex((idle) => idle.tenantId === tenantId);
    const [idle] = at === -1 ? [] : workers.idle.splice(at, 1);
    if (idle === undefined) return newWorker(deps, workers.definition);
    if (idle.worker.isAlive()) return idle.worker;
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
