import { describe, expect, it } from 'vitest';
import { checkDeploymentConfig } from '../../../../lib/platform/deployment-config/deployment-config.ts';
import { configProblemCodes } from '../../../../lib/platform/deployment-config/problem.ts';

type Written = Record<string, unknown>;

const nightly = { name: 'nightly', job: 'scan-account', expression: 'rate(1 day)', spreadMinutes: 60 };

function requester(changes: Written = {}): Written {
  return { name: 'a', recognisedBy: { invoke: { alias: 'a' } }, jobs: 'all', tenants: 'all', ...changes };
}

function event(source: string, changes: Written = {}): Written {
  return requester({ recognisedBy: { event: { source, principals: ['role/a'], ...changes } } });
}

function written(changes: Written = {}): Written {
  return { deploymentId: 'test1', partition: 'aws', homeRegion: 'eu-west-1', requesters: [requester()], ...changes };
}

const asking = (changes: Written) => written({ requesters: [requester(changes)] });
const bySchedule = (name: string, changes: Written = {}) => requester({ recognisedBy: { schedule: name }, ...changes });
const scheduled = (changes: Written) =>
  written({ requesters: [bySchedule('nightly')], schedules: [{ ...nightly, ...changes }] });
const CANARY = ['111122223333'];

describe('a configuration that cannot be meant', () => {
  const refused: readonly (readonly [string, string, string, Written])[] = [
    ['a missing setting', 'config.settingMissing', 'partition', { ...written(), partition: undefined }],
    ['a misspelt setting', 'config.settingUnknown', 'canaries', written({ canaries: [] })],
    [
      'a share of STS over the quota',
      'config.valueInvalid',
      'limits.stsCallsPerSecond',
      written({ limits: { stsCallsPerSecond: 601 } }),
    ],
    [
      'an event that nobody may send',
      'config.valueInvalid',
      'requesters[0].recognisedBy.event.principals',
      written({ requesters: [event('a', { principals: [] })] }),
    ],
    [
      'a URL that nobody may call',
      'config.valueInvalid',
      'requesters[0].recognisedBy.functionUrl.principals',
      asking({ recognisedBy: { functionUrl: { principals: [] } } }),
    ],
    [
      'a tenant that no tenant can be',
      'config.valueInvalid',
      'requesters[0].tenants[0]',
      asking({ tenants: ['Acme!'] }),
    ],
    ['a placeholder for a name', 'config.placeholder', 'deploymentId', written({ deploymentId: 'replaceme' })],
    [
      'a placeholder for an account',
      'config.placeholder',
      'forbiddenAccountIds[0]',
      written({ forbiddenAccountIds: ['000000000000'] }),
    ],
    [
      'a placeholder inside an ARN',
      'config.placeholder',
      'requesters[0].recognisedBy.functionUrl.principals[0]',
      asking({ recognisedBy: { functionUrl: { principals: ['arn:aws:iam::000000000000:role/x'] } } }),
    ],
    ['a region of another partition', 'config.regionForeign', 'homeRegion', written({ homeRegion: 'cn-north-1' })],
    [
      'templates outside of S3',
      'config.templateBaseUrlForeign',
      'templateBaseUrl',
      written({ templateBaseUrl: 'https://templates.example.com' }),
    ],
    [
      'two requesters of one name',
      'config.nameTaken',
      'requesters[1].name',
      written({ requesters: [requester(), event('x')] }),
    ],
    [
      'two schedules of one name',
      'config.nameTaken',
      'schedules[1].name',
      written({ requesters: [bySchedule('nightly')], schedules: [nightly, nightly] }),
    ],
    [
      'a requester named as strangers are',
      'config.nameReserved',
      'requesters[0].name',
      asking({ name: 'unrecognised' }),
    ],
    [
      'a source that AWS keeps',
      'config.nameReserved',
      'requesters[0].recognisedBy.event.source',
      written({ requesters: [event('aws.s3')] }),
    ],
    [
      'a principal of no account that was named',
      'config.principalForeign',
      'requesters[0].recognisedBy.event.principals[0]',
      written({ requesters: [event('a', { account: '444455556666' })] }),
    ],
    [
      'two requesters of one alias',
      'config.requesterAmbiguous',
      'requesters[1].recognisedBy.invoke.alias',
      written({ requesters: [requester(), requester({ name: 'b' })] }),
    ],
    [
      'a requester of a schedule that there is not',
      'config.requesterUnreachable',
      'requesters[0].recognisedBy.schedule',
      written({ requesters: [bySchedule('weekly')] }),
    ],
    [
      'a requester that may not ask for what its schedule does',
      'config.requesterUnreachable',
      'requesters[0].recognisedBy.schedule',
      written({ requesters: [bySchedule('nightly', { jobs: ['process-logs'] })], schedules: [nightly] }),
    ],
    [
      'a schedule without a requester',
      'config.scheduleUnasked',
      'schedules[0].name',
      written({ schedules: [nightly] }),
    ],
    [
      'an hour of the day that there is not',
      'config.scheduleInvalid',
      'schedules[0].expression',
      scheduled({ expression: 'cron(0 25 * * ? *)' }),
    ],
    [
      'a spread over the period',
      'config.spreadTooLong',
      'schedules[0].spreadMinutes',
      scheduled({ expression: 'rate(1 hour)', spreadMinutes: 61 }),
    ],
    [
      'two tenants of a dedicated deployment',
      'config.tenantsOfDedicated',
      'mode',
      { ...asking({ tenants: ['acme', 'globex'] }), mode: 'dedicated' },
    ],
    [
      'a canary in a forbidden account',
      'config.canaryForbidden',
      'canaryAccounts[0]',
      written({ canaryAccounts: CANARY, forbiddenAccountIds: CANARY }),
    ],
    [
      'a network in a partition whose endpoints are not known',
      'config.networkUnsupported',
      'hardening.vpc',
      written({
        partition: 'aws-cn',
        homeRegion: 'cn-north-1',
        hardening: { vpc: { cidr: '10.42.0.0/24' } },
      }),
    ],
    [
      'a network in a zone of another region',
      'config.zoneUnfit',
      'hardening.vpc.zoneNames[1]',
      written({ hardening: { vpc: { cidr: '10.42.0.0/24', zoneNames: ['eu-west-1a', 'us-east-1a'] } } }),
    ],
    [
      'a boundary of another partition',
      'config.boundaryForeign',
      'hardening.permissionsBoundaryArn',
      written({ hardening: { permissionsBoundaryArn: 'arn:aws-us-gov:iam::111122223333:policy/boundary' } }),
    ],
    [
      'an archive in the account of the boundary, which is the broker’s',
      'config.archiveAccountOwn',
      'hardening.archiveAccount.accountId',
      written({
        forbiddenAccountIds: CANARY,
        hardening: {
          archiveAccount: { accountId: '111122223333' },
          permissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/boundary',
        },
      }),
    ],
    [
      'an archive in an account that may be connected',
      'config.archiveAccountOpen',
      'hardening.archiveAccount.accountId',
      written({ hardening: { archiveAccount: { accountId: '111122223333' } } }),
    ],
    [
      'an archive shorter than the window of replays',
      'config.retentionTooShort',
      'archive.retention.days',
      written({ archive: { retention: { days: 1 } }, requests: { maximumAgeSeconds: 86_401 } }),
    ],
    [
      'more messages side by side than a batch has',
      'config.limitUnreachable',
      'requests.concurrency',
      written({ queue: { batchSize: 4 } }),
    ],
    [
      'more in work for a tenant than there can be',
      'config.limitUnreachable',
      'limits.perTenant.concurrentIssuances',
      written({ limits: { perTenant: { concurrentIssuances: 51 } } }),
    ],
    [
      'more calls for a tenant than for all',
      'config.limitUnreachable',
      'limits.perTenant.callsPerMinute',
      written({ limits: { stsCallsPerSecond: 10, perTenant: { callsPerMinute: 601 } } }),
    ],
    [
      'more tenants an hour than it may name',
      'config.limitUnreachable',
      'requesters[0].limits.tenantsPerHour',
      asking({ tenants: ['acme'], limits: { tenantsPerHour: 2 } }),
    ],
    [
      'more requests a minute than its tenants are given',
      'config.limitUnreachable',
      'requesters[0].limits.requestsPerMinute',
      asking({ tenants: ['acme'], limits: { requestsPerMinute: 601 } }),
    ],
  ];

  it.each(refused)('is refused for %s', (_, code, path, value) => {
    const { problems } = checkDeploymentConfig(value);
    expect(problems.map((problem) => [problem.code, problem.path])).toEqual([[code, path]]);
    for (const { what, whatToDo } of problems) {
      expect(what).toMatch(/; expected |is not a setting/);
      expect(whatToDo).toMatch(/[.?]$/);
    }
  });

  it('has each code of the table', () => {
    // These two are found where the clone is: test/unit/config and broker config check.
    const elsewhere = ['config.jobUnknown', 'config.jobContradictory'];
    const reached = new Set([...refused.map(([, code]) => code), ...elsewhere]);
    expect([...reached].toSorted()).toEqual(Object.keys(configProblemCodes).toSorted());
  });
});

