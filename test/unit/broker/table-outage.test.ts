import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BatchDependencies, processBatch } from '../../../lib/broker/process-batch.ts';
import { BrokerError } from '../../../lib/errors.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';

const queues = readFileSync(path.join(import.meta.dirname, '../../../config/resources/queues.yml'), 'utf8');
const MAXIMUM_RECEIVES = Number(/maxReceiveCount: (\d+)/.exec(queues)?.[1]);
const VISIBILITY_SECONDS = Number(/VisibilityTimeout: (\d+)/.exec(queues)?.[1]);

/** How often a message is received while a table is away for so long, and what is set aside of it. */
async function receiveFor(
  seconds: number,
  { jitter, backOffFails = false }: { readonly jitter: number; readonly backOffFails?: boolean },
) {
  const deadLetters: string[] = [];
  let waitedSeconds = 0;
  let receives = 0;
  const batch: BatchDependencies = {
    runJob: () => Promise.reject(new BrokerError('store.unavailable', 'the table is away')),
    async backOff(_record, wait) {
      if (backOffFails) throw new Error('the queue is busy');
      waitedSeconds += wait;
    },
    copyToDeadLetters: async ({ body }) => void deadLetters.push(body),
    log: recordedTransitions(),
    ids: { randomBytes: (length) => new Uint8Array(length).fill(jitter) },
    config: { concurrency: 1 },
  };
  while (waitedSeconds < seconds) {
    receives += 1;
    if (backOffFails) waitedSeconds += VISIBILITY_SECONDS;
    const attributes = { ApproximateReceiveCount: String(receives) };
    const record = { messageId: 'request', receiptHandle: 'handle', body: 'request', attributes };
    const { batchItemFailures } = await processBatch({ records: [record], remainingMs: () => 30_000 }, batch);
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'request' }]);
  }
  return { receives, deadLetters };
}

describe('a table that is away', () => {
  it.each([
    ['as soon as they may be', { jitter: 0 }],
    ['as late as they may be', { jitter: 255 }],
    ['whenever the queue likes, because the back-off fails too', { jitter: 0, backOffFails: true }],
  ])('for an hour, or for a day, leaves nothing in the dead letters: messages come again %s', async (_, how) => {
    for (const hours of [1, 24]) {
      const { receives, deadLetters } = await receiveFor(hours * 3_600, how);
      expect(deadLetters).toEqual([]);
      // The queue itself sets aside what was received more often.
      expect(receives).toBeLessThan(MAXIMUM_RECEIVES);
    }
  });
});
