import middy, { type MiddyfiedHandler } from '@middy/core';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import type { Job } from '../jobs/job.ts';
import { jobDependencies } from './job-dependencies.ts';
import type { TenantContext } from './tenant-context.ts';
import {
  endRun,
  type RunDependencies,
  type RunInternal,
  type TenantLambdaContext,
  withTenantCredentials,
} from './with-tenant-credentials.ts';

/** A job's own work. What it returns is the summary of its run: JSON, at most 4 KB, nothing secret. */
export type RunJob<Settings = unknown> = (tenant: TenantContext<Settings>) => Promise<unknown>;

/** The handler; it answers with a `RunOutcome`. */
export type JobHandler = MiddyfiedHandler<unknown, unknown, Error, TenantLambdaContext, RunInternal>;

/**
 * Makes the Lambda handler of a job.
 *
 * @example
 * export const handler = jobHandler(scanAccountJob, scanBuckets);
 */
export function jobHandler<Settings>(
  job: Pick<Job<Settings>, 'name' | 'settingsSchema'>,
  run: RunJob<Settings>,
  dependencies: RunDependencies = jobDependencies(job.name),
): JobHandler {
  return middy<unknown, unknown, Error, TenantLambdaContext, RunInternal>({
    // Never answer early: at the time-out Lambda destroys the process, with whatever the job left running in it. An
    // early answer would keep the process, and the work of one tenant could go on inside the next invocation.
    timeoutEarlyInMillis: 0,
    requestEnd: ({ internal }) => endRun(internal),
  })
    .use(withTenantCredentials(dependencies))
    .handler((_event: unknown, context: TenantLambdaContext) => {
      if (context.tenant === undefined) throw new BrokerError('internal', 'a job ran without its credentials');
      return run({ ...context.tenant, settings: v.parse(job.settingsSchema, context.tenant.settings) });
    });
}
