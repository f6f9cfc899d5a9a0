import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { FromFunctions, Order, ServiceCall, ToFunctions, Told } from './between-processes.ts';

/** Said of an order whose process died. */
export class Killed extends Error {}

export type StoreProcess = { readonly endpoint: string; kill(): Promise<void> };

/** For the rows of a hundred thousand requests. */
const STORE_HEAP_MB = 8_192;

/**
 * Starts the store of this folder; without one, it is in memory: on disk, dynalite holds a quarter of a megabyte more for
 * each request, outside of its heap, until it ends.
 */
export async function startStore(folder: string | undefined): Promise<StoreProcess> {
  const execArgv = [`--max-old-space-size=${STORE_HEAP_MB}`];
  const child = fork(new URL('./store-process.ts', import.meta.url), folder === undefined ? [] : [folder], {
    execArgv,
  });
  const [{ port }] = await once(child, 'message');
  return { endpoint: `http://127.0.0.1:${port}`, kill: () => killed(child) };
}

export type FunctionsOptions = {
  readonly endpoint: string;
  readonly faultsPerMillionCalls: number;
  /** What the services outside do with a call. */
  readonly serve: (call: ServiceCall) => void;
  /** Time may pass inside. */
  readonly onTime: (nowMs: number) => void;
};

export type FunctionsProcess = {
  /** Rejects with `Killed` when the process dies first. */
  order<What extends Order['what']>(order: Extract<Order, { what: What }>, nowMs: number): Promise<Told[What]>;
  kill(): Promise<void>;
};

export async function startFunctions(options: FunctionsOptions): Promise<FunctionsProcess> {
  const env = {
    ...process.env,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: options.endpoint,
  };
  const child = fork(new URL('./functions-process.ts', import.meta.url), [String(options.faultsPerMillionCalls)], {
    env,
    execArgv: ['--expose-gc'],
  });
  const waiting = new Map<number, { resolve(told: never): void; reject(error: Error): void }>();
  let count = 0;
  const ready = Promise.withResolvers<void>();
  child.on('message', (message: FromFunctions) => {
    if (message.type === 'ready') return ready.resolve();
    if (message.type === 'call') {
      options.serve(message.call);
      return say(child, { type: 'answered', id: message.id });
    }
    options.onTime(message.nowMs);
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === 'failed') asked?.reject(new Error(message.error));
    // Whoever ordered knows what is told of it.
    else asked?.resolve(message.told as never);
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Killed('the process is gone'));
  });
  await ready.promise;
  return {
    order(order, nowMs) {
      count += 1;
      const id = count;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        say(child, { type: 'order', id, nowMs, order });
      });
    },
    kill: () => killed(child),
  };
}

function say(child: ChildProcess, message: ToFunctions): void {
  // Nobody hears it any more when the process is gone: what waits for it is rejected then.
  child.send(message, () => undefined);
}

/** At once, as `kill -9`. */
async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
