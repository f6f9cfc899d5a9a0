/**
 * The code of a function's worker thread: it shifts `Date` before anything else is loaded, imports the bundle, and then
 * runs one invocation at a time as Lambda's Node.js runtime would.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { answerOf, handlerNotFoundPayload, thrownPayload } from './function-error.ts';
import { createInvocationContext, type InvocationContext } from './invocation-context.ts';
import { shiftDate } from './stack-date.ts';
import type { WorkerInvocation, WorkerReply, WorkerStart } from './worker-messages.ts';

type Handler = (event: unknown, context: InvocationContext) => unknown;

// Both ends of the thread are in this folder; the compiler checks the data for its start at the other end.
const start = workerData as WorkerStart;

shiftDate(start.sharedOffset);
await importHandler();

async function importHandler(): Promise<void> {
  try {
    const bundle: unknown = await import(start.bundleUrl);
    const handler = handlerIn(bundle);
    if (handler === undefined) return reply({ type: 'initFailed', payload: handlerNotFoundPayload(start.exportName) });
    parentPort?.on('message', (invocation: WorkerInvocation) => run(handler, invocation));
    reply({ type: 'ready' });
  } catch (error) {
    reply({ type: 'initFailed', payload: thrownPayload(error) });
  }
}

async function run(handler: Handler, invocation: WorkerInvocation): Promise<void> {
  try {
    const context = createInvocationContext(start, invocation, () => performance.now());
    reply(answerOf(await handler(JSON.parse(invocation.payload), context)));
  } catch (error) {
    reply({ type: 'failed', payload: thrownPayload(error) });
  }
}

function handlerIn(bundle: unknown): Handler | undefined {
  if (typeof bundle !== 'object' || bundle === null) return undefined;
  const found: unknown = Reflect.get(bundle, start.exportName);
  return isHandler(found) ? found : undefined;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

function reply(message: WorkerReply): void {
  parentPort?.postMessage(message);
}
