import * as v from 'valibot';
import { BrokerError } from '../errors.ts';

/**
 * Rebuilds what the DynamoDB client throws. The client's own error is never passed on: it holds the whole response,
 * and whoever prints it prints that too.
 */
export function storeError(error: unknown, message: string): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof v.ValiError) {
    const paths = error.issues.map((issue: v.BaseIssue<unknown>) => v.getDotPath(issue) ?? 'the item');
    return new BrokerError('store.itemInvalid', `${message}: its shape is wrong at ${[...new Set(paths)].join(', ')}`);
  }
  const name = errorName(error);
  const code = BUSY.has(name) ? 'store.busy' : 'store.unavailable';
  return new BrokerError(code, `${message}: ${name}`);
}

/** Did a conditional write find its condition false? */
export function isConditionFailed(error: unknown): boolean {
  return errorName(error) === 'ConditionalCheckFailedException';
}

const BUSY: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'InternalServerError',
  'TransactionInProgressException',
]);

/** The name of an SDK error: letters only, so that nothing else can ride along. */
export function errorName(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  return /^[A-Za-z0-9]{1,80}$/.test(name) ? name : 'Error';
}
