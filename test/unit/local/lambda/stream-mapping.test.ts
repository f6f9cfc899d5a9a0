import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createStackClock } from '../../../../local/clock.ts';
import { createChangeStream } from '../../../../local/dynamodb/change-stream.ts';
import { systemIds } from '../../../../local/ids.ts';
import type { EventSourceMapping } from '../../../../local/lambda/event-source-mapping.ts';
import type { InvocationOutcome } from '../../../../local/lambda/function-worker.ts';
import { type DiscardedBatch, type StreamEvent, startStreamMapping } from '../../../../local/lambda/stream-mapping.ts';
import type { StreamMappingWiring } from '../../../../local/template/wiring.ts';

const arn = 'arn:aws:dynamodb:eu-west-1:111111111111:table/ledger/stream/2020-01-01T00:00:00.000';
const mappings: EventSourceMapping[] = [];

afterEach(() => {
  for (const mapping of mappings.splice(0)) mapping.stop();
});

type Handle = (ids: readonly string[], event: StreamEvent) => Promise<InvocationOutcome> | InvocationOutcome;

const done: InvocationOutcome = { payload: '{"batchItemFailures":[]}' };
const broken: InvocationOutcome = { functionError: 'Unhandled', payload: '{}' };

/** A stream and a mapping of it to `handle`; records are told apart by `recordId`. The clock only moves by `advance`. */
function harness(
  handle: Handle,
  wiring: Partial<StreamMappingWiring> = {},
  beforePoll: (poll: () => void) => void = setImmediate,
) {
  const clock = createStackClock(() => 1_000_000);
  const stream = createChangeStream({ arn, region: 'eu-west-1', clock, ids: systemIds });
  const asked: string[] = [];
  const problems: string[] = [];
  const batches: string[] = [];
  const discarded: DiscardedBatch[] = [];
  const events: StreamEvent[] = [];
  const mapping = startStreamMapping({
    mapping: {
      logicalId: 'Mapping',
      streamArn: arn,
      functionName: 'archive',
      batchSize: 3,
      functionResponseTypes: ['ReportBatchItemFailures'],
      bisectBatchOnFunctionError: false,
      maximumRetryAttempts: -1,
      maximumRecordAgeSeconds: -1,
      enabled: true,
      ...wiring,
    },
    stream,
    clock,
    beforePoll,
    async invoke(event) {
      const ids = idsOf(event.Records);
      events.push(event);
      batches.push(ids.join(''));
      return handle(ids, event);
    },
    assertAllowed: (actions, streamArn) => asked.push(...actions.map((action) => `${action} ${streamArn}`)),
    discard: async (batch) => {
      discarded.push(batch);
    },
    logFailure: (problem) => problems.push(problem),
  });
  mappings.push(mapping);
  function write(...ids: string[]): void {
    for (const id of ids) {
      const keys = { recordId: { S: id } };
      stream.append({ eventName: 'INSERT', keys, newImage: keys });
    }
  }
  return { clock, mapping, write, batches, discarded, events, asked, problems };
}

function idsOf(records: StreamEvent['Records']): string[] {
  return records.map(({ dynamodb }) => String(Object(dynamodb.Keys['recordId'])['S']));
}

/** Reports the record with this id. */
function failing(id: string): Handle {
  return (_, { Records }) => {
    const bad = Records.filter((record) => idsOf([record])[0] === id);
    const batchItemFailures = bad.map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber }));
    return { payload: JSON.stringify({ batchItemFailures }) };
  };
}

