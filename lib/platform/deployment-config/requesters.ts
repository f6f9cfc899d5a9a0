import { overlap } from '../../requests/principal-pattern.ts';
import { scheduleSource } from '../../requests/requester.ts';
import { BROKER_EVENT_SOURCE } from '../broker-events.ts';
import type {
  DeploymentConfig,
  EventRecognition,
  FunctionUrlRecognition,
  Partition,
  RequesterConfig,
} from './deployment-config.ts';
import type { ConfigProblem } from './problem.ts';

/**
 * Finds the problems of requesters, alone and together: requesters that could never ask, and requesters that could ask
 * as another.
 */
export function requesterContradictions(config: DeploymentConfig): readonly ConfigProblem[] {
  return [
    ...config.requesters.flatMap((requester, index) => problemsOfOne(requester, { index, config })),
    ...taken(config.requesters),
    ...overlapping(config.requesters),
  ];
}

type Of = { readonly index: number; readonly config: DeploymentConfig };

function problemsOfOne(requester: RequesterConfig, { index, config }: Of): readonly ConfigProblem[] {
  const { recognisedBy } = requester;
  const path = `requesters[${index}].recognisedBy`;
  if ('event' in recognisedBy) return problemsOfEvent(recognisedBy.event, { path: `${path}.event`, config });
  if ('functionUrl' in recognisedBy) return problemsOfUrl(recognisedBy.functionUrl, { path, config });
  if ('schedule' in recognisedBy) return problemsOfScheduled(requester, recognisedBy.schedule, { path, config });
  return [];
}

type At = { readonly path: string; readonly config: DeploymentConfig };

function problemsOfEvent(event: EventRecognition, { path, config }: At): readonly ConfigProblem[] {
  const { source, account, principals } = event;
  const misplaced = principals.flatMap((principal, position) => {
    const problem = principalProblem(principal, { account, partition: config.partition });
    return problem === undefined ? [] : [foreign(`${path}.principals[${position}]`, problem)];
  });
  return [...reservedSource(source, `${path}.source`), ...misplaced];
}

function reservedSource(source: string, path: string): readonly ConfigProblem[] {
  const shown = JSON.stringify(source);
  if (source.toLowerCase().startsWith('aws.')) {
    return [
      {
        code: 'config.nameReserved',
        path,
        what: `${shown} begins with aws.; expected a source of your own`,
        whatToDo: 'AWS keeps aws. for its services: choose another.',
      },
    ];
  }
  if (source !== BROKER_EVENT_SOURCE && !source.startsWith(`${BROKER_EVENT_SOURCE}.`)) return [];
  return [
    {
      code: 'config.nameReserved',
      path,
      what: `${shown} is a source of the broker's own events; expected another`,
      whatToDo:
        'Choose one of yours: only functions of the broker may tell under this one. A schedule is recognised by ' +
        'schedule, not by its events.',
    },
  ];
}

type Misplaced = Pick<ConfigProblem, 'what' | 'whatToDo'>;

function foreign(path: string, problem: Misplaced): ConfigProblem {
  return { code: 'config.principalForeign', path, ...problem };
}

/**
 * The bus policy would let a principal of another account through, and its events would then be refused as a
 * stranger's.
 */
function principalProblem(
  principal: string,
  { account, partition }: { account: string | undefined; partition: Partition },
): Misplaced | undefined {
  const [, , , , accountOfArn] = principal.startsWith('arn:') ? principal.split(':') : [];
  if (accountOfArn === undefined) {
    if (account === undefined) return undefined;
    const what = `${principal} means the broker's own account; expected a principal of ${account}`;
    return { what, whatToDo: 'Write its whole ARN.' };
  }
  const crossing = partitionProblem(principal, { partition, crosses: 'No event crosses partitions' });
  if (crossing !== undefined || accountOfArn === account) return crossing;
  if (account === undefined) {
    return {
      what: 'is a whole ARN, but the requester names no account; expected role/<name> or user/<name>',
      whatToDo: `Write it so for the broker's own account, or add account: '${accountOfArn}'.`,
    };
  }
  const what = `is of account ${accountOfArn}; expected account ${account}`;
  return { what, whatToDo: 'Correct the account or the principal.' };
}

