/**
 * The functions of a load in one process, as it may be killed: the deployed pipeline, sweeper and job runtime, over the
 * store at AWS_ENDPOINT_URL_DYNAMODB and services that keep nothing. Works on what it is told to, by the clock that it is told.
 */
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { processBatch } from '../../lib/broker/process-batch.ts';
import { jobHandler } from '../../lib/job-runtime/job-handler.ts';
import type { TenantContext } from '../../lib/job-runtime/tenant-context.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { makeCounters } from '../../lib/limits/dynamo-counters.ts';
import { documentClient } from '../../lib/platform/clients.ts';
import { systemIds } from '../../lib/platform/ids.ts';
import { isConditionFailed } from '../../lib/platform/store-error.ts';
import { sweepIssuances } from '../../lib/sweeper/sweep-issuances.ts';
import { makeSwitches } from '../../lib/switches/switches.ts';
import { makePipeline } from '../support/faulty-world/pipeline.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import type { FromFunctions, Order, ServiceCall, ToFunctions, Told } from './between-processes.ts';
import { rareFaults } from './rare-faults.ts';
import { openedBy, servicesOfLoad } from './services-of-load.ts';
import { accountIdOf } from './tenants-of-load.ts';

const FUNCTION_MS = 30_000;
const tell = (message: FromFunctions) => process.send?.(message);
const clock = frozenClock();
const waiting = new Map<number, () => void>();
const rare = rareFaults(Number(process.argv[2] ?? 0), Math.random);
const store = documentClient();
// The client takes every command of its own; which one it is, it finds out itself.
const sendOn: (command: never) => Promise<object> = store.send.bind(store);
Object.assign(store, { send });
const pipeline = makePipeline({
  send,
  faults: rare.faults,
  clock,
  processClock: clock,
  ids: systemIds,
  log: { transition: () => undefined },
  jobs: jobCatalogue,
  wiring: 'production',
  mode: 'shared',
  counters: makeCounters({ dynamo: store, config: { limitsTable: 'test-limits' } }),
  clientsOf({ dynamo }) {
    const services = servicesOfLoad({ faults: rare.faults, clock, callOutside });
    const switches = makeSwitches({ dynamo, clock, config: { switchesTable: 'test-switches' } });
    return { dynamo, ...services, job: { dynamo, reports: dynamo, kms: services.kms, switches } };
  },
});
/** By issuance: the account that its job's credentials open, while the job runs. */
const opened = new Map<string, string>();
const job = jobHandler({ name: 'scan-account', settingsSchema: v.unknown() }, work, {
  ...pipeline.job,
  jobName: 'scan-account',
  observe: () => undefined,
});

/** A store of one process may be too slow for the clients' time-outs, which DynamoDB is not. */
async function send(command: unknown): Promise<object> {
  try {
    return await Reflect.apply(sendOn, store, [command]);
  } catch (error) {
    if (!isConditionFailed(error)) rare.noteStrange();
    throw error;
  }
}

process.on('message', (message: ToFunctions) => void receive(message));
process.on('disconnect', () => process.exit());
tell({ type: 'ready' });

async function receive(message: ToFunctions): Promise<void> {
  if (message.type === 'answered') {
    waiting.get(message.id)?.();
    waiting.delete(message.id);
    return;
  }
  const { id, order, nowMs } = message;
  clock.set(Math.max(clock.nowMs(), nowMs));
  try {
    const told = await doing(order);
    tell({ type: 'done', id, nowMs: clock.nowMs(), told });
  } catch (error) {
    tell({ type: 'failed', id, nowMs: clock.nowMs(), error: error instanceof Error ? `${error.stack}` : 'unknown' });
  }
}

function doing(order: Order): Promise<Told[keyof Told]> {
  if (order.what === 'handle') return handle(order);
  if (order.what === 'run') return run(order);
  return order.what === 'sweep' ? sweep() : measure(order);
}

async function handle({ messages, faults: breaks }: Extract<Order, { what: 'handle' }>): Promise<Told['handle']> {
  const endMs = clock.nowMs() + FUNCTION_MS;
  const records = messages.map(({ id, body, receiveCount }) => ({
    messageId: id,
    receiptHandle: id,
    body,
    attributes: { ApproximateReceiveCount: String(receiveCount) },
  }));
  const { result, faults } = await rare.within(breaks, () =>
    processBatch({ records, remainingMs: () => endMs - clock.nowMs() }, pipeline.batch),
  );
  return { again: result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), faults };
}

async function sweep(): Promise<Told['sweep']> {
  try {
    return await sweepIssuances({ remainingMs: () => 60_000 }, pipeline.sweeper);
  } catch {
    // As of a function of which an invocation failed: the next minute brings another.
    return { looked: 1 };
  }
}

async function run({ payload, faults }: Extract<Order, { what: 'run' }>): Promise<Told['run']> {
  const { issuanceId, attempt, accountId, tenantId } = payload;
  const { result: end } = await rare.within(faults, () =>
    job(payload, lambdaContext()).then(
      () => 'done' as const,
      () => 'threw' as const,
    ),
  );
  const token = opened.get(issuanceId);
  opened.delete(issuanceId);
  if (token === undefined) return { end, opened: undefined, crossed: false };
  const got = openedBy(token);
  const own = got.accountId === accountId && accountId === accountIdOf(tenantId);
  return { end, opened: issuanceId, crossed: !own || got.sessionName !== `${issuanceId}.${attempt}` };
}

async function work(tenant: TenantContext): Promise<unknown> {
  const { sessionToken } = await tenant.credentials();
  opened.set(tenant.issuanceId, sessionToken);
  return { looked: true };
}

async function measure({ memory }: Extract<Order, { what: 'measure' }>): Promise<Told['measure']> {
  const { user, system } = process.cpuUsage();
  // Twice: what the first finds dead may have held more.
  for (let time = 0; memory && time < 2; time += 1) globalThis.gc?.();
  const counted = { faults: rare.count(), storeErrors: rare.strange() };
  return { cpuMs: (user + system) / 1_000, heapBytes: process.memoryUsage().heapUsed, ...counted };
}

let calls = 0;
function callOutside(call: ServiceCall): Promise<void> {
  calls += 1;
  const id = calls;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    tell({ type: 'call', id, call });
  });
}

function lambdaContext(): Context {
  const endMs = clock.nowMs() + 300_000;
  const nothing = () => undefined;
  return {
    awsRequestId: systemIds.uuid(),
    functionName: 'job',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:job',
    memoryLimitInMB: '512',
    logGroupName: 'log',
    logStreamName: 'stream',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => endMs - clock.nowMs(),
    done: nothing,
    fail: nothing,
    succeed: nothing,
  };
}
