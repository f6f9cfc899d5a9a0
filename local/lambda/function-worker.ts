import { Worker } from 'node:worker_threads';
import { exitedPayload, timedOutPayload } from './function-error.ts';
import { captureLines, type FunctionLog } from './log-lines.ts';
import type { WorkerInvocation, WorkerReply, WorkerStart } from './worker-messages.ts';

export type InvocationOutcome = { readonly functionError?: 'Unhandled'; readonly payload: string };

export type FunctionWorkerOptions = {
  readonly start: WorkerStart;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly log: FunctionLog;
};

/** One execution environment of one function: it runs one invocation at a time and is thrown away once it has died. */
export type FunctionWorker = {
  /** Never rejects: whatever goes wrong in the worker is the invocation's function error. */
  run(invocation: Omit<WorkerInvocation, 'timeoutMs'>): Promise<InvocationOutcome>;
  /** False once the thread is gone or about to go; such a worker must not be used again. */
  isAlive(): boolean;
  /** Ends the thread; a running invocation ends as if its process had been killed. */
  terminate(): Promise<void>;
};

/** Lambda gives the code outside the handler a limit of ten seconds of its own. */
const INIT_LIMIT_MS = 10_000;

/** The flags that Lambda's runtime sets for nodejs24.x: bundles must be ES modules by their file name. */
const RUNTIME_FLAGS = ['--no-experimental-require-module', '--no-experimental-detect-module'];

type Settle = (outcome: InvocationOutcome) => void;
type Running = { readonly requestId: string; readonly settle: Settle; timer: NodeJS.Timeout };

export function startFunctionWorker(options: FunctionWorkerOptions): FunctionWorker {
  const thread = openThread(options);
  let alive = true;
  let ready = false;
  let running: Running | undefined;
  let waiting: WorkerInvocation | undefined;
  let crash: string | undefined;

  function settle(outcome: InvocationOutcome): void {
    clearTimeout(running?.timer);
    running?.settle(outcome);
    running = undefined;
  }
  function abandon(payload: string): void {
    alive = false;
    settle({ functionError: 'Unhandled', payload });
    void thread.terminate();
  }
  function limit(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      abandon(timedOutPayload(running?.requestId ?? '', options.timeoutSeconds));
    }, milliseconds);
  }
  function begin(invocation: WorkerInvocation): void {
    clearTimeout(running?.timer);
    if (running !== undefined) running.timer = limit(invocation.timeoutMs);
    thread.postMessage(invocation);
  }

  thread.on('message', (reply: WorkerReply) => {
    if (reply.type === 'ready') {
      ready = true;
      if (waiting !== undefined) begin(waiting);
    } else if (reply.type === 'initFailed') abandon(reply.payload);
    else if (reply.type === 'failed') settle({ functionError: 'Unhandled', payload: reply.payload });
    else settle({ payload: reply.payload });
  });
  thread.on('error', (error) => {
    crash = error instanceof Error ? error.message : String(error);
  });
  thread.on('exit', (code) => {
    alive = false;
    settle({ functionError: 'Unhandled', payload: exitedPayload(running?.requestId ?? '', exitCause(code, crash)) });
  });

  return {
    isAlive: () => alive,
    run: ({ requestId, payload, qualifier, tenantId }) =>
      new Promise((resolve) => {
        const invocation = { requestId, payload, qualifier, tenantId, timeoutMs: options.timeoutSeconds * 1000 };
        running = { requestId, settle: resolve, timer: limit(INIT_LIMIT_MS) };
        if (!alive) settle({ functionError: 'Unhandled', payload: exitedPayload(requestId, 'signal: killed') });
        else if (ready) begin(invocation);
        else waiting = invocation;
      }),
    async terminate() {
      alive = false;
      settle({ functionError: 'Unhandled', payload: exitedPayload(running?.requestId ?? '', 'signal: killed') });
      await thread.terminate();
    },
  };
}

function exitCause(code: number, crash: string | undefined): string {
  return crash === undefined ? `exit status ${code}` : `exit status ${code}: ${crash}`;
}

function openThread({ start, environment, log }: FunctionWorkerOptions): Worker {
  const thread = new Worker(new URL('worker-bootstrap.ts', import.meta.url), {
    workerData: start,
    env: { ...environment },
    execArgv: RUNTIME_FLAGS,
    resourceLimits: { maxOldGenerationSizeMb: start.memoryMegabytes },
    stdout: true,
    stderr: true,
  });
  const { functionName } = start;
  captureLines(thread.stdout, (line) => log({ functionName, stream: 'stdout', line }));
  captureLines(thread.stderr, (line) => log({ functionName, stream: 'stderr', line }));
  return thread;
}
