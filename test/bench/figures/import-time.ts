import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Milliseconds of processor to load each bundle in a fresh process with the environment of a function: the least of
 * several, because what disturbs only adds. All of them take turns.
 */
export async function importTimes(files: readonly string[], repeats: number): Promise<ReadonlyMap<string, number>> {
  const least = new Map<string, number>();
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const file of files) {
      least.set(file, Math.min(least.get(file) ?? Number.POSITIVE_INFINITY, await importMs(file)));
    }
  }
  return least;
}

const LOADS = `
  const before = process.cpuUsage();
  const { handler } = await import(process.argv[1]);
  const { user, system } = process.cpuUsage(before);
  if (typeof handler !== 'function') throw new Error('no handler');
  process.stdout.write(String((user + system) / 1000), () => process.exit());
`;

async function importMs(file: string): Promise<number> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', LOADS, file], { env: ENVIRONMENT });
  const milliseconds = Number(stdout);
  if (!(milliseconds > 0)) throw new Error(`${file} was not loaded`);
  return milliseconds;
}

/** Every variable that a function reads when it is loaded. Nothing is called. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'not-a-secret',
  AWS_SESSION_TOKEN: 'not-a-token',
  POWERTOOLS_SERVICE_NAME: 'a-function',
  POWERTOOLS_METRICS_NAMESPACE: 'CredentialBroker',
  TENANTS_TABLE: 'tenants',
  SWITCHES_TABLE: 'switches',
  LIMITS_TABLE: 'limits',
  LEDGER_TABLE: 'ledger',
  REQUEST_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111111111111/requests',
  REQUEST_DLQ_URL: 'https://sqs.eu-west-1.amazonaws.com/111111111111/requests-dlq',
  RULE_DLQ_URL: 'https://sqs.eu-west-1.amazonaws.com/111111111111/rule-dlq',
  JOB_FAILURES_URL: 'https://sqs.eu-west-1.amazonaws.com/111111111111/job-failures',
  OBSERVATIONS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111111111111/observations',
  ENVELOPE_KEY_ARN: 'arn:aws:kms:eu-west-1:111111111111:key/0a1b2c3d-0000-4000-8000-000000000001',
  DIGESTS_KEY_ARN: 'arn:aws:kms:eu-west-1:111111111111:key/0a1b2c3d-0000-4000-8000-000000000002',
  RECEIPTS_KEY_ARN: 'arn:aws:kms:eu-west-1:111111111111:key/0a1b2c3d-0000-4000-8000-000000000003',
  ARCHIVE_BUCKET: 'archive',
  BUS_NAME: 'bus',
  DECOY_ROLE_ARN: 'arn:aws:iam::111111111111:role/credential-broker-local-decoy',
  VERIFY_TRUST_FUNCTION: 'credential-broker-local-verify-trust',
  JOB_FUNCTION_NAME_PREFIX: 'credential-broker-local-',
  FUNCTION_NAME_PREFIX: 'credential-broker-local-',
  SCHEDULE_RULE_PREFIX: 'credential-broker-local-',
  BROKER_ACCOUNT_ID: '111111111111',
  OWN_ROLE_NAMES: 'issue-credentials,vend-credentials',
};
