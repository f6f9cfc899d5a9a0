import type { StackClock } from '../clock.ts';
import { DEFAULT_INVOKE_CONFIG } from '../template/read-functions.ts';
import type { EventInvokeConfig, FunctionWiring } from '../template/wiring.ts';
import { type FailedInvocation, failureRecord } from './failure-record.ts';
import type { FunctionPool } from './function-pool.ts';
import type { InvocationOutcome } from './function-worker.ts';
import { createStackAlarm } from './stack-alarm.ts';

export type AsyncInvocations = {
  /** Accepts an event, tries it at once, and tries again as the function's event invoke config says. */
  accept(event: {
    readonly functionName: string;
    readonly payload: string;
    readonly requestId: string;
    /** The alias or `$LATEST` by which the function was invoked. */
    readonly qualifier?: string | undefined;
    readonly tenantId?: string | undefined;
  }): void;
  /** How many events are being tried; those that wait for a later time of the stack's clock do not count. */
  activity(): number;
  /** How many events wait for their next attempt. */
  waiting(): number;
  close(): void;
};

export type AsyncInvocationsDeps = {
  readonly pool: Pick<FunctionPool, 'invoke' | 'findFunction'>;
  readonly clock: Pick<StackClock, 'nowMs' | 'onAdvance'>;
  /** Sends the record to the function's on-failure queue under the function's own role; a failure to send is logged. */
  readonly sendFailure: (wiring: FunctionWiring, queueArn: string, record: string) => Promise<void>;
  readonly logFailure: (wiring: FunctionWiring, problem: string) => void;
};

/** One minute after the first attempt, two after the second. */
const RETRY_DELAYS_MS = [60_000, 120_000];

type QueuedEvent = {
  readonly wiring: FunctionWiring;
  readonly payload: string;
  readonly requestId: string;
  readonly qualifier: string | undefined;
  readonly tenantId: string | undefined;
  readonly retries: EventInvokeConfig;
  readonly acceptedAtMs: number;
  invokeCount: number;
  dueAtMs: number;
  lastOutcome?: InvocationOutcome;
};

/**
 * Lambda's queue of asynchronous invocations: retries after one and two minutes of the stack's clock, a maximum event
 * age, and a record to the on-failure queue. Source: Lambda Developer Guide, "How Lambda handles errors and retries
 * with asynchronous invocation".
 */
export function createAsyncInvocations(deps: AsyncInvocationsDeps): AsyncInvocations {
  const waiting = new Set<QueuedEvent>();
  let trying = 0;
  let closed = false;
  const alarm = createStackAlarm(deps.clock, tryWhatIsDue);

  function tryWhatIsDue(): void {
    if (closed) return;
    const nowMs = deps.clock.nowMs();
    for (const event of [...waiting]) {
      if (event.dueAtMs > nowMs) continue;
      waiting.delete(event);
      void attempt(event);
    }
    const next = Math.min(...[...waiting].map(({ dueAtMs }) => dueAtMs));
    alarm.set(Number.isFinite(next) ? next : undefined);
  }

  async function attempt(event: QueuedEvent): Promise<void> {
    trying += 1;
    try {
      if (await isOver(deps, event)) return;
      event.dueAtMs = deps.clock.nowMs() + (RETRY_DELAYS_MS[event.invokeCount - 1] ?? 0);
      waiting.add(event);
    } finally {
      trying -= 1;
    }
    tryWhatIsDue();
  }

  return {
    accept({ functionName, payload, requestId, qualifier, tenantId }) {
      const wiring = deps.pool.findFunction(functionName);
      if (wiring === undefined) throw new Error(`there is no function ${functionName}`);
      const nowMs = deps.clock.nowMs();
      const facts = { payload, requestId, qualifier, tenantId, acceptedAtMs: nowMs, dueAtMs: nowMs, invokeCount: 0 };
      waiting.add({ wiring, retries: retriesOf(wiring, qualifier), ...facts });
      tryWhatIsDue();
    },
    activity: () => trying,
    waiting: () => waiting.size,
    close() {
      closed = true;
      alarm.set(undefined);
    },
  };
}

/** Each qualifier has a configuration of its own; the template configures `$LATEST` alone (`read-functions.ts`). */
function retriesOf(wiring: FunctionWiring, qualifier: string | undefined): EventInvokeConfig {
  return qualifier === undefined || qualifier === '$LATEST' ? wiring.eventInvokeConfig : DEFAULT_INVOKE_CONFIG;
}

/** Tries an event once; false when it must be tried again. */
async function isOver(deps: AsyncInvocationsDeps, event: QueuedEvent): Promise<boolean> {
  const { maximumEventAgeSeconds, maximumRetryAttempts } = event.retries;
  if (deps.clock.nowMs() - event.acceptedAtMs > maximumEventAgeSeconds * 1000) {
    await giveUp(deps, event, 'EventAgeExceeded');
    return true;
  }
  event.invokeCount += 1;
  const { wiring, payload, requestId, qualifier, tenantId } = event;
  event.lastOutcome = await deps.pool.invoke(wiring.name, payload, { requestId, qualifier, tenantId });
  if (event.lastOutcome.functionError === undefined) return true;
  if (event.invokeCount <= maximumRetryAttempts) return false;
  await giveUp(deps, event, 'RetriesExhausted');
  return true;
}

async function giveUp(
  deps: AsyncInvocationsDeps,
  event: QueuedEvent,
  condition: FailedInvocation['condition'],
): Promise<void> {
  const { wiring, lastOutcome } = event;
  const queueArn = event.retries.onFailureArn;
  if (queueArn === undefined) return deps.logFailure(wiring, `event ${event.requestId} dropped: ${condition}`);
  const record = failureRecord({
    requestId: event.requestId,
    functionArn: `${wiring.arn}:${event.qualifier ?? '$LATEST'}`,
    condition,
    invokeCount: event.invokeCount,
    requestPayload: event.payload,
    atMs: deps.clock.nowMs(),
    ...(lastOutcome !== undefined && { lastOutcome }),
  });
  try {
    await deps.sendFailure(wiring, queueArn, record);
  } catch (error) {
    deps.logFailure(wiring, `its on-failure destination refused event ${event.requestId}: ${String(error)}`);
  }
}
