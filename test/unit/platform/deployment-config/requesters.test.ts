import { describe, expect, it } from 'vitest';
import { configProblemsOf } from '../../../support/deployment-config.ts';

type Written = Record<string, unknown>;

function requester(name: string, recognisedBy: unknown, changes: Written = {}): Written {
  return { name, recognisedBy, jobs: ['scan-account'], tenants: 'all', ...changes };
}

function schedule(changes: Written = {}): Written {
  return { name: 'nightly', job: 'scan-account', expression: 'rate(1 day)', spreadMinutes: 60, ...changes };
}

function problemsOf(requesters: readonly Written[], schedules: readonly Written[] = []): string {
  return configProblemsOf({ deploymentId: 'test1', partition: 'aws', homeRegion: 'eu-west-1', requesters, schedules });
}

const scheduled = requester('nightly', { schedule: 'nightly' });
const byUrl = (...principals: readonly string[]) => ({ functionUrl: { principals } });
const byAlias = (alias: unknown) => ({ invoke: { alias } });
const bySource = (source: string) => ({ event: { source, principals: ['role/x'] } });
const scheduledBy = (changes: Written) => problemsOf([scheduled], [schedule(changes)]);

describe('a requester', () => {
  it.each<[string, readonly Written[], readonly Written[]]>([
    ['a schedule', [scheduled], [schedule()]],
    ['a schedule with every field', [scheduled], [schedule({ reason: 'Agreed daily scan' })]],
    ['principals of a function URL', [requester('a', byUrl('role/a', 'role/b-*', 'user/team/c'))], []],
    ['principals of another account', [requester('a', byUrl('arn:aws:iam::444455556666:role/a-*'))], []],
    ['an alias', [requester('a', byAlias('billing'))], []],
    [
      'one name in three ways',
      [requester('a', byUrl('role/a')), requester('b', byAlias('a')), requester('c', bySource('a'))],
      [],
    ],
    ['patterns that overlap in one requester', [requester('a', byUrl('role/a*', 'role/ab'))], []],
    ['limits', [requester('a', byAlias('a'), { limits: { tenantsPerHour: 20, requestsPerMinute: 60 } })], []],
    ['one limit', [requester('a', byAlias('a'), { limits: { tenantsPerHour: 20 } })], []],
  ])('may be recognised by %s', (_, requesters, schedules) => {
    expect(problemsOf(requesters, schedules)).toBe('accepted');
  });

  const oneOf = 'expected exactly one of event, schedule, functionUrl and invoke';
  it.each<[string, unknown, string]>([
    ['nothing', {}, `recognisedBy: is {}; ${oneOf}`],
    ['no value', undefined, `recognisedBy: is missing; ${oneOf}`],
    ['two things', { ...byUrl('role/a'), ...byAlias('a') }, oneOf],
    ['something unknown', { header: 'x' }, oneOf],
    ['a name that every object has', { constructor: 'x' }, oneOf],
    ['a text', 'event', oneOf],
    ['an event without a source', { event: { principals: ['role/x'] } }, 'recognisedBy.event.source: is missing'],
    ['no principals', byUrl(), 'functionUrl.principals: is []; expected a list with at least one'],
    ['any role', byUrl('role/*'), 'functionUrl.principals[0]: is "role/*"; expected role/<name>'],
    ['anybody', byUrl('*'), 'functionUrl.principals[0]: is "*"'],
    ['a role with a path', byUrl('role/team/a'), 'Leave out the path of a role: AWS does not show it'],
    ['a session', byUrl('arn:aws:sts::444455556666:assumed-role/a/b'), 'principals[0]: is "arn:aws:sts'],
    ['a wildcard inside', byUrl('role/a*b'), 'with at most one * at its end'],
    ['a version', byAlias('12'), 'invoke.alias: is "12"; expected 1 to 64'],
    ['$LATEST', byAlias('$LATEST'), 'invoke.alias: is "$LATEST"'],
    ['an unknown key', { invoke: { alias: 'a', account: 'b' } }, 'invoke.account: is not a setting'],
    ['a schedule in capitals', { schedule: 'Nightly' }, 'recognisedBy.schedule: is "Nightly"; expected the name'],
    [
      'a schedule that there is not',
      { schedule: 'hourly' },
      '"hourly" is no schedule; expected the name of an entry of schedules (there are none)',
    ],
    ['a source of ours', bySource('credential-broker'), "is a source of the broker's own events"],
    [
      'the source of a schedule',
      bySource('credential-broker.schedule.nightly'),
      "is a source of the broker's own events",
    ],
    [
      'a principal of another partition',
      byUrl('arn:aws-cn:iam::444455556666:role/a'),
      'functionUrl.principals[0]: is of the partition aws-cn; expected aws',
    ],
  ])('is not recognised by %s', (_, recognisedBy, problem) => {
    expect(problemsOf([requester('a', recognisedBy)])).toContain(problem);
  });

  it.each<[string, unknown, string]>([
    ['nothing', { tenantsPerHour: 0 }, 'requesters[0].limits.tenantsPerHour: is 0; expected a whole number from 1'],
    ['a half', { requestsPerMinute: 0.5 }, 'requesters[0].limits.requestsPerMinute: is 0.5'],
    ['something unknown', { perDay: 1 }, 'requesters[0].limits.perDay: is not a setting'],
    ['a number', 5, 'requesters[0].limits: is 5; expected tenantsPerHour and requestsPerMinute'],
  ])('is not limited to %s', (_, limits, problem) => {
    expect(problemsOf([requester('a', byAlias('a'), { limits })])).toContain(problem);
  });
});

