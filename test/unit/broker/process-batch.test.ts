import { describe, expect, it } from 'vitest';
import type { MessageOutcome } from '../../../lib/broker/broker-dependencies.ts';
import { type BatchDependencies, processBatch, type QueueRecord } from '../../../lib/broker/process-batch.ts';
import { BrokerError, errorCodes, isErrorCode } from '../../../lib/errors.ts';
import { faultyWorld } from '../../support/faulty-world/world.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';

type Behaviour = MessageOutcome | Error;

function record(messageId: string, receives: number): QueueRecord {
  const attributes = { ApproximateReceiveCount: String(receives) };
  return { messageId, receiptHandle: `handle of ${messageId}`, body: `body of ${messageId}`, attributes };
}

/** A batch whose messages do what they are told to. */
async function batchOf(
  behaviours: Readonly<Record<string, Behaviour>>,
  { receives = 1, ...change }: Partial<BatchDependencies> & { receives?: number } = {},
) {
  const delays: Record<string, number> = {};
  const deadLetters: string[] = [];
  const log = recordedTransitions();
  const result = await processBatch(
    { records: Object.keys(behaviours).map((id) => record(id, receives)), remainingMs: () => 30_000 },
    {
      async runJob({ messageId }) {
        const behaviour = behaviours[messageId];
        if (behaviour instanceof Error) throw behaviour;
        return behaviour === 'again' ? 'again' : 'settled';
      },
      async backOff({ messageId }, seconds) {
        delays[messageId] = seconds;
      },
      async copyToDeadLetters({ body }) {
        deadLetters.push(body);
      },
      log,
      ids: { randomBytes: (length) => new Uint8Array(length).fill(255) },
      config: { concurrency: 3 },
      ...change,
    },
  );
  return { failed: result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), delays, deadLetters, log };
}

describe('a batch', () => {
  it('gives back only the messages that may succeed later, whatever stands beside them', async () => {
    const { failed } = await batchOf({
      done: 'settled',
      busy: new BrokerError('store.busy', 'throttled'),
      poison: new TypeError('poison'),
      short: 'again',
      alsoDone: 'settled',
    });
    expect(failed).toEqual(['busy', 'poison', 'short']);
  });

  it('works on no more messages at once than it was told to', async () => {
    let now = 0;
    let most = 0;
    const behaviours = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`m${index}`, 'settled' as const]));
    const runJob = async (): Promise<MessageOutcome> => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      now -= 1;
      return 'settled';
    };
    await batchOf(behaviours, { runJob, config: { concurrency: 3 } });
    expect(most).toBe(3);
  });

  it('is empty when nothing came', async () => {
    expect((await batchOf({})).failed).toEqual([]);
  });

  it('tells each message how often it was received and how much time is left', async () => {
    const seen: unknown[] = [];
    const runJob: BatchDependencies['runJob'] = async ({ messageId, body, receiveCount, remainingMs }) => {
      seen.push({ messageId, body, receiveCount, left: remainingMs() });
      return 'settled';
    };
    await batchOf({ one: 'settled' }, { receives: 7, runJob });
    expect(seen).toEqual([{ messageId: 'one', body: 'body of one', receiveCount: 7, left: 30_000 }]);
  });
});

describe('the back-off', () => {
  const table = [
    [1, 10],
    [2, 20],
    [3, 40],
    [4, 80],
    [5, 160],
    [6, 320],
    [7, 640],
    [8, 900],
    [9, 900],
    [10, 900],
    [50, 900],
    [100, 900],
  ];

  it.each(table)('after receive %i is %i s', async (receives, seconds) => {
    const { delays } = await batchOf(
      { busy: new BrokerError('store.busy', 'throttled'), short: 'again' },
      { receives },
    );
    expect(delays).toEqual({ busy: seconds, short: seconds });
  });

  it.each([
    [0, 5],
    [64, 7],
    [128, 8],
    [255, 10],
  ])('is spread over its second half, by chance: byte %i is %i s', async (byte, seconds) => {
    const ids = { randomBytes: (length: number) => new Uint8Array(length).fill(byte) };
    expect((await batchOf({ short: 'again' }, { ids })).delays).toEqual({ short: seconds });
  });

  it('is not asked for when the message is done with', async () => {
    expect((await batchOf({ done: 'settled' })).delays).toEqual({});
  });

  it('does no harm when it fails: the message comes back by itself', async () => {
    const backOff = async () => {
      throw new BrokerError('store.unavailable', 'the message could not be kept back');
    };
    const { failed, log } = await batchOf({ short: 'again', busy: new BrokerError('store.busy', 'b') }, { backOff });
    expect(failed).toEqual(['short', 'busy']);
    const complaints = log.lines.filter(({ transition }) => transition === 'message.backOffFailed');
    expect(complaints.map(({ messageId }) => messageId).sort()).toEqual(['busy', 'short']);
  });
});

