import { readScheduleExpression } from '../../scheduling/schedule-expression.ts';
import type { DeploymentConfig, ScheduleConfig } from './deployment-config.ts';
import type { ConfigProblem } from './problem.ts';

/** Finds the problems of schedules whose values are each valid. */
export function scheduleContradictions({ schedules, requesters }: DeploymentConfig): readonly ConfigProblem[] {
  const names = schedules.map(({ name }) => name);
  const asked = requesters.flatMap(({ recognisedBy }) => ('schedule' in recognisedBy ? [recognisedBy.schedule] : []));
  return schedules.flatMap((schedule, index) => {
    const path = `schedules[${index}]`;
    return [
      ...nameProblem(schedule, { path, first: names.indexOf(schedule.name), index }),
      ...(asked.includes(schedule.name) ? [] : [unasked(schedule, path)]),
      ...expressionProblem(schedule, path),
      ...spreadProblem(schedule, path),
    ];
  });
}

type Place = { readonly path: string; readonly first: number; readonly index: number };

function nameProblem({ name }: ScheduleConfig, { path, first, index }: Place): readonly ConfigProblem[] {
  if (first >= index) return [];
  return [
    {
      code: 'config.nameTaken',
      path: `${path}.name`,
      what: `${JSON.stringify(name)} is also the name of schedules[${first}]; expected a name of its own`,
      whatToDo: 'Rename one: its windows are recorded under it.',
    },
  ];
}

function unasked({ name }: ScheduleConfig, path: string): ConfigProblem {
  return {
    code: 'config.scheduleUnasked',
    path: `${path}.name`,
    what: `no requester is recognised by ${JSON.stringify(name)}; expected one`,
    whatToDo: `Add a requester with recognisedBy: {schedule: ${name}}: without it every request of the schedule is a stranger's.`,
  };
}

/** The schema checks the form of an expression, but not whether AWS accepts the value of each field. */
function expressionProblem({ expression }: ScheduleConfig, path: string): readonly ConfigProblem[] {
  const reading = readScheduleExpression(expression);
  if (reading.read) return [];
  return [
    {
      code: 'config.scheduleInvalid',
      path: `${path}.expression`,
      what: `${reading.problem}; expected what EventBridge takes`,
      whatToDo: 'Correct the expression: the deployment would fail on it.',
    },
  ];
}

/**
 * The next time must not come before all requests of the current one are sent. The period of a cron expression is not
 * known.
 */
function spreadProblem({ expression, spreadMinutes }: ScheduleConfig, path: string): readonly ConfigProblem[] {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count === undefined) return [];
  const periodMinutes = Number(count) * (unit === 'minute' ? 1 : unit === 'hour' ? 60 : 1_440);
  if (spreadMinutes <= periodMinutes) return [];
  return [
    {
      code: 'config.spreadTooLong',
      path: `${path}.spreadMinutes`,
      what: `is ${spreadMinutes}, but ${expression} comes every ${periodMinutes} minutes; expected at most that`,
      whatToDo: 'Spread less, or ask less often.',
    },
  ];
}
