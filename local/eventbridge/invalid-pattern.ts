import { ServiceError } from '../service.ts';

/** What `PutRule` answers to a pattern that it cannot read; here as there, a rule that is not understood never runs. */
export function invalidPattern(reason: string): ServiceError {
  return new ServiceError('InvalidEventPatternException', 400, `Event pattern is not valid. Reason: ${reason}`);
}
