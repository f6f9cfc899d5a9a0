import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../../lib/errors.ts';
import type { TenantContext } from '../../../../lib/job-runtime/tenant-context.ts';
import { type JobTest, runJobForTest } from '../../../../lib/job-runtime/testing/run-job-for-test.ts';
import { defineJob } from '../../../../lib/jobs/job.ts';
import { arn, everyResource } from '../../../../lib/jobs/policy-statement.ts';
import { frozenClock, START_MS } from '../../../support/frozen-clock.ts';

type Settings = { readonly table?: string };
const job = defineJob<Settings>({
  name: 'read-table',
  settingsSchema: v.strictObject({ table: v.exactOptional(v.pipe(v.string(), v.trim())) }),
  defaultSettings: {},
  largestSettings: { table: 'x'.repeat(200) },
  sessionPolicy: ({ table }, { partition }) => [
    {
      effect: 'Allow',
      actions: ['dynamodb:GetItem'],
      resources: [table === undefined ? everyResource : arn({ partition, service: 'dynamodb', resource: table })],
    },
  ],
  durationSeconds: 900,
  sessionSeconds: 600,
  minimumSeconds: 300,
  maximumEventAgeSeconds: 240,
  timeoutSeconds: 300,
});

function runIt(test: Partial<JobTest<Settings>> & Pick<JobTest<Settings>, 'run'>) {
  return runJobForTest({ job, clock: frozenClock(), ...test });
}

async function seenBy(test: Partial<JobTest<Settings>> = {}): Promise<TenantContext<Settings>> {
  const seen: TenantContext<Settings>[] = [];
  await runIt({ ...test, run: async (tenant) => void seen.push(tenant) });
  const [tenant] = seen;
  if (tenant === undefined) throw new Error('the job did not run');
  return tenant;
}

describe('what a job is given', () => {
  it('is settings as its schema gives them, which made the session policy', async () => {
    const run = async ({ settings }: TenantContext<Settings>) => settings;
    expect(await runIt({ run, settings: { table: ' orders ' }, partition: 'aws-cn' })).toEqual({
      outcome: 'completed',
      summary: { table: 'orders' },
      sessionPolicy: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['dynamodb:GetItem'], Resource: ['arn:aws-cn:dynamodb:::orders'] },
          {
            Effect: 'Deny',
            Action: '*',
            Resource: '*',
            // The fence: ten minutes after 07:08:09.123, in whole seconds.
            Condition: { DateGreaterThan: { 'aws:CurrentTime': '2031-05-06T07:18:09Z' } },
          },
        ],
      },
    });
  });

  it('is the default settings where a tenant has set nothing', async () => {
    expect(await seenBy()).toMatchObject({ settings: {} });
  });

  it('is the input as JSON brings it', async () => {
    expect((await seenBy()).input).toBeNull();
    const input = { since: new Date(START_MS), left: undefined };
    expect((await seenBy({ input })).input).toEqual({ since: '2031-05-06T07:08:09.123Z' });
  });

  it.each([
    { title: 'the job’s time-out less 5 s', remainingMs: undefined, deadlineMs: START_MS + 295_000 },
    { title: 'what Lambda leaves less 5 s', remainingMs: 60_000, deadlineMs: START_MS + 55_000 },
    { title: 'the fence', remainingMs: 900_000, deadlineMs: Date.parse('2031-05-06T07:18:09Z') },
  ])('is a deadline: $title', async ({ remainingMs, deadlineMs }) => {
    const given = remainingMs === undefined ? {} : { remainingMs };
    expect((await seenBy(given)).deadlineMs).toBe(deadlineMs);
  });

  it('is credentials until the run has ended', async () => {
    const held = {
      accessKeyId: 'ASIA1',
      secretAccessKey: 'a-secret-key',
      sessionToken: 'a-token',
      expiresAtMs: START_MS + 900_000,
    };
    let kept: TenantContext['credentials'] | undefined;
    const result = await runIt({
      credentials: held,
      run: async ({ credentials }) => {
        kept = credentials;
        return (await credentials()).accessKeyId;
      },
    });
    expect(result).toMatchObject({ outcome: 'completed', summary: 'ASIA1' });
    await expect(kept?.()).rejects.toThrow('forgotten');
  });

  it('is no credentials past the fence', async () => {
    const clock = frozenClock();
    const run = async ({ credentials }: TenantContext<Settings>) => {
      clock.advance(600_000);
      return credentials();
    };
    expect(await runIt({ clock, run, remainingMs: 900_000 })).toMatchObject({
      outcome: 'failed',
      error: { code: 'job.failed', message: 'the session of this run is past its fence' },
    });
  });
});

describe('what a job must not do', () => {
  const everything = ({ credentials }: TenantContext<Settings>) => credentials();
  it.each<[string, JobTest<Settings>['run'], unknown]>([
    ['return its credentials', everything, { summaryNotKept: 'the summary held credentials' }],
    ['return more than 4 KB', async () => 'x'.repeat(5_000), { summaryNotKept: expect.stringContaining('over 4096') }],
    ['return what is not JSON', async () => 1n, { summaryNotKept: 'the summary is not JSON' }],
  ])('%s: the run is completed, and a note stands in for the summary', async (_, run, summary) => {
    expect(await runIt({ run })).toMatchObject({ outcome: 'completed', summary });
  });

  it('outlast Lambda: nobody hears of it', async () => {
    const clock = frozenClock();
    const run = async () => clock.advance(60_001);
    expect(await runIt({ clock, run, remainingMs: 60_000 })).toMatchObject({ outcome: 'timedOut' });
    expect(await runIt({ clock, run, remainingMs: 60_001 })).toMatchObject({ outcome: 'completed' });
  });
});

describe('a job that fails', () => {
  it('leaves the code and the text of an error of ours', async () => {
    const run = async () => {
      throw new BrokerError('store.busy', 'the table was busy');
    };
    const error = { code: 'store.busy', name: 'BrokerError', message: 'the table was busy' };
    expect(await runIt({ run })).toMatchObject({ outcome: 'failed', error });
  });

  it('leaves of any other error its name only', async () => {
    const run = async () => {
      throw new TypeError('a text that may hold anything');
    };
    const result = await runIt({ run });
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'job.failed', name: 'TypeError' } });
    expect(JSON.stringify(result)).not.toContain('may hold anything');
  });
});

describe('settings that no session policy can be made of', () => {
  it.each([
    { title: 'do not fit the schema', settings: { tables: 'x' }, reason: 'policy.parameterInvalid' },
    { title: 'are no object', settings: undefined, reason: 'policy.parameterInvalid' },
    { title: 'bring in a wildcard', settings: { table: '*' }, reason: 'policy.parameterInvalid' },
  ])('refuse the run when they $title', async ({ settings, reason }) => {
    let ran = false;
    const run = async () => {
      ran = true;
    };
    expect(await runIt({ run, settings })).toMatchObject({ outcome: 'refused', reason });
    expect(ran).toBe(false);
  });
});
