import { ServiceError } from '../service.ts';

/** The error of `PutRule` for a pattern that it cannot read; as on AWS, a rule that is not understood never runs. */
export function invalidPattern(reason: string): ServiceError {
  return new ServiceError('InvalidEventPatternException', 400, `Event pattern is not valid. Reason: ${reason}`);
}
