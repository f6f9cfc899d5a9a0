import * as v from 'valibot';
import { BrokerError } from '../errors.ts';

/**
 * Rebuilds an error of the DynamoDB client. The client's own error is never passed on, because it holds the whole
 * response, which would be printed with the error.
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

/** The name of an SDK error, reduced to letters so that the name cannot carry anything else. */
export function errorName(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  return /^[A-Za-z0-9]{1,80}$/.test(name) ? name : 'Error';
}
