import { ServiceError } from '../service.ts';

/** What `PutRule` answers to a schedule expression that it cannot read. */
export function invalidSchedule(reason: string): ServiceError {
  return new ServiceError('ValidationException', 400, `Parameter ScheduleExpression is not valid: ${reason}`);
}
