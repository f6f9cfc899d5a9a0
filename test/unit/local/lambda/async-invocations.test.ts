import { describe, expect, it } from 'vitest';
import { createStackClock } from '../../../../local/clock.ts';
import { createAsyncInvocations } from '../../../../local/lambda/async-invocations.ts';
import type { InvocationOutcome } from '../../../../local/lambda/function-worker.ts';
import type { EventInvokeConfig } from '../../../../local/template/wiring.ts';
import { aFunction } from './a-function.ts';

const START_MS = Date.parse('2026-01-01T00:00:00.000Z');
const failed: InvocationOutcome = { functionError: 'Unhandled', payload: '{"errorMessage":"no"}' };
const done: InvocationOutcome = { payload: 'null' };
const queueArn = 'arn:aws:sqs:eu-west-1:111111111111:failures';

function harness(config: Partial<EventInvokeConfig>, outcomes: readonly InvocationOutcome[]) {
  const clock = createStackClock(() => START_MS);
  const wiring = aFunction({
    eventInvokeConfig: { maximumEventAgeSeconds: 21_600, maximumRetryAttempts: 2, onFailureArn: queueArn, ...config },
  });
  const attemptedAtSeconds: number[] = [];
  const records: { queueArn: string; record: unknown }[] = [];
  const problems: string[] = [];
  const invocations = createAsyncInvocations({
    clock,
    pool: {
      findFunction: (name) => (name === wiring.name ? wiring : undefined),
      invoke: async (name, payload, invoked) => {
        expect([name, payload, invoked]).toEqual(['worker', '{"n":1}', { requestId: 'r-1', qualifier: undefined }]);
        attemptedAtSeconds.push((clock.nowMs() - START_MS) / 1000);
        return outcomes[attemptedAtSeconds.length - 1] ?? failed;
      },
    },
    sendFailure: async (of, toArn, record) => {
      if (of !== wiring) throw new Error('sent for another function');
      records.push({ queueArn: toArn, record: JSON.parse(record) });
    },
    logFailure: (_, problem) => problems.push(problem),
  });
  async function advance(seconds: number): Promise<void> {
    clock.advance(seconds * 1000);
    await expect.poll(() => invocations.activity()).toBe(0);
  }
  const accept = () => invocations.accept({ functionName: 'worker', payload: '{"n":1}', requestId: 'r-1' });
  return { accept, advance, attemptedAtSeconds, records, problems, invocations };
}

describe('createAsyncInvocations', () => {
  it('tries a failing event at once, a minute later and two minutes after that', async () => {
    const { accept, advance, attemptedAtSeconds, records } = harness({}, []);
    accept();
    await advance(0);
    await advance(59);
    expect(attemptedAtSeconds).toEqual([0]);
    await advance(1);
    await advance(119);
    expect(attemptedAtSeconds).toEqual([0, 60]);
    expect(records).toEqual([]);
    await advance(1);
    expect(attemptedAtSeconds).toEqual([0, 60, 180]);
    await advance(3600);
    expect(attemptedAtSeconds).toHaveLength(3);
  });

  it('sends the documented record when the retries are exhausted', async () => {
    const { accept, advance, records } = harness({ maximumRetryAttempts: 1 }, []);
    accept();
    await advance(0);
    await advance(60);
    expect(records).toEqual([
      {
        queueArn,
        record: {
          version: '1.0',
          timestamp: '2026-01-01T00:01:00.000Z',
          requestContext: {
            requestId: 'r-1',
            functionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:worker:$LATEST',
            condition: 'RetriesExhausted',
            approximateInvokeCount: 2,
          },
          requestPayload: { n: 1 },
          responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
          responsePayload: { errorMessage: 'no' },
        },
      },
    ]);
  });

  it('stops at the first success', async () => {
    const { accept, advance, attemptedAtSeconds, records, invocations } = harness({}, [failed, done]);
    accept();
    await advance(0);
    expect(invocations.waiting()).toBe(1);
    await advance(60);
    await advance(600);
    expect(attemptedAtSeconds).toEqual([0, 60]);
    expect(records).toEqual([]);
    expect(invocations.waiting()).toBe(0);
  });

  it('gives up an event that is older than the function takes', async () => {
    const { accept, advance, attemptedAtSeconds, records } = harness({ maximumEventAgeSeconds: 90 }, []);
    accept();
    await advance(0);
    await advance(91);
    expect(attemptedAtSeconds).toEqual([0]);
    expect(records).toMatchObject([
      { record: { requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 1 } } },
    ]);
  });

  it('never tries again with no retries', async () => {
    const { accept, advance, attemptedAtSeconds, records } = harness({ maximumRetryAttempts: 0 }, []);
    accept();
    await advance(0);
    await advance(600);
    expect(attemptedAtSeconds).toEqual([0]);
    expect(records).toHaveLength(1);
  });

  it('logs an event that is dropped because there is no destination', async () => {
    const clock = createStackClock(() => START_MS);
    const wiring = aFunction({ eventInvokeConfig: { maximumEventAgeSeconds: 60, maximumRetryAttempts: 0 } });
    const problems: string[] = [];
    const invocations = createAsyncInvocations({
      clock,
      pool: { findFunction: () => wiring, invoke: async () => failed },
      sendFailure: async () => expect.unreachable(),
      logFailure: (_, problem) => problems.push(problem),
    });
    invocations.accept({ functionName: 'worker', payload: '{}', requestId: 'r-2' });
    await expect.poll(() => problems).toEqual(['event r-2 dropped: RetriesExhausted']);
  });

  it('tries nothing more once it is closed', async () => {
    const { accept, advance, attemptedAtSeconds, invocations } = harness({}, []);
    accept();
    await advance(0);
    invocations.close();
    accept();
    await advance(600);
    expect(attemptedAtSeconds).toEqual([0]);
  });
});