/** Lets everything happen that happens without the clock. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}

describe('startStreamMapping', () => {
  it('hands the records over in order, with the ARN of their stream', async () => {
    const { write, batches, events, mapping } = harness(() => done);
    write('a', 'b', 'c', 'd');
    expect(mapping.activity()).toBe(1);
    await settle();
    expect(batches).toEqual(['abc', 'd']);
    expect(events[0]?.Records[0]).toMatchObject({ eventName: 'INSERT', eventSourceARN: arn });
    expect(mapping.activity()).toBe(0);
  });

  it('looks once for all that gathers', async () => {
    const polls: (() => void)[] = [];
    const { write, batches } = harness(
      () => done,
      {},
      (poll) => polls.push(poll),
    );
    write('a', 'b');
    await settle();
    expect([polls.length, batches]).toEqual([1, []]);
    write('c');
    polls.shift()?.();
    await settle();
    expect([polls.length, batches]).toEqual([0, ['abc']]);
  });

  it('hands over one batch at a time', async () => {
    const { promise, resolve } = Promise.withResolvers<InvocationOutcome>();
    const { write, batches, mapping } = harness(() => promise, { batchSize: 1 });
    write('a', 'b');
    await settle();
    expect(batches).toEqual(['a']);
    expect(mapping.activity()).toBe(1);
    resolve(done);
    await settle();
    expect(batches).toEqual(['a', 'b']);
  });

  it('goes on from the reported record, and with nothing else before it is done', async () => {
    let isBad = true;
    const { write, batches, clock } = harness((ids, event) => (isBad ? failing('b')(ids, event) : done));
    write('a', 'b', 'c', 'd');
    await settle();
    expect(batches).toEqual(['abc', 'bc']);
    clock.advance(100);
    await settle();
    expect(batches).toEqual(['abc', 'bc', 'bc']);
    isBad = false;
    clock.advance(199);
    await settle();
    expect(batches).toHaveLength(3);
    clock.advance(1);
    await settle();
    expect(batches.slice(3)).toEqual(['bc', 'd']);
  });

  it('waits twice as long after each failure, up to a minute', async () => {
    const { write, batches, clock } = harness(() => broken);
    write('a');
    await settle();
    const waits: number[] = [];
    for (let wait = 100; waits.length < 13; wait = Math.min(wait * 2, 60_000)) {
      clock.advance(wait - 1);
      await settle();
      expect(batches).toHaveLength(waits.length + 1);
      clock.advance(1);
      await settle();
      waits.push(wait);
    }
    expect(waits.at(-1)).toBe(60_000);
    expect(batches).toHaveLength(14);
  });

  it('begins with the shortest wait again once the function has got on', async () => {
    let isDown = true;
    const { write, batches, clock } = harness(() => (isDown ? broken : done));
    write('a');
    for (const wait of [0, 100, 200]) {
      clock.advance(wait);
      await settle();
    }
    isDown = false;
    clock.advance(400);
    await settle();
    isDown = true;
    write('b');
    await settle();
    clock.advance(100);
    await settle();
    expect(batches).toEqual(['a', 'a', 'a', 'a', 'b', 'b']);
  });

  it('is busy while a retry is near, and idle while it waits for the clock', async () => {
    const { write, mapping, clock } = harness(() => broken);
    write('a');
    const activity: number[] = [];
    for (const wait of [0, 100, 200, 400, 800]) {
      clock.advance(wait);
      await settle();
      activity.push(mapping.activity());
    }
    expect(activity).toEqual([1, 1, 1, 1, 0]);
    clock.advance(601);
    expect(mapping.activity()).toBe(1);
  });

  it('finds a poisonous record by bisecting, gives it up, and goes on', async () => {
    const { write, batches, discarded, clock } = harness((ids) => (ids.includes('c') ? broken : done), {
      batchSize: 4,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 2,
    });
    write('a', 'b', 'c', 'd', 'e');
    for (let turn = 0; turn < 8; turn += 1) {
      await settle();
      clock.advance(1_000);
    }
    expect(batches).toEqual(['abcd', 'ab', 'cd', 'c', 'c', 'c', 'd', 'e']);
    expect(discarded.map(({ records, ...rest }) => ({ count: records.length, ...rest }))).toEqual([
      { count: 1, failures: 3, reason: 'RetryAttemptsExhausted', lastOutcome: broken },
    ]);
  });

  it('gives up at once after the last retry', async () => {
    const { write, batches, mapping } = harness(failing('a'), { maximumRetryAttempts: 0, batchSize: 1 });
    write('a', 'b');
    await settle();
    expect(batches).toEqual(['a', 'b']);
    expect(mapping.activity()).toBe(0);
  });

  it('gives up records that have become too old behind others', async () => {
    const { write, batches, discarded, clock } = harness(() => broken, { maximumRecordAgeSeconds: 60, batchSize: 1 });
    write('a', 'b');
    await settle();
    clock.advance(61_000);
    await settle();
    expect(batches).toEqual(['a']);
    expect(discarded.map(({ reason, failures }) => [reason, failures])).toEqual([
      ['RecordAgeExceeded', 1],
      ['RecordAgeExceeded', 0],
    ]);
  });

  it('uses up no retry where the function could not be invoked', async () => {
    let isDown = true;
    const throttled = () => (isDown ? Promise.reject(new Error('throttled')) : done);
    const { write, discarded, batches, problems, clock } = harness(throttled, { maximumRetryAttempts: 0 });
    write('a');
    await settle();
    clock.advance(100);
    await settle();
    isDown = false;
    clock.advance(200);
    await settle();
    expect(batches).toEqual(['a', 'a', 'a']);
    expect(discarded).toEqual([]);
    expect(problems[0]).toContain('throttled');
  });

  it('asks at the start whether the role may read the stream', () => {
    expect(harness(() => done).asked).toEqual([
      `dynamodb:GetRecords ${arn}`,
      `dynamodb:GetShardIterator ${arn}`,
      `dynamodb:DescribeStream ${arn}`,
      `dynamodb:ListStreams ${arn}`,
    ]);
  });

  it('hands over nothing more after it is stopped', async () => {
    const { write, batches, clock, mapping } = harness(() => broken, { batchSize: 1 });
    write('a', 'b');
    await settle();
    mapping.stop();
    write('c');
    clock.advance(60_000);
    await settle();
    expect(batches).toEqual(['a']);
    expect(mapping.activity()).toBe(0);
  });
});
