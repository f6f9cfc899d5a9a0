import { type BatchResult, processBatch, type QueueRecord } from '../../../lib/broker/process-batch.ts';
import { type SweepResult, sweepIssuances } from '../../../lib/sweeper/sweep-issuances.ts';
import { tables } from '../dynamo-tables.ts';
import type { FrozenClock } from '../frozen-clock.ts';
import type { Item } from './expressions.ts';
import type { QueuedMessage } from './fake-queue.ts';
import type { Faults } from './faults.ts';
import { TERMINAL } from './fold.ts';
import type { jobHost } from './job-host.ts';
import type { makePipeline } from './pipeline.ts';
import { type Run, startProcess } from './process.ts';
import type { Store } from './store.ts';

const MINUTE_MS = 60_000;
/** By then everything must have ended, whatever happened before. */
const LONGEST_MINUTES = 180;

export type DriverParts = {
  readonly clock: FrozenClock;
  readonly faults: Faults;
  readonly store: Store;
  readonly pipeline: ReturnType<typeof makePipeline>;
  readonly host: ReturnType<typeof jobHost>;
};

/** What Lambda, the queue and the passing of time do to the functions. */
export function makeDriver({ clock, faults, store, pipeline, host }: DriverParts) {
  const { queue } = pipeline;

  /** One invocation of issue-credentials with these messages; what it settled leaves the queue. */
  function handle(messages: readonly QueuedMessage[], functionMs = 30_000): Promise<Run<BatchResult>> {
    const endMs = clock.nowMs() + functionMs;
    const received = messages.map((message) => ({ message, receiveCount: message.receiveCount }));
    return startProcess('broker', async () => {
      const event = { records: messages.map(recordOf), remainingMs: () => endMs - clock.nowMs() };
      const result = await processBatch(event, pipeline.batch);
      const again = result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      const settled = received.filter(({ message }) => !again.includes(message.id));
      for (const { message, receiveCount } of settled) queue.acknowledge(message, receiveCount);
      return result;
    });
  }

  /** One invocation with the messages that are visible; undefined when there are none. */
  async function pump(options: { batchSize?: number; functionMs?: number } = {}) {
    const messages = queue.receive(options.batchSize ?? 1);
    return messages.length === 0 ? undefined : handle(messages, options.functionMs);
  }

  /** Invocations until no message is visible. */
  async function drain(): Promise<void> {
    while ((await pump()) !== undefined);
  }

  function sweep(): Promise<Run<SweepResult>> {
    const none = { looked: 0, moved: 0, broken: 0 };
    const sweeping = () => sweepIssuances({ remainingMs: () => 60_000 }, pipeline.sweeper);
    return startProcess('sweeper', pipeline.sweeps ? sweeping : async () => none);
  }

  /** Minutes pass: each with a sweep, then the messages and the jobs that are there. */
  async function minutes(count: number): Promise<void> {
    for (let minute = 0; minute < count; minute += 1) {
      clock.advance(MINUTE_MS);
      await sweep();
      await drain();
      await host.runAll();
    }
  }

  /** Of the rows as they are: a broken wiring can make some that cannot be read. */
  async function isSettled(): Promise<boolean> {
    const items = await store.items(tables.ledgerTable);
    const open = items.filter((item) => item['dueAtMs'] !== undefined || !isEnded(item));
    return open.length === 0 && queue.messages.length === 0;
  }

  return {
    handle,
    pump,
    drain,
    sweep,
    minutes,
    runJobs: () => host.runAll(),

    /** Nothing breaks any more, and time passes until nothing is open. */
    async settle(): Promise<void> {
      faults.mend();
      await drain();
      await host.runAll();
      for (let minute = 0; minute < LONGEST_MINUTES && !(await isSettled()); minute += 1) await minutes(1);
    },
  };
}

function isEnded({ recordType, state }: Item): boolean {
  return recordType !== 'issuance' || TERMINAL.has(String(state));
}

function recordOf({ id, body, receiveCount }: QueuedMessage): QueueRecord {
  return { messageId: id, receiptHandle: id, body, attributes: { ApproximateReceiveCount: String(receiveCount) } };
}