function problemsOfUrl({ principals }: FunctionUrlRecognition, { path, config }: At): readonly ConfigProblem[] {
  return principals.flatMap((principal, position) => {
    const crosses = 'No credentials are good in another partition';
    const problem = partitionProblem(principal, { partition: config.partition, crosses });
    return problem === undefined ? [] : [foreign(`${path}.functionUrl.principals[${position}]`, problem)];
  });
}

function partitionProblem(
  principal: string,
  { partition, crosses }: { readonly partition: Partition; readonly crosses: string },
): Misplaced | undefined {
  const [, ofArn] = principal.startsWith('arn:') ? principal.split(':') : [];
  if (ofArn === undefined || ofArn === partition) return undefined;
  return { what: `is of the partition ${ofArn}; expected ${partition}`, whatToDo: `${crosses}: remove it.` };
}

function problemsOfScheduled(requester: RequesterConfig, name: string, at: At): readonly ConfigProblem[] {
  const { schedules } = at.config;
  const code = 'config.requesterUnreachable';
  const path = `${at.path}.schedule`;
  const schedule = schedules.find((candidate) => candidate.name === name);
  if (schedule === undefined) {
    const known = schedules.map((candidate) => candidate.name).join(', ') || 'there are none';
    const what = `${JSON.stringify(name)} is no schedule; expected the name of an entry of schedules (${known})`;
    return [{ code, path, what, whatToDo: 'Correct it, or add the schedule: nobody could be this requester.' }];
  }
  if (requester.jobs === 'all' || requester.jobs.includes(schedule.job)) return [];
  const what = `${name} asks for the job ${schedule.job}, which the requester may not ask for; expected it among its jobs`;
  return [{ code, path, what, whatToDo: 'Add it there: every request of the schedule would be refused.' }];
}

/** Finds what two requesters share but must not, because each could then ask as the other. */
function taken(requesters: readonly RequesterConfig[]): readonly ConfigProblem[] {
  const keys = requesters.map(whoAsks);
  return keys.flatMap((key, second): readonly ConfigProblem[] => {
    const first = keys.findIndex((other) => other !== undefined && other.key === key?.key);
    if (key === undefined || first >= second) return [];
    return [
      {
        code: 'config.requesterAmbiguous',
        path: `requesters[${second}].recognisedBy.${key.at}`,
        what: `has the ${key.what} of requesters[${first}]; ${key.expected}`,
        whatToDo: key.whatToDo,
      },
    ];
  });
}

type Key = {
  readonly key: string;
  readonly at: string;
  readonly what: string;
  readonly expected: string;
  readonly whatToDo: string;
};

function whoAsks({ recognisedBy }: RequesterConfig): Key | undefined {
  if ('event' in recognisedBy) {
    const { account = 'own', source } = recognisedBy.event;
    return {
      key: `event ${account} ${source}`,
      at: 'event',
      what: 'account and source',
      expected: 'expected a pair of its own',
      whatToDo: 'Give it another source: nothing else tells the two apart.',
    };
  }
  const expected = 'expected one of its own';
  if ('schedule' in recognisedBy) {
    const whatToDo = 'Name another, or make one requester of the two.';
    return { key: scheduleSource(recognisedBy.schedule), at: 'schedule', what: 'schedule', expected, whatToDo };
  }
  if ('invoke' in recognisedBy) {
    const whatToDo = 'Name another: nothing else tells the two apart.';
    return { key: `alias ${recognisedBy.invoke.alias}`, at: 'invoke.alias', what: 'alias', expected, whatToDo };
  }
  return undefined;
}

/** A principal of two requesters would be treated as a stranger, which no author of the file can mean. */
function overlapping(requesters: readonly RequesterConfig[]): readonly ConfigProblem[] {
  const patterns = requesters.flatMap(({ recognisedBy }, requester) =>
    'functionUrl' in recognisedBy
      ? recognisedBy.functionUrl.principals.map((pattern, position) => ({ pattern, requester, position }))
      : [],
  );
  return patterns.flatMap(({ pattern, requester, position }): readonly ConfigProblem[] => {
    const other = patterns.find((before) => before.requester < requester && overlap(before.pattern, pattern));
    if (other === undefined) return [];
    const others = `${other.pattern} of requesters[${other.requester}]`;
    return [
      {
        code: 'config.requesterAmbiguous',
        path: `requesters[${requester}].recognisedBy.functionUrl.principals[${position}]`,
        what: `${pattern} and ${others} have principals in common; expected none`,
        whatToDo: 'Narrow one: who two requesters fit is served as neither.',
      },
    ];
  });
}
