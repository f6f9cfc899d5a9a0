import { describe, expect, it } from 'vitest';
import { deploymentConfig } from '../../../../lib/platform/deployment-config/deployment-config.ts';
import { aDeployment, configProblemsOf as problemsOf } from '../../../support/deployment-config.ts';

type Written = Record<string, unknown>;

function event(changes: Written = {}): Written {
  return { source: 'com.example.scans', principals: ['role/scan-scheduler'], ...changes };
}

function requester(changes: Written = {}): Written {
  return { name: 'scans', recognisedBy: { event: event() }, jobs: 'all', tenants: 'all', ...changes };
}

function written(changes: Written = {}): Written {
  return { deploymentId: 'test1', partition: 'aws', homeRegion: 'eu-west-1', requesters: [requester()], ...changes };
}

function sentBy(changes: Written): Written {
  return written({ requesters: [requester({ recognisedBy: { event: event(changes) } })] });
}

describe('the deployment configuration', () => {
  it('fills in the defaults', () => {
    expect(aDeployment(written())).toEqual({
      deploymentId: 'test1',
      mode: 'shared',
      partition: 'aws',
      homeRegion: 'eu-west-1',
      tenantRoles: { path: '/credential-broker/', namePattern: '*' },
      forbiddenAccountIds: [],
      requesters: [requester()],
      schedules: [],
      requests: { maximumAgeSeconds: 86_400, maximumFutureSeconds: 300, concurrency: 5 },
      queue: { batchSize: 10, maximumConcurrency: 10 },
      limits: { perTenant: { requestsPerMinute: 600, concurrentIssuances: 20 }, stsCallsPerSecond: 300 },
      archive: { retention: { mode: 'governance', days: 365 } },
      canaryAccounts: [],
      hardening: { tenantIsolation: false, onRevokedSessions: 'record' },
      logLevel: 'INFO',
    });
  });

  it.each([
    ['hardening', { hardening: [] }, 'hardening: is []; expected vpc, '],
    ['limits', { limits: { perTenant: [5] } }, 'limits.perTenant: is [5]; expected '],
    ['archive', { archive: ['retention'] }, 'archive: is ["retention"]; expected '],
  ])('takes no list for a mapping: %s', (_, changes, text) => {
    const problems = problemsOf(written(changes));
    expect(problems).toContain(text);
    expect(problems.match(/; expected /g)).toHaveLength(1);
  });

  const accepted: readonly [string, Written][] = [
    [
      'a requester of another account, by whole ARNs',
      sentBy({ account: '444455556666', principals: ['arn:aws:iam::444455556666:role/x/y'] }),
    ],
    ['a user as principal', sentBy({ principals: ['user/ci'] })],
    ['nobody at all', written({ requesters: [] })],
    ['a region of China in its partition', written({ partition: 'aws-cn', homeRegion: 'cn-north-1' })],
    ['a region of GovCloud in its partition', written({ partition: 'aws-us-gov', homeRegion: 'us-gov-west-1' })],
    ['a region of the European Sovereign Cloud', written({ partition: 'aws-eusc', homeRegion: 'eusc-de-east-1' })],
    ['a place for templates', written({ templateBaseUrl: 'https://bkt.s3.eu-west-1.amazonaws.com/roles' })],
    [
      'the same source from two accounts',
      written({
        requesters: [
          requester(),
          requester({
            name: 'b',
            recognisedBy: {
              event: event({ account: '444455556666', principals: ['arn:aws:iam::444455556666:role/x'] }),
            },
          }),
        ],
      }),
    ],
  ];
  it.each(accepted)('accepts %s', (_, value) => {
    expect(problemsOf(value)).toBe('accepted');
  });

  const refused: readonly [string, unknown, string][] = [
    ['an empty file', null, 'the file: is empty; expected a mapping of settings. Start from a copy'],
    ['a missing setting', { ...written(), deploymentId: undefined }, 'deploymentId: is missing; expected 4 to 12'],
    ['a deployment id in capitals', written({ deploymentId: 'TEST1' }), 'deploymentId: is "TEST1"; expected 4 to 12'],
    ['a deployment id too short', written({ deploymentId: 'abc' }), 'deploymentId: is "abc"'],
    ['an unknown mode', written({ mode: 'both' }), 'mode: is "both"; expected shared or dedicated'],
    ['an unknown partition', written({ partition: 'aws-iso' }), 'partition: is "aws-iso"; expected aws,'],
    ['something that is no region', written({ homeRegion: 'Ireland' }), 'homeRegion: is "Ireland"; expected a region'],
    [
      'a region of another partition',
      written({ homeRegion: 'cn-north-1' }),
      'homeRegion: cn-north-1 is not a region of the partition aws;',
    ],
    [
      'a place for templates that is no address',
      written({ templateBaseUrl: 'templates' }),
      'templateBaseUrl: is "templates"; expected an address of S3 such as https://<bucket>.s3.<region>.amazonaws.com/',
    ],
    [
      'a place for templates that ends with a slash',
      written({ templateBaseUrl: 'https://bkt.s3.eu-west-1.amazonaws.com/' }),
      'without a slash at its end. Name where',
    ],
    [
      'a place for templates outside of S3',
      written({ templateBaseUrl: 'https://templates.example.com' }),
      'expected https://<bucket>.s3.<region>.amazonaws.com, a region of aws',
    ],
    [
      'a place for templates in another partition',
      written({ templateBaseUrl: 'https://bkt.s3.cn-north-1.amazonaws.com.cn' }),
      'templateBaseUrl: is "https://bkt.s3.cn-north-1.amazonaws.com.cn"; expected https://<bucket>.s3.<region>.amazonaws.com',
    ],
    [
      'a region of a partition not served',
      written({ homeRegion: 'us-iso-east-1' }),
      'homeRegion: us-iso-east-1 is not a region',
    ],
    [
      'an unknown setting',
      written({ logLevels: 'INFO' }),
      'logLevels: is not a setting; expected only documented ones. Remove it',
    ],
    [
      'a setting in other letters',
      written({ loglevel: 'INFO' }),
      'loglevel: is not a setting; expected only documented ones. Did you mean logLevel,',
    ],
    [
      'a wildcard in the roles’ path',
      written({ tenantRoles: { path: '/*/' } }),
      'tenantRoles.path: is "/*/"; expected an IAM path',
    ],
    ['a path that does not end', written({ tenantRoles: { path: '/broker' } }), 'tenantRoles.path: is "/broker"'],
    [
      'a wildcard inside the roles’ names',
      written({ tenantRoles: { namePattern: '*-x' } }),
      'tenantRoles.namePattern: is "*-x"; expected a role name',
    ],
    [
      'an account id that YAML read as a number',
      written({ forbiddenAccountIds: [111122223333] }),
      'forbiddenAccountIds[0]: is 111122223333; expected 12 digits in quotes',
    ],
    [
      'an archive that is kept for no day',
      written({ archive: { retention: { days: 0 } } }),
      'archive.retention.days: is 0; expected a whole number from 1 to 36500. The default is 365',
    ],
    [
      'a trail without its bucket',
      written({ audit: { cloudTrail: { prefix: 'AWSLogs' } } }),
      'audit.cloudTrail.bucket',
    ],
    [
      'a folder of a trail with a slash at its end',
      written({ audit: { cloudTrail: { bucket: 'org-trail', prefix: 'AWSLogs/' } } }),
      'audit.cloudTrail.prefix: is "AWSLogs/"; expected a folder without slashes at its ends. Write what stands',
    ],
    [
      'a region of a trail that is none',
      written({ audit: { cloudTrail: { bucket: 'org-trail', prefix: 'AWSLogs', regions: ['Ireland'] } } }),
      'audit.cloudTrail.regions[0]: is "Ireland"; expected a region such as eu-west-1',
    ],
    [
      'an archive of another mode',
      written({ archive: { retention: { mode: 'COMPLIANCE' } } }),
      'archive.retention.mode: is "COMPLIANCE"; expected governance or compliance. Take compliance where',
    ],
    [
      'a canary that YAML read as a number',
      written({ canaryAccounts: [111122223333] }),
      'canaryAccounts[0]: is 111122223333; expected 12 digits in quotes',
    ],
    [
      'a canary in which nothing can be issued',
      written({ canaryAccounts: ['111122223333'], forbiddenAccountIds: ['111122223333'] }),
      'canaryAccounts[0]: 111122223333 is in forbiddenAccountIds; expected an account in which a role can be connected',
    ],
    ['no list of requesters', written({ requesters: 'all' }), 'requesters: is "all"; expected a list'],
    [
      'a requester without tenants',
      written({ requesters: [requester({ tenants: undefined })] }),
      'requesters[0].tenants: is missing; expected all, or a list of tenant ids',
    ],
    [
      'a requester with no jobs',
      written({ requesters: [requester({ jobs: [] })] }),
      'requesters[0].jobs: is []; expected all, or a list of job names',
    ],
    [
      'a job with a wildcard',
      written({ requesters: [requester({ jobs: ['scan-*'] })] }),
      'requesters[0].jobs[0]: is "scan-*"; expected a job name',
    ],
    [
      'a name with a space',
      written({ requesters: [requester({ name: 'my service' })] }),
      'requesters[0].name: is "my service"; expected 1 to 63',
    ],
    [
      'a source with a wildcard',
      sentBy({ source: 'com.*' }),
      'requesters[0].recognisedBy.event.source: is "com.*"; expected',
    ],
    [
      'a source that AWS keeps',
      sentBy({ source: 'aws.s3' }),
      'requesters[0].recognisedBy.event.source: "aws.s3" begins with aws.;',
    ],
    [
      'no principals',
      sentBy({ principals: [] }),
      'requesters[0].recognisedBy.event.principals: is []; expected a list with at least one',
    ],
    ['any principal', sentBy({ principals: ['role/*'] }), 'principals[0]: is "role/*"; expected role/<name>'],
    [
      'a whole account as principal',
      sentBy({ principals: ['arn:aws:iam::444455556666:root'] }),
      'principals[0]: is "arn:aws:iam::444455556666:root"',
    ],
    [
      'a session as principal',
      sentBy({ principals: ['arn:aws:sts::444455556666:assumed-role/x/y'] }),
      'For a session name its role',
    ],
    [
      'a principal of another partition',
      sentBy({ account: '444455556666', principals: ['arn:aws-cn:iam::444455556666:role/x'] }),
      'principals[0]: is of the partition aws-cn; expected aws',
    ],
    [
      'a principal of another account',
      sentBy({ account: '444455556666', principals: ['arn:aws:iam::777788889999:role/x'] }),
      'principals[0]: is of account 777788889999; expected account 444455556666',
    ],
    [
      'a whole ARN without an account',
      sentBy({ principals: ['arn:aws:iam::777788889999:role/x'] }),
      "add account: '777788889999'",
    ],
    [
      'a short principal of another account',
      sentBy({ account: '444455556666' }),
      "means the broker's own account; expected a principal of 444455556666",
    ],
    [
      'an account that is a number',
      sentBy({ account: 444455556666 }),
      'event.account: is 444455556666; expected 12 digits in quotes',
    ],
    [
      'the name of strangers',
      written({ requesters: [requester({ name: 'unrecognised' })] }),
      'requesters[0].name: "unrecognised" is what strangers are recorded as',
    ],
    [
      'two requesters of one name',
      written({ requesters: [requester(), requester({ recognisedBy: { event: event({ source: 'b' }) } })] }),
      'requesters[1].name: "scans" is also the name of requesters[0]',
    ],
    [
      'two requesters of one account and source',
      written({ requesters: [requester(), requester({ name: 'b' })] }),
      'requesters[1].recognisedBy.event: has the account and source of requesters[0]',
    ],
    [
      'an age under a minute',
      written({ requests: { maximumAgeSeconds: 59 } }),
      'requests.maximumAgeSeconds: is 59; expected a whole number from 60',
    ],
    [
      'a batch over ten',
      written({ queue: { batchSize: 11 } }),
      'queue.batchSize: is 11; expected a whole number from 1 to 10',
    ],
    [
      'a concurrency that AWS does not take',
      written({ queue: { maximumConcurrency: 1 } }),
      'queue.maximumConcurrency: is 1; expected a whole number from 2',
    ],
    ['half a message', written({ requests: { concurrency: 0.5 } }), 'requests.concurrency: is 0.5'],
    ['an unknown level', written({ logLevel: 'info' }), 'logLevel: is "info"; expected DEBUG'],
  ];
  it.each(refused)('refuses %s', (_, value, problem) => {
    const said = problemsOf(value);
    expect(said).toContain(problem);
    expect(said).toMatch(/^config\/test\.yml cannot be deployed:\n/);
  });

  it('lists every problem at once', () => {
    const said = problemsOf(written({ deploymentId: 'X', logLevel: 'X', requesters: [requester({ name: 'A' })] }));
    expect(said.match(/^ {2}- /gm)).toHaveLength(3);
  });
});

describe('deploymentConfig', () => {
  it('says what to do where the code is not bundled', () => {
    expect(() => deploymentConfig()).toThrow('run `npm run package`');
  });
});