describe('a configuration at the edge of what can be meant', () => {
  it.each<[string, Written]>([
    ['as it is', written()],
    [
      'an archive as long as the window of replays',
      written({ archive: { retention: { days: 1 } }, requests: { maximumAgeSeconds: 86_400 } }),
    ],
    ['as many side by side as a batch has', written({ queue: { batchSize: 5 } })],
    ['as many in work for a tenant as there can be', written({ limits: { perTenant: { concurrentIssuances: 50 } } })],
    [
      'as many calls for a tenant as for all',
      written({ limits: { stsCallsPerSecond: 10, perTenant: { callsPerMinute: 600 } } }),
    ],
    ['as many tenants an hour as it may name', asking({ tenants: ['acme'], limits: { tenantsPerHour: 1 } })],
    ['as many requests as its tenants are given', asking({ tenants: ['acme'], limits: { requestsPerMinute: 600 } })],
    ['the whole quota of STS', written({ limits: { stsCallsPerSecond: 600 } })],
    ['one tenant of a dedicated deployment', { ...asking({ tenants: ['acme'] }), mode: 'dedicated' }],
    ['zeros in a longer number', written({ tenantRoles: { namePattern: 'role-1000000000000' } })],
    ['an account that only ends in zeros', written({ forbiddenAccountIds: ['100000000000'] })],
  ])('is taken: %s', (_, value) => {
    expect(checkDeploymentConfig(value).problems).toEqual([]);
  });
});
