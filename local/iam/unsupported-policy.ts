import { ServiceError } from '../service.ts';

/**
 * The answer to a policy that the embedded stack cannot evaluate faithfully. It is an error of its own and never a
 * decision: an allow would be unsafe, and a silent non-match would hide a Deny.
 */
export function unsupportedPolicy(message: string): ServiceError {
  return new ServiceError('UnsupportedPolicyElement', 400, message);
}
