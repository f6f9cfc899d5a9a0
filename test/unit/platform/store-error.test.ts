import {
  ConditionalCheckFailedException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ResourceNotFoundException,
  ThrottlingException,
} from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { errorName, isConditionFailed, storeError } from '../../../lib/platform/store-error.ts';
import { everyPrint } from '../../support/every-print.ts';

const canary = 'canary-item-value';
/** What an error of the SDK carries besides its name: the whole response. */
const given = {
  message: `throttled at ${canary}`,
  $metadata: { requestId: canary },
  $response: { body: canary },
  Item: { secret: { S: canary } },
};

const errors = [
  { error: new ProvisionedThroughputExceededException(given), code: 'store.busy', retryable: true },
  { error: new ThrottlingException(given), code: 'store.busy', retryable: true },
  { error: new RequestLimitExceeded(given), code: 'store.busy', retryable: true },
  { error: new InternalServerError(given), code: 'store.busy', retryable: true },
  { error: new ResourceNotFoundException(given), code: 'store.unavailable', retryable: true },
  { error: new ConditionalCheckFailedException(given), code: 'store.unavailable', retryable: true },
  {
    error: Object.assign(new Error(canary), { name: 'AccessDeniedException' }),
    code: 'store.unavailable',
    retryable: true,
  },
  { error: Object.assign(new Error(canary), { name: `a\n${canary}` }), code: 'store.unavailable', retryable: true },
  { error: new TypeError(canary), code: 'store.unavailable', retryable: true },
  { error: canary, code: 'store.unavailable', retryable: true },
  { error: undefined, code: 'store.unavailable', retryable: true },
  { error: valiError({ status: canary, extra: canary }), code: 'store.itemInvalid', retryable: false },
];

function valiError(item: unknown): unknown {
  try {
    v.parse(v.strictObject({ status: v.picklist(['on', 'off']) }), item);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('an error of a table', () => {
  it.each(errors)('becomes $code: $error', ({ error, code, retryable }) => {
    const rebuilt = storeError(error, 'the item could not be read');
    expect(rebuilt).toBeInstanceOf(BrokerError);
    expect(rebuilt).toMatchObject({ code, retryable });
    expect(rebuilt.message).toMatch(/^the item could not be read: /);
  });

  it.each(errors)('takes nothing along of what it was: $error', ({ error }) => {
    const rebuilt = storeError(error, 'the item could not be read');
    expect(everyPrint(rebuilt)).not.toContain(canary);
    expect(rebuilt).not.toHaveProperty('cause');
  });

  it('names what is wrong with an item, not what stands there', () => {
    const rebuilt = storeError(valiError({ status: canary, extra: canary }), 'the item');
    expect(rebuilt.message).toBe('the item: its shape is wrong at status, extra');
  });

  it('stays what it is when it is one of ours', () => {
    const ours = new BrokerError('internal', 'm');
    expect(storeError(ours, 'x')).toBe(ours);
  });

  it('tells a condition that was false from everything else', () => {
    expect(isConditionFailed(new ConditionalCheckFailedException(given))).toBe(true);
    expect(isConditionFailed(new ThrottlingException(given))).toBe(false);
    expect(isConditionFailed({ name: 'ConditionalCheckFailedException' })).toBe(false);
    expect(isConditionFailed(undefined)).toBe(false);
  });

  it.each([
    [new TypeError('m'), 'TypeError'],
    [Object.assign(new Error('m'), { name: 'x'.repeat(81) }), 'Error'],
    [Object.assign(new Error('m'), { name: 'a b' }), 'Error'],
    [Object.assign(new Error('m'), { name: '' }), 'Error'],
    ['text', 'Error'],
    [null, 'Error'],
  ])('has a name of letters only: %s', (error, name) => {
    expect(errorName(error)).toBe(name);
  });
});
