import { afterEach, describe, expect, it } from 'vitest';
import { createStackClock } from '../../../../local/clock.ts';
import type { Caller } from '../../../../local/iam/caller.ts';
import { systemIds } from '../../../../local/ids.ts';
import { type EventSourceMapping, startEventSourceMapping } from '../../../../local/lambda/event-source-mapping.ts';
import type { InvocationOutcome } from '../../../../local/lambda/function-worker.ts';
import { createQueueStore } from '../../../../local/sqs/queue-store.ts';
import { createSqsService } from '../../../../local/sqs/sqs-service.ts';
import type { MappingWiring } from '../../../../local/template/wiring.ts';
import { aFunction } from './a-function.ts';

type Event = { Records: { messageId: string; body: string; [key: string]: unknown }[] };

const queue = {
  name: 'requests',
  url: 'http://127.0.0.1:1/111111111111/requests',
  arn: 'arn:aws:sqs:eu-west-1:111111111111:requests',
};
const caller: Caller = {
  kind: 'session',
  accountId: '111111111111',
  arn: 'arn:aws:sts::111111111111:assumed-role/worker/worker',
  principalArn: 'arn:aws:iam::111111111111:role/worker',
  userId: 'AROAEXAMPLE:worker',
  accessKeyId: 'ASIAEXAMPLE',
  identityPolicies: () => [],
};
const mappings: EventSourceMapping[] = [];

afterEach(() => {
  for (const mapping of mappings.splice(0)) mapping.stop();
});

function harness(
  handle: (event: Event) => Promise<InvocationOutcome> | InvocationOutcome,
  wiring: Partial<MappingWiring> = {},
) {
  const clock = createStackClock();
  const store = createQueueStore({ clock, ids: systemIds });
  store.createQueue({
    name: queue.name,
    visibilityTimeoutSeconds: 180,
    maximumMessageBytes: 1000,
    retentionSeconds: 86_400,
  });
  const sqs = createSqsService({
    store,
    clock,
    authorize: () => undefined,
    home: { partition: 'aws', accountId: '111111111111', region: 'eu-west-1' },
    endpoint: () => 'http://127.0.0.1:1',
    stopping: new AbortController().signal,
  });
  const asked: string[] = [];
  const problems: string[] = [];
  const events: Event[] = [];
  function start(): EventSourceMapping {
    const mapping = startEventSourceMapping({
      queue,
      store,
      region: 'eu-west-1',
      wiring: aFunction(),
      mapping: {
        logicalId: 'Mapping',
        queueName: queue.name,
        functionName: 'worker',
        batchSize: 3,
        functionResponseTypes: ['ReportBatchItemFailures'],
        enabled: true,
        ...wiring,
      },
      pool: {
        invoke: async (_, payload) => {
          const event: Event = JSON.parse(payload);
          events.push(event);
          return handle(event);
        },
      },
      callSqs: (action, input) =>
        sqs(action, { caller, input, requestId: 'r', region: 'eu-west-1', sourceIp: '127.0.0.1', userAgent: 'lambda' }),
      assertAllowed: (actions) => asked.push(...actions),
      logFailure: (problem) => problems.push(problem),
    });
    mappings.push(mapping);
    return mapping;
  }
  const bodies = () => events.map(({ Records }) => Records.map(({ body }) => body));
  return { clock, store, start, events, bodies, asked, problems };
}

const done: InvocationOutcome = { payload: '{"batchItemFailures":[]}' };