describe('what the broker cannot digest', () => {
  const hopeless: readonly (readonly [string, Error])[] = [
    ['a bug', new TypeError('undefined is not a function')],
    ['a failed assertion', new BrokerError('internal', 'an assertion')],
    ['an item that something else wrote', new BrokerError('store.itemInvalid', 'an item')],
  ];

  it.each(hopeless)('is set aside at its fifth receive, and not before: %s', async (_name, error) => {
    for (const receives of [1, 2, 3, 4]) {
      expect(await batchOf({ bad: error }, { receives })).toMatchObject({ failed: ['bad'], deadLetters: [] });
    }
    const fifth = await batchOf({ bad: error, good: 'settled' }, { receives: 5 });
    expect(fifth).toMatchObject({ failed: [], deadLetters: ['body of bad'], delays: {} });
    expect(fifth.log.lines.at(-1)).toMatchObject({ transition: 'message.deadLettered', messageId: 'bad' });
  });

  it('is kept while the dead-letter queue does not take it', async () => {
    const copyToDeadLetters = async () => {
      throw new BrokerError('store.unavailable', 'the queue could not be written');
    };
    const { failed } = await batchOf(
      { bad: new TypeError('bug'), good: 'settled' },
      { receives: 5, copyToDeadLetters },
    );
    expect(failed).toEqual(['bad']);
  });

  const retryable = Object.keys(errorCodes)
    .filter(isErrorCode)
    .filter((code) => errorCodes[code].retryable && code !== 'internal');

  it.each(retryable)('is never %s: that is waited for, however long', async (code) => {
    for (const receives of [5, 99]) {
      const { failed, deadLetters } = await batchOf({ waiting: new BrokerError(code, 'later') }, { receives });
      expect({ failed, deadLetters }).toEqual({ failed: ['waiting'], deadLetters: [] });
    }
  });

  it('leaves nothing of an unknown error in the log but its name', async () => {
    const error = Object.assign(new Error('canary in the message'), { $response: { body: 'canary in the answer' } });
    error.cause = new Error('canary in the cause');
    const { log } = await batchOf({ bad: error }, { receives: 5 });
    expect(JSON.stringify(log.lines)).not.toContain('canary');
    expect(log.lines[0]).toMatchObject({ code: 'internal', explanation: 'Error' });
  });
});

describe('a poisonous message in a batch of the pipeline', () => {
  const poison = [
    ['no JSON', 'poison'],
    ['an unknown key', JSON.stringify({ version: '0', brokerRecord: 'evil' })],
    ['64 KiB and more', JSON.stringify({ padding: 'x'.repeat(70_000) })],
    ['a prototype', '{"__proto__":{"tenantId":"acme"}}'],
  ] as const;

  it.each(poison)('is refused on record once and changes nothing about the others: %s', async (_name, body) => {
    const world = await faultyWorld();
    world.ask();
    const bad = world.queue.add(body);
    await world.pump({ batchSize: 10 });
    expect(world.queue.messages).toEqual([]);
    await world.handle([bad]);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed' });
    const decisions = (await world.requests()).map(({ decision }) => decision);
    expect(decisions.sort()).toEqual(['allowed', 'refused']);
    expect(await world.violations()).toEqual([]);
  });
});
