import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createStackClock } from '../../../../local/clock.ts';
import { createChangeStream } from '../../../../local/dynamodb/change-stream.ts';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import type { PolicyDocument } from '../../../../local/iam/policy-document.ts';
import { systemIds } from '../../../../local/ids.ts';
import type { EventSourceMapping } from '../../../../local/lambda/event-source-mapping.ts';
import type { InvocationOutcome } from '../../../../local/lambda/function-worker.ts';
import { createFaults } from '../../../../local/stack/faults.ts';
import { startStreamMappings } from '../../../../local/stack/start-stream-mappings.ts';
import type { QueueWiring, StreamMappingWiring } from '../../../../local/template/wiring.ts';
import { allowing, callerWith, home } from '../emulated-call.ts';
import { aFunction } from '../lambda/a-function.ts';

const arn = 'arn:aws:dynamodb:eu-west-1:111111111111:table/ledger/stream/2020-01-01T00:00:00.000';
const ALL = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'].map((action) => `dynamodb:${action}`);
const queue: QueueWiring = {
  logicalId: 'Lost',
  name: 'lost',
  arn: 'arn:aws:sqs:eu-west-1:111111111111:lost',
  url: 'http://127.0.0.1:1/111111111111/lost',
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 86_400,
  maximumMessageBytes: 1_000,
};
const mapping: StreamMappingWiring = {
  logicalId: 'Archive',
  streamArn: arn,
  functionName: 'archive',
  batchSize: 10,
  functionResponseTypes: [],
  bisectBatchOnFunctionError: false,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  enabled: true,
};
const noWiring = {
  functions: [],
  mappings: [],
  buses: [],
  rules: [],
  ruleInvocations: [],
  managedPolicies: [],
  tables: [],
  keys: [],
  roles: [],
};

const started: EventSourceMapping[] = [];
afterEach(() => {
  for (const each of started.splice(0)) each.stop();
});

function harness(
  outcome: InvocationOutcome = { payload: 'null' },
  given: { readonly mapping?: Partial<StreamMappingWiring>; readonly policy?: PolicyDocument } = {},
) {
  const clock = createStackClock(() => 1_000_000);
  const stream = createChangeStream({ arn, region: home.region, clock, ids: systemIds });
  const faults = createFaults();
  const wiring = aFunction({ name: 'archive' });
  const payloads: string[] = [];
  const sent: unknown[] = [];
  const said: string[] = [];
  const caller = callerWith([given.policy ?? allowing({ Action: ALL, Resource: arn })]);
  const start = () =>
    started.push(
      ...startStreamMappings({
        wiring: { ...noWiring, buckets: [], queues: [queue], streamMappings: [{ ...mapping, ...given.mapping }] },
        identities: { callerOf: () => caller, credentialsOf: () => expect.fail('nobody needs credentials') },
        home,
        pool: {
          findFunction: (name) => (name === wiring.name ? wiring : undefined),
          invoke: async (_, payload) => {
            payloads.push(payload);
            return outcome;
          },
          activity: () => 0,
          kill: () => 0,
          close: async () => undefined,
        },
        authorize: createAuthorize({ clock }),
        ids: systemIds,
        log: (line) => said.push(line),
        sqs: async (action, { input }) => {
          sent.push({ action, ...input });
          return {};
        },
        streams: [stream],
        clock,
        faults,
      }),
    );
  function write(recordId: string): void {
    const keys = { recordId: { S: recordId } };
    stream.append({ eventName: 'REMOVE', keys, oldImage: keys });
  }
  return { clock, faults, start, write, payloads, sent, said };
}

describe('startStreamMappings', () => {
  it('invokes the function with the changes of the stream', async () => {
    const { start, write, payloads } = harness();
    start();
    write('a');
    await expect.poll(() => payloads.length).toBe(1);
    expect(payloads.map((payload) => JSON.parse(payload))).toMatchObject([
      { Records: [{ eventName: 'REMOVE', eventSourceARN: arn, dynamodb: { OldImage: { recordId: { S: 'a' } } } }] },
    ]);
  });

  it.each(ALL)('does not start where the role lacks %s', (lacking) => {
    const policy = allowing({ Action: ALL.filter((action) => action !== lacking), Resource: arn });
    expect(harness(undefined, { policy }).start).toThrow(`mapping Archive cannot poll ${arn}`);
  });

  it('does not start without its stream or its function', () => {
    expect(harness(undefined, { mapping: { streamArn: 'arn:x' } }).start).toThrow('no stream arn:x');
    expect(harness(undefined, { mapping: { functionName: 'x' } }).start).toThrow('no function x');
  });

  it('starts nothing of a mapping that is not enabled', async () => {
    const { start, write, payloads } = harness(undefined, { mapping: { enabled: false } });
    start();
    write('a');
    await sleep(60);
    expect(payloads).toEqual([]);
  });

  const broken: InvocationOutcome = { functionError: 'Unhandled', payload: '{}' };
  it('tells the on-failure queue of what was given up', async () => {
    const { start, write, sent } = harness(broken, { mapping: { maximumRetryAttempts: 0, onFailureArn: queue.arn } });
    start();
    write('a');
    await expect.poll(() => sent.length).toBe(1);
    expect(sent).toMatchObject([{ action: 'SendMessage', QueueUrl: queue.url }]);
    expect(JSON.parse(Object(sent[0])['MessageBody'])).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 1 },
      DDBStreamBatchInfo: { batchSize: 1, streamArn: arn },
    });
  });

  it('says what was given up where there is no such queue', async () => {
    const { start, write, said } = harness(broken, { mapping: { maximumRetryAttempts: 0 } });
    start();
    write('a');
    await expect.poll(() => said).toEqual(['mapping Archive: 1 records dropped: RetryAttemptsExhausted']);
  });

  it.each([
    { how: 'throttle' as const, times: 'late, once', invocations: 1 },
    { how: 'loseResponse' as const, times: 'twice', invocations: 2 },
  ])('hands a batch over $times that breaks by $how', async ({ how, invocations }) => {
    const { start, write, payloads, faults, clock, said } = harness();
    start();
    const { hits } = faults.breakNext({
      service: 'lambda',
      action: 'InvokeWithStreamBatch',
      caller: 'role/worker',
      where: ({ Records }) => Array.isArray(Records) && Records.length === 1,
      times: 1,
      how,
    });
    write('a');
    await expect.poll(hits).toBe(1);
    await expect.poll(() => said.length).toBe(1);
    clock.advance(100);
    await expect.poll(() => started[0]?.activity()).toBe(0);
    expect(payloads).toHaveLength(invocations);
    expect(new Set(payloads).size).toBe(1);
  });
});
