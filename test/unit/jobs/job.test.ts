import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { checkJob, defineJob, deliversTo, type Job, type Recipient } from '../../../lib/jobs/job.ts';
import { catalogueOf, jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import { arn } from '../../../lib/jobs/policy-statement.ts';

type Numbers = Pick<
  Job,
  'durationSeconds' | 'sessionSeconds' | 'minimumSeconds' | 'maximumEventAgeSeconds' | 'timeoutSeconds'
>;

const numbers: Numbers = {
  durationSeconds: 900,
  sessionSeconds: 600,
  minimumSeconds: 300,
  maximumEventAgeSeconds: 240,
  timeoutSeconds: 300,
};

function job(name: string, changes: Partial<Job<{ bucket: string }>> = {}): Job<{ bucket: string }> {
  return {
    name,
    settingsSchema: v.strictObject({ bucket: v.string() }),
    defaultSettings: { bucket: 'logs' },
    largestSettings: { bucket: 'l'.repeat(63) },
    sessionPolicy: ({ bucket }, { partition }) => [
      { effect: 'Allow', actions: ['s3:ListBucket'], resources: [arn({ partition, service: 's3', resource: bucket })] },
    ],
    ...numbers,
    ...changes,
  };
}

const contradictions: readonly { change: Partial<Numbers>; says: string }[] = [
  { change: { durationSeconds: 899 }, says: 'durationSeconds 899 is not from 900 to 3600' },
  { change: { durationSeconds: 3_601 }, says: 'durationSeconds 3601 is not from 900 to 3600' },
  { change: { sessionSeconds: 901 }, says: 'sessionSeconds 901 is over durationSeconds 900' },
  { change: { timeoutSeconds: 901 }, says: "timeoutSeconds 901 is over Lambda's 900" },
  { change: { maximumEventAgeSeconds: 59 }, says: "maximumEventAgeSeconds 59 is under Lambda's 60" },
  {
    change: { minimumSeconds: 361 },
    says: 'maximumEventAgeSeconds 240 is over sessionSeconds 600 - minimumSeconds 361',
  },
  {
    change: { maximumEventAgeSeconds: 301 },
    says: 'maximumEventAgeSeconds 301 is over sessionSeconds 600 - minimumSeconds 300',
  },
  {
    change: { timeoutSeconds: 361 },
    says: 'sessionSeconds 600 is under maximumEventAgeSeconds 240 + timeoutSeconds 361',
  },
  { change: { minimumSeconds: 0 }, says: 'minimumSeconds is not a whole number above 0: 0' },
  { change: { sessionSeconds: 599.5 }, says: 'sessionSeconds is not a whole number above 0: 599.5' },
  { change: { timeoutSeconds: Number.NaN }, says: 'timeoutSeconds is not a whole number above 0: NaN' },
];

const edges: readonly Partial<Numbers>[] = [
  {},
  { durationSeconds: 3_600 },
  { sessionSeconds: 900 },
  { maximumEventAgeSeconds: 60 },
  { minimumSeconds: 360 },
  { maximumEventAgeSeconds: 300 },
  { timeoutSeconds: 360 },
  { durationSeconds: 3_600, sessionSeconds: 3_600, timeoutSeconds: 900 },
];

describe('the numbers of a job', () => {
  it.each(contradictions)('are refused with $change: $says', ({ change, says }) => {
    expect(() => defineJob(job('scan', change))).toThrow(says);
  });

  it.each(edges)('are accepted at the edge: %o', (change) => {
    expect(() => defineJob(job('scan', change))).not.toThrow();
  });

  it('are all named at once when several contradict', () => {
    const wrong = { name: 'scan', ...numbers, sessionSeconds: 500, timeoutSeconds: 901 };
    expect(() => checkJob(wrong)).toThrow(/timeoutSeconds 901.*maximumEventAgeSeconds 240.*sessionSeconds 500/);
  });
});

describe('who gets the sessions of a job', () => {
  it.each<{ deliverTo?: readonly Recipient[]; caller: boolean }>([
    { caller: false },
    { deliverTo: ['job'], caller: false },
    { deliverTo: ['job', 'caller'], caller: true },
    { deliverTo: ['caller', 'job'], caller: true },
  ])('$deliverTo: its function, and a caller $caller', ({ caller, ...change }) => {
    const defined = defineJob(job('scan', change));
    expect([deliversTo(defined, 'job'), deliversTo(defined, 'caller')]).toEqual([true, caller]);
  });

  it.each<{ deliverTo: readonly Recipient[]; says: string }>([
    { deliverTo: [], says: 'deliverTo does not name job' },
    { deliverTo: ['caller'], says: 'deliverTo does not name job: caller' },
    { deliverTo: ['job', 'job'], says: 'deliverTo is not of job and caller, each once: job, job' },
    { deliverTo: ['job', 'everybody' as 'caller'], says: 'deliverTo is not of job and caller, each once' },
  ])('may not be $deliverTo', ({ deliverTo, says }) => {
    expect(() => defineJob(job('scan', { deliverTo }))).toThrow(says);
  });

  it('is a caller too for scan-account, and the function alone for process-logs', () => {
    const delivering = [...jobCatalogue.values()].filter((entry) => deliversTo(entry, 'caller'));
    expect(delivering.map(({ name }) => name)).toEqual(['scan-account']);
  });
});

describe('the name of a job', () => {
  it.each(['a', 'scan-account', 'x'.repeat(24), '0'])('may be %s', (name) => {
    expect(() => defineJob(job(name))).not.toThrow();
  });

  it.each([
    '',
    'x'.repeat(25),
    'Scan',
    'scan.account',
    'scan_account',
    '-scan',
    'scan-',
    'a--b',
    'scan\n',
    '__proto__',
  ])('may not be %j', (name) => {
    expect(() => defineJob(job(name))).toThrow('the name is not 1 to 24');
  });
});

describe('the catalogue', () => {
  it('holds scan-account with the times that its function is deployed with', () => {
    expect(jobCatalogue.get('scan-account')).toMatchObject({ name: 'scan-account', ...numbers });
  });

  it('knows no job by a name of Object.prototype', () => {
    const found = Object.getOwnPropertyNames(Object.prototype).filter((name) => jobCatalogue.has(name));
    expect(found).toEqual([]);
  });

  it('refuses two jobs of one name', () => {
    expect(() => catalogueOf([job('scan'), job('scan')])).toThrow('two jobs have the name scan');
  });

  it('refuses a job whose numbers contradict each other even if it was not defined with defineJob', () => {
    expect(() => catalogueOf([job('scan', { sessionSeconds: 901 })])).toThrow('sessionSeconds 901');
  });

  it('refuses a job whose largest settings make a policy that STS does not take', () => {
    const tooLarge = job('scan', {
      sessionPolicy: ({ bucket }, { partition }) =>
        Array.from({ length: 30 }, () => ({
          effect: 'Allow' as const,
          actions: ['s3:ListBucket'],
          resources: [arn({ partition, service: 's3', resource: bucket })],
        })),
    });
    expect(() => catalogueOf([tooLarge])).toThrow('policy.tooLarge');
  });

  it('refuses a job whose default settings do not pass its own schema', () => {
    const wrong = job('scan', { defaultSettings: { bucket: 'a*' } });
    expect(() => catalogueOf([wrong])).toThrow('policy.parameterInvalid');
  });
});