describe('two requesters', () => {
  it.each<[string, unknown, unknown, string]>([
    [
      'one alias',
      byAlias('a'),
      byAlias('a'),
      'requesters[1].recognisedBy.invoke.alias: has the alias of requesters[0]',
    ],
    [
      'one role',
      byUrl('role/a'),
      byUrl('role/b', 'role/a'),
      'requesters[1].recognisedBy.functionUrl.principals[1]: role/a and role/a of requesters[0]',
    ],
    [
      'a role among roles',
      byUrl('role/a-*'),
      byUrl('role/a-b'),
      'role/a-b and role/a-* of requesters[0] have principals in common',
    ],
    [
      'roles among roles',
      byUrl('role/a-b*'),
      byUrl('role/a*'),
      'role/a* and role/a-b* of requesters[0] have principals in common',
    ],
  ])('may not share %s', (_, first, second, problem) => {
    expect(problemsOf([requester('a', first), requester('b', second)])).toContain(problem);
  });

  it('may not share a schedule', () => {
    const problems = problemsOf([scheduled, { ...scheduled, name: 'b' }], [schedule()]);
    expect(problems).toContain('requesters[1].recognisedBy.schedule: has the schedule of requesters[0]');
  });

  it.each<[string, unknown, unknown]>([
    ['roles that begin otherwise', byUrl('role/a-*'), byUrl('role/b-*')],
    ['a role and a user of one name', byUrl('role/a'), byUrl('user/a')],
    ['one name in two accounts', byUrl('role/a'), byUrl('arn:aws:iam::444455556666:role/a')],
    ['aliases in other letters', byAlias('a'), byAlias('A')],
  ])('may have %s', (_, first, second) => {
    expect(problemsOf([requester('a', first), requester('b', second)])).toBe('accepted');
  });
});

describe('a schedule', () => {
  it.each([
    'rate(1 minute)',
    'rate(2 hours)',
    'rate(1 day)',
    'cron(0 3 * * ? *)',
    'cron(0/15 8-17 ? * MON-FRI *)',
    'cron(0 3 ? * 2#1 *)',
  ])('may come at %s', (expression) => {
    expect(scheduledBy({ expression, spreadMinutes: 1 })).toBe('accepted');
  });

  it.each<[Written, string]>([
    [{ expression: 'rate(1 minutes)' }, 'schedules[0].expression: is "rate(1 minutes)"; expected rate('],
    [{ expression: 'rate(2 hour)' }, 'schedules[0].expression'],
    [{ expression: 'rate(0 hours)' }, 'schedules[0].expression'],
    [{ expression: 'cron(0 3 * * *)' }, 'schedules[0].expression: is "cron(0 3 * * *)"'],
    [{ expression: 'cron(61 3 * * ? *)' }, 'schedules[0].expression: 61 does not fit the field minutes; expected what'],
    [{ expression: 'at(2031-01-01T00:00:00)' }, 'schedules[0].expression'],
    [{ name: 'a-name-too-long-x' }, 'schedules[0].name: is "a-name-too-long-x"; expected 1 to 16'],
    [{ job: 'Scan' }, 'schedules[0].job: is "Scan"; expected a job name'],
    [{ spreadMinutes: 0 }, 'schedules[0].spreadMinutes: is 0; expected a whole number from 1 to 1440'],
    [{ spreadMinutes: undefined }, 'schedules[0].spreadMinutes: is missing'],
    [
      { spreadMinutes: 61, expression: 'rate(1 hour)' },
      'is 61, but rate(1 hour) comes every 60 minutes; expected at most',
    ],
    [{ tenants: 'all' }, 'schedules[0].tenants: is not a setting'],
    [{ job: 'process-logs' }, 'nightly asks for the job process-logs, which the requester may not ask for'],
    [{ reason: '' }, 'schedules[0].reason: is ""'],
  ])('may not have %j', (changes, problem) => {
    expect(scheduledBy(changes)).toContain(problem);
  });

  it('has a requester', () => {
    expect(problemsOf([], [schedule()])).toContain('schedules[0].name: no requester is recognised by "nightly"');
  });

  it('has a name of its own', () => {
    expect(problemsOf([scheduled], [schedule(), schedule()])).toContain('"nightly" is also the name of schedules[0]');
  });
});
