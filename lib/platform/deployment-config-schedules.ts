import { readScheduleExpression } from '../scheduling/schedule-expression.ts';
import type { DeploymentConfig, ScheduleConfig } from './deployment-config.ts';

/** What is wrong with schedules whose values are each right: a line for each problem, with its path and what to do. */
export function scheduleContradictions({ schedules, requesters }: DeploymentConfig): readonly string[] {
  const names = schedules.map(({ name }) => name);
  const asked = requesters.flatMap(({ recognisedBy }) => ('schedule' in recognisedBy ? [recognisedBy.schedule] : []));
  return schedules.flatMap((schedule, index) => {
    const { name } = schedule;
    const first = names.indexOf(name);
    const path = `schedules[${index}]`;
    return [
      ...(first < index
        ? [
            `${path}.name: ${JSON.stringify(name)} is also the name of schedules[${first}]; expected a name of its own. ` +
              'Rename one: its windows are recorded under it.',
          ]
        : []),
      ...(asked.includes(name)
        ? []
        : [
            `${path}.name: no requester is recognised by ${JSON.stringify(name)}; expected one. Add a requester with ` +
              `recognisedBy: {schedule: ${name}}: without it every request of the schedule is a stranger's.`,
          ]),
      ...expressionProblem(schedule, path),
      ...spreadProblem(schedule, path),
    ];
  });
}

/** The form is the schema's; whether AWS takes the value of each field, is not. */
function expressionProblem({ expression }: ScheduleConfig, path: string): readonly string[] {
  const reading = readScheduleExpression(expression);
  if (reading.read) return [];
  return [
    `${path}.expression: ${reading.problem}; expected what EventBridge takes. Correct the expression: the deployment ` +
      'would fail on it.',
  ];
}

/** The next time would come before the requests of this one are out. Of a cron expression the period is not known. */
function spreadProblem({ expression, spreadMinutes }: ScheduleConfig, path: string): readonly string[] {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count === undefined) return [];
  const periodMinutes = Number(count) * (unit === 'minute' ? 1 : unit === 'hour' ? 60 : 1_440);
  if (spreadMinutes <= periodMinutes) return [];
  return [
    `${path}.spreadMinutes: is ${spreadMinutes}, but ${expression} comes every ${periodMinutes} minutes; expected at most ` +
      'that. Spread less, or ask less often.',
  ];
}
