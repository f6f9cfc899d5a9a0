import type { StackClock } from '../clock.ts';
import type { ChangeStream, StreamRecord } from '../dynamodb/change-stream.ts';
import type { StreamMappingWiring } from '../template/wiring.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import type { InvocationOutcome } from './function-worker.ts';
import { createStackAlarm } from './stack-alarm.ts';
import { type DiscardReason, discardedRecords, remainingBatches, type StreamBatch } from './stream-batch.ts';

/** The event that a function gets for a batch of stream records. */
export type StreamEvent = { readonly Records: readonly (StreamRecord & { readonly eventSourceARN: string })[] };

export type DiscardedBatch = StreamBatch & { readonly reason: DiscardReason };

export type StreamMappingDeps = {
  readonly mapping: StreamMappingWiring;
  readonly stream: Pick<ChangeStream, 'arn' | 'openReader'>;
  readonly clock: Pick<StackClock, 'nowMs' | 'onAdvance'>;
  /** Calls back when it is time to read records: Lambda polls a shard four times a second, so records gather. */
  readonly beforePoll: (poll: () => void) => void;
  /** Rejects when the function could not be invoked at all; such a failure uses up no retry. */
  readonly invoke: (event: StreamEvent) => Promise<InvocationOutcome>;
  /** Throws when the role lacks a permission. Checked once at start, because nothing would ever arrive without it. */
  readonly assertAllowed: (actions: readonly string[], streamArn: string) => void;
  /** Notifies the on-failure destination, where there is one. */
  readonly discard: (batch: DiscardedBatch) => Promise<void>;
  readonly logFailure: (problem: string) => void;
};

/** The permissions of the function's role that Lambda needs to read a stream. */
const NEEDED_ACTIONS = [
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:DescribeStream',
  'dynamodb:ListStreams',
];
/** Lambda backs off exponentially between the retries of a batch; AWS does not say by how much. */
const FIRST_RETRY_DELAY_MS = 100;
const LONGEST_RETRY_DELAY_MS = 60_000;
/** The mapping waits for a retry as near as this; a later one waits, like a hidden message, for an advance. */
const SOON_MS = 1_000;

/**
 * Hands a table's changes to a function: in order, one batch at a time, and nothing beyond a failing batch until that
 * batch is done or given up. `activity` counts a backlog that is being worked on. Throws when the role may not read the
 * stream.
 */
export function startStreamMapping(deps: StreamMappingDeps): EventSourceMapping {
  deps.assertAllowed(NEEDED_ACTIONS, deps.stream.arn);
  let batches: readonly StreamBatch[] = [];
  let running = false;
  let stopped = false;
  let failuresInARow = 0;
  let retryAtMs = 0;
  let isPlanned = false;
  const reader = deps.stream.openReader(plan);
  const alarm = createStackAlarm(deps.clock, () => void run());

  function plan(): void {
    if (isPlanned || stopped) return;
    isPlanned = true;
    deps.beforePoll(() => {
      isPlanned = false;
      void run();
    });
  }
  async function run(): Promise<void> {
    if (running || stopped || deps.clock.nowMs() < retryAtMs) return;
    const batch = batches[0] ?? { records: reader.take(deps.mapping.batchSize), failures: 0 };
    if (batch.records.length === 0) return;
    running = true;
    const left = await attempt(deps, batch);
    batches = [...left, ...batches.slice(1)];
    backOff(left, batch);
    running = false;
    if (batches.length > 0) setImmediate(() => void run());
    else if (reader.pending() > 0) plan();
  }
  function backOff(left: readonly StreamBatch[], batch: StreamBatch): void {
    const [next] = left;
    const isOver = next !== undefined && discardedRecords(next, deps.mapping, deps.clock.nowMs()) !== undefined;
    const isStuck = !isOver && countRecords(left) === batch.records.length;
    failuresInARow = isStuck ? failuresInARow + 1 : 0;
    retryAtMs = isStuck ? deps.clock.nowMs() + retryDelayMs(failuresInARow) : 0;
    alarm.set(stopped || !isStuck ? undefined : retryAtMs);
  }

  return {
    activity() {
      const waiting = countRecords(batches) + reader.pending();
      const isDue = retryAtMs - deps.clock.nowMs() < SOON_MS;
      return running || (waiting > 0 && isDue && !stopped) ? 1 : 0;
    },
    stop() {
      stopped = true;
      alarm.set(undefined);
      reader.close();
    },
  };
}

/** Takes one step with the first batch: gives it up, in part or whole, or invokes the function. */
async function attempt(deps: StreamMappingDeps, batch: StreamBatch): Promise<readonly StreamBatch[]> {
  const discarded = discardedRecords(batch, deps.mapping, deps.clock.nowMs());
  if (discarded !== undefined) {
    const { count, reason } = discarded;
    await giveUp(deps, { ...batch, records: batch.records.slice(0, count), reason });
    return count === batch.records.length ? [] : [{ ...batch, records: batch.records.slice(count) }];
  }
  try {
    const Records = batch.records.map((record) => ({ ...record, eventSourceARN: deps.stream.arn }));
    return remainingBatches(batch, await deps.invoke({ Records }), deps.mapping);
  } catch (error) {
    deps.logFailure(`a batch was not handed over: ${String(error)}`);
    return [batch];
  }
}

async function giveUp(deps: StreamMappingDeps, batch: DiscardedBatch): Promise<void> {
  try {
    await deps.discard(batch);
  } catch (error) {
    deps.logFailure(`its on-failure destination refused ${batch.records.length} records: ${String(error)}`);
  }
}

function countRecords(batches: readonly StreamBatch[]): number {
  return batches.reduce((sum, { records }) => sum + records.length, 0);
}

function retryDelayMs(failuresInARow: number): number {
  return Math.min(FIRST_RETRY_DELAY_MS * 2 ** (failuresInARow - 1), LONGEST_RETRY_DELAY_MS);
}
