import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { jobHandler } from '../../../lib/job-runtime/job-handler.ts';
import type { TenantContext } from '../../../lib/job-runtime/tenant-context.ts';
import type { RunDependencies } from '../../../lib/job-runtime/with-tenant-credentials.ts';
import type { Job } from '../../../lib/jobs/job.ts';
import type { FrozenClock } from '../frozen-clock.ts';
import type { Invocation } from './fake-lambda.ts';
import { type Faults, namedError, type Temper } from './faults.ts';
import { type Run, startProcess } from './process.ts';

/** A job that had credentials in its hands. */
export type CredentialedRun = {
  readonly issuanceId: string;
  readonly attempt: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
};

/** Lambda tries an asynchronous invocation three times in all. */
const TRIES = 3;

const temper: Temper = { broken: () => namedError('TimeoutError'), throttled: () => namedError('ThrottlingException') };

type JobHostParts = {
  readonly invocations: readonly Invocation[];
  readonly jobs: ReadonlyMap<string, Job>;
  readonly dependencies: Omit<RunDependencies, 'jobName' | 'observe'>;
  readonly faults: Faults;
  readonly clock: FrozenClock;
};

/** Runs jobs as Lambda does: again after an error or a crash, three times at most, never past the event's age. */
export function jobHost({ invocations, jobs, dependencies, faults, clock }: JobHostParts) {
  const runs: CredentialedRun[] = [];
  const observed: object[] = [];

  async function work(tenant: TenantContext): Promise<unknown> {
    const { accessKeyId, secretAccessKey, sessionToken } = await tenant.credentials();
    const { issuanceId, attempt } = tenant;
    runs.push({ issuanceId, attempt, accessKeyId, secretAccessKey, sessionToken });
    return faults.through({ site: 'job.work', subject: issuanceId, attempt }, temper, async () => ({ looked: true }));
  }

  /** One try of one invocation. */
  async function run(invocation: Invocation): Promise<Run<unknown>['now']> {
    const { payload } = invocation;
    const observe = (event: object) => void observed.push(event);
    const handler = jobHandler({ name: payload.job, settingsSchema: v.unknown() }, work, {
      ...dependencies,
      jobName: payload.job,
      observe,
    });
    invocation.tries += 1;
    const started = await startProcess('job', () => handler(structuredClone(payload), lambdaContext(clock)));
    const again = started.now.end === 'threw' || started.now.end === 'died';
    if (!again || invocation.tries >= TRIES) invocation.over = true;
    return started.now;
  }

  return {
    runs,
    observed,
    run,
    /** Every invocation that waits: each to its end. */
    async runAll(): Promise<void> {
      for (const invocation of invocations) {
        const oldestMs = (jobs.get(invocation.payload.job)?.maximumEventAgeSeconds ?? 0) * 1000;
        while (!invocation.over && clock.nowMs() - invocation.atMs <= oldestMs) await run(invocation);
        invocation.over = true;
      }
    },
  };
}

function lambdaContext(clock: FrozenClock): Context {
  const endMs = clock.nowMs() + 300_000;
  const nothing = () => undefined;
  return {
    awsRequestId: 'job-request',
    functionName: 'job',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:job',
    memoryLimitInMB: '512',
    logGroupName: 'log',
    logStreamName: 'stream',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => endMs - clock.nowMs(),
    done: nothing,
    fail: nothing,
    succeed: nothing,
  };
}
