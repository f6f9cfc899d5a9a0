import { describe, expect, it } from 'vitest';
import { jobCatalogue } from '../../../../lib/jobs/job-catalogue.ts';
import { processLogsJob } from '../../../../lib/jobs/process-logs.job.ts';
import { buildSessionPolicy } from '../../../../lib/jobs/session-policy.ts';
import { decideAccount } from '../../../../lib/requests/decide-account.ts';
import { aTenant, roleArnRules } from '../../../support/a-tenant.ts';

const fenceMs = Date.parse('2031-05-06T07:08:09Z');
const build = (settings: unknown, partition = 'aws') =>
  buildSessionPolicy({ job: processLogsJob, settings, fenceMs, partition });

describe('the session policy of process-logs', () => {
  it('lists one prefix of one bucket and reads what is below it, and nothing else', () => {
    const policy = build({ bucket: 'acme-logs', prefix: 'AWSLogs/222222222222/' }, 'aws-cn');
    expect(policy.built && JSON.parse(policy.json)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['s3:ListBucket'],
          Resource: ['arn:aws-cn:s3:::acme-logs'],
          Condition: { StringEquals: { 's3:prefix': ['AWSLogs/222222222222/'] } },
        },
        { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws-cn:s3:::acme-logs/AWSLogs/222222222222/*'] },
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { DateGreaterThan: { 'aws:CurrentTime': '2031-05-06T07:08:09Z' } },
        },
      ],
    });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'settings'],
    ['an empty object', {}, 'bucket'],
    ['a list', [], 'settings'],
    ['no prefix', { bucket: 'acme-logs' }, 'prefix'],
    ['an empty prefix', { bucket: 'acme-logs', prefix: '' }, 'prefix'],
    ['a wildcard in the prefix', { bucket: 'acme-logs', prefix: 'AWSLogs/*' }, 'prefix'],
    ['a question mark in the prefix', { bucket: 'acme-logs', prefix: 'AWSLogs/?' }, 'prefix'],
    ['a policy variable', { bucket: 'acme-logs', prefix: '${aws:username}/' }, 'prefix'],
    ['a line break', { bucket: 'acme-logs', prefix: 'AWSLogs/\n' }, 'prefix'],
    ['a prefix that is too long', { bucket: 'acme-logs', prefix: 'x'.repeat(401) }, 'prefix'],
    ['a wildcard in the bucket', { bucket: 'acme-*', prefix: 'a' }, 'bucket'],
    ['a bucket and a key', { bucket: 'acme-logs/a', prefix: 'a' }, 'bucket'],
    ['the ARN of a bucket', { bucket: 'arn:aws:s3:::acme-logs', prefix: 'a' }, 'bucket'],
    ['capitals in the bucket', { bucket: 'Acme-logs', prefix: 'a' }, 'bucket'],
    ['a word that is not known', { bucket: 'acme-logs', prefix: 'a', region: 'eu-west-1' }, 'region'],
  ])('is not made from %s', (_, settings, parameter) => {
    expect(build(settings)).toMatchObject({ built: false, reason: 'policy.parameterInvalid', detail: { parameter } });
  });
});

describe('a tenant that has not said where its logs are', () => {
  it('is refused for each account, and before anything is assumed', () => {
    const facts = { accountId: '222222222222', job: processLogsJob, reading: aTenant() };
    const decision = decideAccount(facts, { mode: 'shared', roleArnRules });
    expect(decision).toMatchObject({ allowed: false, refusal: { reason: 'policy.parameterInvalid' } });
  });

  it('is no reason to refuse the job itself', () => {
    expect(jobCatalogue.get('process-logs')).not.toHaveProperty('defaultSettings');
  });
});
