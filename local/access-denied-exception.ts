import type { Authorize } from './iam/authorize.ts';
import { ServiceError } from './service.ts';

/**
 * The same decision under the name that AWS's JSON services (DynamoDB, EventBridge, KMS) use: they answer with
 * `AccessDeniedException`, HTTP 400, where the query services answer with `AccessDenied`, HTTP 403.
 */
export function withAccessDeniedException(authorize: Authorize): Authorize {
  return (check) => {
    try {
      authorize(check);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'AccessDenied') throw error;
      throw new ServiceError('AccessDeniedException', 400, error.message);
    }
  };
}
