import { overlap } from '../requests/principal-pattern.ts';
import { scheduleSource } from '../requests/requester.ts';
import { BROKER_EVENT_SOURCE } from './broker-events.ts';
import type {
  DeploymentConfig,
  EventRecognition,
  FunctionUrlRecognition,
  Partition,
  RequesterConfig,
} from './deployment-config.ts';

/** What is wrong with requesters, each and together: who could never ask, and who could ask as another. */
export function requesterContradictions(config: DeploymentConfig): readonly string[] {
  return [
    ...config.requesters.flatMap((requester, index) => problemsOfOne(requester, { index, config })),
    ...taken(config.requesters),
    ...overlapping(config.requesters),
  ];
}

type Of = { readonly index: number; readonly config: DeploymentConfig };

function problemsOfOne(requester: RequesterConfig, { index, config }: Of): readonly string[] {
  const { recognisedBy } = requester;
  const path = `requesters[${index}].recognisedBy`;
  if ('event' in recognisedBy) return problemsOfEvent(recognisedBy.event, { path: `${path}.event`, config });
  if ('functionUrl' in recognisedBy) return problemsOfUrl(recognisedBy.functionUrl, { path, config });
  if ('schedule' in recognisedBy) return problemsOfScheduled(requester, recognisedBy.schedule, { path, config });
  return [];
}

type At = { readonly path: string; readonly config: DeploymentConfig };

function problemsOfEvent({ source, account, principals }: EventRecognition, { path, config }: At): readonly string[] {
  const shown = JSON.stringify(source);
  const reserved = source.toLowerCase().startsWith('aws.')
    ? [
        `${path}.source: ${shown} begins with aws.; expected a source of your own. AWS keeps aws. for its services: ` +
          'choose another.',
      ]
    : [];
  const ours =
    source === BROKER_EVENT_SOURCE || source.startsWith(`${BROKER_EVENT_SOURCE}.`)
      ? [
          `${path}.source: ${shown} is a source of the broker's own events; expected another. Choose one of yours: only ` +
            'functions of the broker may tell under this one. A schedule is recognised by schedule, not by its events.',
        ]
      : [];
  const misplaced = principals.flatMap((principal, position) => {
    const problem = principalProblem(principal, { account, partition: config.partition });
    return problem === undefined ? [] : [`${path}.principals[${position}]: ${problem}`];
  });
  return [...reserved, ...ours, ...misplaced];
}

/** A principal of another account would be let through by the policy, and its events then refused as a stranger's. */
function principalProblem(
  principal: string,
  { account, partition }: { account: string | undefined; partition: Partition },
): string | undefined {
  const [, , , , accountOfArn] = principal.startsWith('arn:') ? principal.split(':') : [];
  if (accountOfArn === undefined) {
    if (account === undefined) return undefined;
    return `${principal} means the broker's own account; expected a principal of ${account}. Write its whole ARN.`;
  }
  const foreign = partitionProblem(principal, { partition, crosses: 'No event crosses partitions' });
  if (foreign !== undefined || accountOfArn === account) return foreign;
  if (account === undefined) {
    return `is a whole ARN, but the requester names no account; expected role/<name> or user/<name>. Write it so for the broker's own account, or add account: '${accountOfArn}'.`;
  }
  return `is of account ${accountOfArn}; expected account ${account}. Correct the account or the principal.`;
}

function problemsOfUrl({ principals }: FunctionUrlRecognition, { path, config }: At): readonly string[] {
  return principals.flatMap((principal, position) => {
    const crosses = 'No credentials are good in another partition';
    const problem = partitionProblem(principal, { partition: config.partition, crosses });
    return problem === undefined ? [] : [`${path}.functionUrl.principals[${position}]: ${problem}`];
  });
}

function partitionProblem(
  principal: string,
  { partition, crosses }: { readonly partition: Partition; readonly crosses: string },
): string | undefined {
  const [, ofArn] = principal.startsWith('arn:') ? principal.split(':') : [];
  if (ofArn === undefined || ofArn === partition) return undefined;
  return `is of the partition ${ofArn}; expected ${partition}. ${crosses}: remove it.`;
}

function problemsOfScheduled(requester: RequesterConfig, name: string, { path, config }: At): readonly string[] {
  const schedule = config.schedules.find((candidate) => candidate.name === name);
  if (schedule === undefined) {
    const known = config.schedules.map((candidate) => candidate.name).join(', ') || 'there are none';
    return [
      `${path}.schedule: ${JSON.stringify(name)} is no schedule; expected the name of an entry of schedules (${known}). ` +
        'Correct it, or add the schedule: nobody could be this requester.',
    ];
  }
  if (requester.jobs === 'all' || requester.jobs.includes(schedule.job)) return [];
  return [
    `${path}.schedule: ${name} asks for the job ${schedule.job}, which the requester may not ask for; expected it among ` +
      'its jobs. Add it there: every request of the schedule would be refused.',
  ];
}

/** What no two requesters may have, because each could then ask as the other. */
function taken(requesters: readonly RequesterConfig[]): readonly string[] {
  const keys = requesters.map(whoAsks);
  return keys.flatMap((key, second) => {
    const first = keys.findIndex((other) => other !== undefined && other.key === key?.key);
    if (key === undefined || first >= second) return [];
    return [
      `requesters[${second}].recognisedBy.${key.at}: has the ${key.what} of requesters[${first}]; ${key.instead}`,
    ];
  });
}

type Key = { readonly key: string; readonly at: string; readonly what: string; readonly instead: string };

function whoAsks({ recognisedBy }: RequesterConfig): Key | undefined {
  if ('event' in recognisedBy) {
    const { account = 'own', source } = recognisedBy.event;
    const instead = 'expected a pair of its own. Give it another source: nothing else tells the two apart.';
    return { key: `event ${account} ${source}`, at: 'event', what: 'account and source', instead };
  }
  if ('schedule' in recognisedBy) {
    const instead = 'expected one of its own. Name another, or make one requester of the two.';
    return { key: scheduleSource(recognisedBy.schedule), at: 'schedule', what: 'schedule', instead };
  }
  if ('invoke' in recognisedBy) {
    const instead = 'expected one of its own. Name another: nothing else tells the two apart.';
    return { key: `alias ${recognisedBy.invoke.alias}`, at: 'invoke.alias', what: 'alias', instead };
  }
  return undefined;
}

/** A principal of two requesters would be a stranger, which nobody who writes the file can mean. */
function overlapping(requesters: readonly RequesterConfig[]): readonly string[] {
  const patterns = requesters.flatMap(({ recognisedBy }, requester) =>
    'functionUrl' in recognisedBy
      ? recognisedBy.functionUrl.principals.map((pattern, position) => ({ pattern, requester, position }))
      : [],
  );
  return patterns.flatMap(({ pattern, requester, position }) => {
    const other = patterns.find((before) => before.requester < requester && overlap(before.pattern, pattern));
    if (other === undefined) return [];
    return [
      `requesters[${requester}].recognisedBy.functionUrl.principals[${position}]: ${pattern} and ${other.pattern} of ` +
        `requesters[${other.requester}] have principals in common; expected none. Narrow one: who two requesters fit is ` +
        'served as neither.',
    ];
  });
}