describe('startEventSourceMapping', () => {
  it('gives messages to the function in batches and deletes them', async () => {
    const { store, start, bodies, problems } = harness(() => done, { maximumConcurrency: 1 });
    for (const body of ['1', '2', '3', '4']) store.send(queue.name, body);
    start();
    await expect.poll(bodies).toEqual([['1', '2', '3'], ['4']]);
    await expect.poll(() => store.snapshot()).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('gives the function the event that Lambda would', async () => {
    const { store, start, events, clock } = harness(() => done);
    const { messageId } = store.send(queue.name, 'hello', {
      attributes: { hops: { DataType: 'Number', StringValue: '1' } },
    });
    start();
    await expect.poll(() => events.length).toBe(1);
    const sentAt = Number(Object(events[0]?.Records[0]?.['attributes'])['SentTimestamp']);
    expect(Math.abs(clock.nowMs() - sentAt)).toBeLessThan(5000);
    expect(events[0]?.Records).toEqual([
      {
        messageId,
        receiptHandle: expect.any(String),
        body: 'hello',
        attributes: expect.objectContaining({ ApproximateReceiveCount: '1', SenderId: 'unknown' }),
        messageAttributes: {
          hops: { stringValue: '1', dataType: 'Number', stringListValues: [], binaryListValues: [] },
        },
        md5OfMessageAttributes: expect.any(String),
        md5OfBody: '5d41402abc4b2a76b9719d911017c592',
        eventSource: 'aws:sqs',
        eventSourceARN: queue.arn,
        awsRegion: 'eu-west-1',
      },
    ]);
  });

  it('keeps what the function reports as failed, and brings it back after its visibility time-out', async () => {
    const { store, start, bodies, clock } = harness(({ Records }) => {
      const failures = Records.filter(({ body }) => body === 'bad');
      return {
        payload: JSON.stringify({ batchItemFailures: failures.map((r) => ({ itemIdentifier: r.messageId })) }),
      };
    });
    for (const body of ['good', 'bad', 'fine']) store.send(queue.name, body);
    start();
    await expect.poll(() => store.snapshot().map(({ body }) => body)).toEqual(['bad']);
    expect(store.counts(queue.name)).toMatchObject({ visible: 0, inFlight: 1 });
    clock.advance(179_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(bodies()).toHaveLength(1);
    clock.advance(1_000);
    await expect.poll(bodies).toEqual([['good', 'bad', 'fine'], ['bad']]);
  });

  const kept: readonly { name: string; outcome: InvocationOutcome; wiring: Partial<MappingWiring>; left: number }[] = [
    { name: 'a function error', outcome: { functionError: 'Unhandled', payload: '{}' }, wiring: {}, left: 2 },
    { name: 'an invalid report', outcome: { payload: '{"batchItemFailures":[{}]}' }, wiring: {}, left: 2 },
    {
      name: 'a report that the mapping does not ask for',
      outcome: { payload: '{"batchItemFailures":[{}]}' },
      wiring: { functionResponseTypes: [] },
      left: 0,
    },
  ];
  it.each(kept)('leaves $left of two messages after $name', async ({ outcome, wiring, left }) => {
    const { store, start, events } = harness(() => outcome, wiring);
    store.send(queue.name, '1');
    store.send(queue.name, '2');
    const mapping = start();
    await expect.poll(() => events.length === 1 && mapping.activity() === 0).toBe(true);
    expect(store.snapshot()).toHaveLength(left);
  });

  it('runs no more batches at a time than its maximum concurrency', async () => {
    let running = 0;
    let most = 0;
    const { store, start, bodies } = harness(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running -= 1;
        return done;
      },
      { maximumConcurrency: 2, batchSize: 1 },
    );
    start();
    for (let body = 0; body < 7; body += 1) store.send(queue.name, String(body));
    await expect.poll(() => bodies().length).toBe(7);
    expect(most).toBe(2);
  });

  it('finds a message whose hiding has ended without anyone saying so', async () => {
    const { store, start, bodies } = harness(() => done);
    store.send(queue.name, 'shy');
    store.receive(queue.name, { max: 1, visibilityTimeoutSeconds: 0.05 });
    start();
    await expect.poll(bodies).toEqual([['shy']]);
  });

  it('asks at the start whether the role may poll, and does not start when it may not', () => {
    const { start, asked } = harness(() => done);
    start();
    expect(asked).toEqual(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']);
  });

  it('takes nothing more after it is stopped', async () => {
    const { store, start, bodies } = harness(() => done);
    start().stop();
    store.send(queue.name, 'late');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(bodies()).toEqual([]);
  });
});
