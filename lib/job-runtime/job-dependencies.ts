import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock } from '../platform/clock.ts';
import { jobEnvironment } from '../platform/environment.ts';
import { makeSwitches } from '../switches/switches.ts';
import { logAndCount } from './log-and-count.ts';
import type { RunDependencies } from './with-tenant-credentials.ts';

/** In milliseconds. A table or key that answers later than that would take up the job's own time. */
const TIMEOUTS = {
  connectionTimeout: 1_000,
  requestTimeout: 3_000,
  // `requestTimeout` ends with the first byte of an answer; this is for an answer that stalls after it.
  socketTimeout: 3_000,
  throwOnRequestTimeout: true,
};

/** The clients of a job's own role, built once for each execution environment; none of them ever sees a tenant's. */
export function jobDependencies(jobName: string): RunDependencies {
  const config = jobEnvironment();
  const clock = systemClock;
  const patient = documentClient({ maxAttempts: 5 });
  return {
    jobName,
    config,
    clock,
    switches: makeSwitches({ dynamo: patient, clock, config }),
    // A claim must be one call: a retry could not tell its own lost success from another invocation's claim.
    dynamo: documentClient({ maxAttempts: 1 }),
    reports: patient,
    kms: new KMSClient({ maxAttempts: 5, requestHandler: TIMEOUTS }),
    observe: logAndCount(jobName),
  };
}

function documentClient({ maxAttempts }: { readonly maxAttempts: number }): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts, requestHandler: TIMEOUTS }));
}
