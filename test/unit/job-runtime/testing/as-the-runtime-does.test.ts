import { afterAll, beforeAll, expect, it } from 'vitest';
import { BrokerError } from '../../../../lib/errors.ts';
import { jobHandler, type RunJob } from '../../../../lib/job-runtime/job-handler.ts';
import type { TenantContext } from '../../../../lib/job-runtime/tenant-context.ts';
import { runJobForTest } from '../../../../lib/job-runtime/testing/run-job-for-test.ts';
import type { Job } from '../../../../lib/jobs/job.ts';
import { everyResource } from '../../../../lib/jobs/policy-statement.ts';
import { scanAccountJob } from '../../../../lib/jobs/scan-account.job.ts';
import { ANY_JOB, type JobWorld, lambdaContext, startJobWorld } from '../support/job-world.ts';

/** Its numbers are those that the world issues by. */
const job: Job = {
  ...scanAccountJob,
  settingsSchema: ANY_JOB.settingsSchema,
  sessionPolicy: () => [{ effect: 'Allow', actions: ['s3:ListAllMyBuckets'], resources: [everyResource] }],
};
let world: JobWorld;
beforeAll(async () => {
  world = await startJobWorld();
});
afterAll(() => world.close());

type Run = RunJob;
const secretOf = async ({ credentials }: TenantContext) => (await credentials()).secretAccessKey;
const throwing = (error: unknown): Run => {
  return async () => {
    throw error;
  };
};

const runs: readonly { title: string; run: Run; input?: unknown }[] = [
  { title: 'nothing returned', run: async () => undefined },
  { title: 'a summary', run: async () => ({ buckets: 3 }) },
  { title: 'a summary that JSON changes', run: async () => ({ at: new Date(0), left: undefined }) },
  { title: 'a summary of just over 4 KB', run: async () => 'x'.repeat(4_095) },
  { title: 'a summary that is no JSON', run: async () => 1n },
  { title: 'a summary with the secret key', run: secretOf },
  { title: 'the input', run: async ({ input }) => ({ input }), input: { depth: [1, null] } },
  { title: 'no input', run: async ({ input }) => ({ input }), input: null },
  { title: 'an error of ours', run: throwing(new BrokerError('internal', 'an assertion')) },
  { title: 'an error of somebody else', run: throwing(new RangeError('an account id')) },
  {
    title: 'an error of the SDK',
    run: throwing(Object.assign(new Error('x'), { $metadata: { httpStatusCode: 403 } })),
  },
  { title: 'a thrown text', run: throwing('a text') },
  {
    title: 'an error that holds the token',
    run: async ({ credentials }) => {
      throw new BrokerError('job.failed', (await credentials()).sessionToken);
    },
  },
  {
    title: 'what the job was told of its time',
    run: async ({ deadlineMs, credentials }) => [deadlineMs, (await credentials()).expiration],
  },
];

// The harness leaves out the claim and KMS, and puts the steps between them and the report together itself.
it.each(runs)('the harness reports $title as the runtime does', async ({ run, input }) => {
  const { payload, credentials } = await world.issue({ input });
  await jobHandler(ANY_JOB, run, world.dependencies)(payload, lambdaContext());
  const { report } = await world.row(payload);

  const result = await runJobForTest({ job, run, clock: world.clock, input, credentials });
  const { outcome, atMs: _at, attempt: _attempt, summary, ...error } = Object(report);
  const kept = outcome === 'completed' ? { summary: JSON.parse(summary) } : { error };
  expect(result).toEqual({ outcome, ...kept, sessionPolicy: expect.anything() });
});
