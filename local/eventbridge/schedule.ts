import { readScheduleExpression, type Schedule } from '../../lib/scheduling/schedule-expression.ts';
import { ServiceError } from '../service.ts';

/** Reads the schedule of a rule; throws the error of `PutRule` for an expression that it cannot read. */
export function parseSchedule(expression: string): Schedule {
  const reading = readScheduleExpression(expression);
  if (reading.read) return reading.schedule;
  throw new ServiceError('ValidationException', 400, `Parameter ScheduleExpression is not valid: ${reading.problem}`);
}
