import { describe, expect, it } from 'vitest';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
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
