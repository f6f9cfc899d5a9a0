import { describe, expect, it } from 'vitest';
import type { InvocationOutcome } from '../../../../local/lambda/function-worker.ts';
import { discardedRecords, remainingBatches, type StreamRetries } from '../../../../local/lambda/stream-batch.ts';
import { streamRecords } from './stream-records.ts';

const retries: StreamRetries = {
  functionResponseTypes: ['ReportBatchItemFailures'],
  bisectBatchOnFunctionError: false,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
};
const bisecting = { bisectBatchOnFunctionError: true };
const reported = (...failed: unknown[]): InvocationOutcome => ({
  payload: JSON.stringify({ batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }),
});
const broken: InvocationOutcome = { functionError: 'Unhandled', payload: '{}' };

const cases: readonly {
  readonly name: string;
  readonly outcome: InvocationOutcome;
  readonly settings?: Partial<StreamRetries>;
  /** Sequence numbers and failures of what is left of records 8, 9, 10, 11 that had failed twice. */
  readonly left: readonly (readonly [readonly string[], number])[];
}[] = [
  { name: 'a success', outcome: reported(), left: [] },
  { name: 'an empty answer', outcome: { payload: 'null' }, left: [] },
  { name: 'a report', outcome: reported('10'), left: [[['10', '11'], 3]] },
  { name: 'a report of several, not in order', outcome: reported('11', '9'), left: [[['9', '10', '11'], 3]] },
  { name: 'a report of the first', outcome: reported('8'), left: [[['8', '9', '10', '11'], 3]] },
  { name: 'a report while bisecting', outcome: reported('10'), settings: bisecting, left: [[['10', '11'], 0]] },
  {
    name: 'a report of the first while bisecting',
    outcome: reported('8'),
    settings: bisecting,
    left: [[['8', '9', '10', '11'], 3]],
  },
  { name: 'a report of a record that was not sent', outcome: reported('7'), left: [[['8', '9', '10', '11'], 3]] },
  { name: 'a report that names nothing', outcome: reported(''), left: [[['8', '9', '10', '11'], 3]] },
  {
    name: 'a report that the mapping does not ask for',
    outcome: reported('8'),
    settings: { functionResponseTypes: [] },
    left: [],
  },
  { name: 'a function error', outcome: broken, left: [[['8', '9', '10', '11'], 3]] },
  {
    name: 'a function error while bisecting',
    outcome: broken,
    settings: bisecting,
    left: [
      [['8', '9'], 0],
      [['10', '11'], 0],
    ],
  },
];

describe('remainingBatches', () => {
  const batch = { records: streamRecords(['8', '9', '10', '11']), failures: 2 };
  it.each(cases)('leaves $left of a batch after $name', ({ outcome, settings, left }) => {
    const batches = remainingBatches(batch, outcome, { ...retries, ...settings });
    expect(batches.map(({ records, failures }) => [records.map((r) => r.dynamodb.SequenceNumber), failures])).toEqual(
      left,
    );
    for (const { lastOutcome } of batches) expect(lastOutcome).toBe(outcome);
  });

  it('halves a batch of one no further, and counts', () => {
    const one = { records: streamRecords(['8']), failures: 0 };
    expect(remainingBatches(one, broken, { ...retries, ...bisecting })).toMatchObject([{ failures: 1 }]);
  });
});

describe('discardedRecords', () => {
  const records = [...streamRecords(['1', '2'], 1_000), ...streamRecords(['3'], 1_100)];
  const old: readonly {
    readonly name: string;
    readonly failures: number;
    readonly settings?: Partial<StreamRetries>;
    readonly nowSeconds?: number;
    readonly discarded?: { readonly count: number; readonly reason: string };
  }[] = [
    { name: 'keeps a batch before its first attempt', failures: 0 },
    { name: 'retries for ever by default', failures: 9_999 },
    { name: 'retries as often as is set', failures: 3, settings: { maximumRetryAttempts: 3 } },
    {
      name: 'gives a batch up after the last retry',
      failures: 4,
      settings: { maximumRetryAttempts: 3 },
      discarded: { count: 3, reason: 'RetryAttemptsExhausted' },
    },
    {
      name: 'never retries where no retry is allowed',
      failures: 1,
      settings: { maximumRetryAttempts: 0 },
      discarded: { count: 3, reason: 'RetryAttemptsExhausted' },
    },
    {
      name: 'gives up only the records that are too old',
      failures: 0,
      settings: { maximumRecordAgeSeconds: 60 },
      nowSeconds: 1_061,
      discarded: { count: 2, reason: 'RecordAgeExceeded' },
    },
    {
      name: 'keeps a record of just that age',
      failures: 0,
      settings: { maximumRecordAgeSeconds: 60 },
      nowSeconds: 1_060,
    },
    {
      name: 'gives up what the stream no longer keeps',
      failures: 1,
      nowSeconds: 1_000 + 86_401,
      discarded: { count: 2, reason: 'RecordAgeExceeded' },
    },
    { name: 'tries what the clock was advanced over', failures: 0, nowSeconds: 1_000 + 2 * 86_400 },
  ];
  it.each(old)('$name', ({ failures, settings, nowSeconds = 1_001, discarded }) => {
    expect(discardedRecords({ records, failures }, { ...retries, ...settings }, nowSeconds * 1_000)).toEqual(discarded);
  });
});
