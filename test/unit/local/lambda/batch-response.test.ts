import { describe, expect, it } from 'vitest';
import { failedItemIds } from '../../../../local/lambda/batch-response.ts';

const cases: readonly { readonly name: string; readonly answer: unknown; readonly failed: readonly string[] }[] = [
  { name: 'no answer at all', answer: null, failed: [] },
  { name: 'an empty answer', answer: {}, failed: [] },
  { name: 'an empty list', answer: { batchItemFailures: [] }, failed: [] },
  { name: 'a list that is null', answer: { batchItemFailures: null }, failed: [] },
  { name: 'one failure', answer: { batchItemFailures: [{ itemIdentifier: 'b' }] }, failed: ['b'] },
  {
    name: 'the same failure twice',
    answer: { batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'b' }] },
    failed: ['b'],
  },
  { name: 'a message that was not sent', answer: { batchItemFailures: [{ itemIdentifier: 'z' }] }, failed: ['a', 'b'] },
  { name: 'an empty id', answer: { batchItemFailures: [{ itemIdentifier: '' }] }, failed: ['a', 'b'] },
  { name: 'an id that is null', answer: { batchItemFailures: [{ itemIdentifier: null }] }, failed: ['a', 'b'] },
  { name: 'a misspelt key', answer: { batchItemFailures: [{ itemIdentifer: 'a' }] }, failed: ['a', 'b'] },
  { name: 'no list', answer: { batchItemFailures: 'a' }, failed: ['a', 'b'] },
  { name: 'text instead of an object', answer: 'fine', failed: [] },
];

describe('failedItemIds', () => {
  it.each(cases)('keeps $failed for $name', ({ answer, failed }) => {
    expect([...failedItemIds(JSON.stringify(answer), ['a', 'b'])]).toEqual(failed);
  });
});
