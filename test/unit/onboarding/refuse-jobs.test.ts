import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { defineJob } from '../../../lib/jobs/job.ts';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import { everyResource } from '../../../lib/jobs/policy-statement.ts';
import { scanAccountJob } from '../../../lib/jobs/scan-account.job.ts';
import { refuseJobs } from '../../../lib/onboarding/refuse-jobs.ts';

const rules = { jobs: jobCatalogue, partition: 'aws' } as const;
const logs = { bucket: 'acme-logs', prefix: 'trail/' };

describe('a tenant may have', () => {
  it.each<[string, Parameters<typeof refuseJobs>[0]]>([
    ['no job', { enabledJobs: [], settings: {} }],
    ['a job that runs without settings', { enabledJobs: ['scan-account'], settings: {} }],
    ['a job with its settings', { enabledJobs: ['process-logs'], settings: { 'process-logs': logs } }],
    ['settings of a job that is not enabled yet', { enabledJobs: [], settings: { 'process-logs': logs } }],
    [
      'a schedule of its jobs',
      { enabledJobs: ['scan-account'], settings: {}, schedule: { 'scan-account': { everyHours: 6 } } },
    ],
  ])('%s', (_, tenant) => {
    expect(refuseJobs(tenant, rules)).toBeUndefined();
  });
});

describe('a tenant may not have', () => {
  it.each<[string, Parameters<typeof refuseJobs>[0], string, string]>([
    ['a job that there is not', { enabledJobs: ['x'], settings: {} }, 'job.unknown', '"x"'],
    [
      'a job named like a member of every object',
      { enabledJobs: ['toString'], settings: {} },
      'job.unknown',
      'toString',
    ],
    ['settings of none', { enabledJobs: [], settings: { x: {} } }, 'job.unknown', '"x"'],
    ['a schedule of none', { enabledJobs: [], settings: {}, schedule: { x: {} } }, 'job.unknown', '"x"'],
    [
      'a job without the settings that it needs',
      { enabledJobs: ['process-logs'], settings: {} },
      'policy.parameterInvalid',
      'no settings to fall back on',
    ],
    [
      'settings of null',
      { enabledJobs: [], settings: { 'process-logs': null } },
      'policy.parameterInvalid',
      'settings.process-logs',
    ],
    [
      'settings that are a list',
      { enabledJobs: ['scan-account'], settings: { 'scan-account': [] } },
      'policy.parameterInvalid',
      'settings.scan-account',
    ],
    [
      'a value that the job does not take',
      { enabledJobs: [], settings: { 'process-logs': { ...logs, bucket: 'A*' } } },
      'policy.parameterInvalid',
      'settings.process-logs.bucket',
    ],
    [
      'a missing value',
      { enabledJobs: [], settings: { 'process-logs': { bucket: 'acme-logs' } } },
      'policy.parameterInvalid',
      'settings.process-logs.prefix',
    ],
    [
      'a value too many',
      { enabledJobs: [], settings: { 'process-logs': { ...logs, kmsKey: 'x' } } },
      'policy.parameterInvalid',
      'settings.process-logs.kmsKey',
    ],
    [
      'a schedule of a job that is not enabled',
      { enabledJobs: [], settings: {}, schedule: { 'scan-account': {} } },
      'job.notEnabled',
      'schedule.scan-account',
    ],
  ])('%s', (_, tenant, refused, text) => {
    const refusal = refuseJobs(tenant, rules);
    expect(refusal).toMatchObject({ refused, explanation: expect.stringContaining(text) });
    expect(refusal?.explanation).not.toContain('A*');
  });
});

/** Jobs whose policies grow with their settings: of so many actions each. */
const wideJobs = (...names: readonly string[]) => {
  const wide = (name: string) =>
    defineJob<{ readonly actions: number }>({
      ...scanAccountJob,
      name,
      settingsSchema: v.strictObject({ actions: v.number() }),
      defaultSettings: { actions: 1 },
      largestSettings: { actions: 1 },
      sessionPolicy: ({ actions }) => [
        {
          effect: 'Allow',
          actions: Array.from({ length: actions }, (_, index) => `s3:Get${index}` as const),
          resources: [everyResource],
        },
      ],
    });
  return { ...rules, jobs: new Map(names.map((name) => [name, wide(name)])) };
};

describe('what keeps a tenant from its jobs', () => {
  const scan = { enabledJobs: ['scan-account'], settings: {} };
  it.each<[string, Parameters<typeof refuseJobs>[0], string, string]>([
    [
      'a job that there is not',
      { ...scan, enabledJobs: ['scan-account', 'x'] },
      'job.unknown',
      'the catalogue has no job "x"; it has scan-account, process-logs',
    ],
    [
      'a job without settings',
      { enabledJobs: ['process-logs'], settings: {} },
      'policy.parameterInvalid',
      'settings.process-logs: the job has no settings to fall back on; give them',
    ],
    [
      'settings of undefined, which are none',
      { enabledJobs: ['process-logs'], settings: { 'process-logs': undefined } },
      'policy.parameterInvalid',
      'settings.process-logs: the job has no settings to fall back on; give them',
    ],
    [
      'settings as a whole',
      { enabledJobs: [], settings: { 'process-logs': 'x' } },
      'policy.parameterInvalid',
      'settings.process-logs: not what the job declares',
    ],
    [
      'one of its settings',
      { enabledJobs: [], settings: { 'process-logs': { ...logs, bucket: 7 } } },
      'policy.parameterInvalid',
      'settings.process-logs.bucket: not what the job declares',
    ],
    [
      'the settings of the one before the schedule of another',
      { ...scan, settings: { 'scan-account': 7 }, schedule: { 'process-logs': {} } },
      'policy.parameterInvalid',
      'settings.scan-account: not what the job declares',
    ],
    [
      'a schedule',
      { ...scan, schedule: { 'scan-account': {}, 'process-logs': {} } },
      'job.notEnabled',
      'schedule.process-logs: the job is not enabled for the tenant',
    ],
  ])('is named: %s', (_, tenant, refused, explanation) => {
    expect(refuseJobs(tenant, rules)).toEqual({ refused, explanation });
  });

  it('is a policy that STS would not take, by its size', () => {
    const refusal = refuseJobs({ enabledJobs: [], settings: { wide: { actions: 300 } } }, wideJobs('wide'));
    expect(refusal?.refused).toBe('policy.tooLarge');
    expect(refusal?.explanation).toMatch(
      /^settings\.wide: they make a session policy of \d{4} characters; STS takes 2048$/,
    );
    expect(
      refuseJobs({ enabledJobs: ['wide'], settings: { wide: { actions: 100 } } }, wideJobs('wide')),
    ).toBeUndefined();
  });

  it('is a role that IAM would not take, though each of its jobs has a policy that STS takes', () => {
    const names = Array.from({ length: 9 }, (_, index) => `wide-${index}`);
    const settings = Object.fromEntries(names.map((name) => [name, { actions: 120 }]));
    const refusal = refuseJobs({ enabledJobs: names, settings }, wideJobs(...names));
    expect(refusal?.refused).toBe('policy.tooLarge');
    expect(refusal?.explanation).toMatch(/^\d{5} characters, and IAM takes 10240 for a role$/);
    // They are not enabled: no role has to serve them.
    expect(refuseJobs({ enabledJobs: [], settings }, wideJobs(...names))).toBeUndefined();
  });
});
