import { makeAssumeTenantRole } from '../../../lib/broker/assume-tenant-role.ts';
import type { BrokerDependencies } from '../../../lib/broker/broker-dependencies.ts';
import { makeInvokeJob } from '../../../lib/broker/invoke-job.ts';
import { processBatch } from '../../../lib/broker/process-batch.ts';
import { makeRunJob } from '../../../lib/broker/run-job.ts';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import { makeLedger } from '../../../lib/ledger/dynamo-ledger.ts';
import { makeCounters } from '../../../lib/limits/dynamo-counters.ts';
import { makeLimits } from '../../../lib/limits/limits.ts';
import { makeStrangers } from '../../../lib/limits/strangers.ts';
import { documentClient, kmsClient, lambdaClient, stsClient } from '../../../lib/platform/clients.ts';
import type { Clock } from '../../../lib/platform/clock.ts';
import { systemIds } from '../../../lib/platform/ids.ts';
import type { TransitionLog } from '../../../lib/platform/transition-log.ts';
import { makeDataKeySource } from '../../../lib/sealing/data-key.ts';
import { makeSwitches } from '../../../lib/switches/switches.ts';
import { makeTenantReader } from '../../../lib/tenants/dynamo-tenant-reader.ts';
import { BROKER_ACCOUNT, roleArnRules } from '../../support/a-tenant.ts';
import { runJobEvent } from '../../support/queue-message.ts';
import { type Handler, TABLES } from './canned-aws.ts';

export type BrokerClients = ReturnType<typeof clientsOver>;

const KEY_ARN = `arn:aws:kms:eu-west-1:${BROKER_ACCOUNT}:key/0a1b2c3d-0000-4000-8000-000000000001`;

/** The SDK's clients as the broker has them, with this in the place of the network; left out, there is a network. */
export function clientsOver(handler?: Handler) {
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    // Nothing of whoever runs this.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });
  const clients = { dynamo: documentClient(), sts: stsClient('eu-west-1'), kms: kmsClient(), lambda: lambdaClient() };
  if (handler === undefined) return clients;
  for (const { config } of Object.values(clients)) Object.assign(config, { requestHandler: handler });
  return clients;
}

/** issue-credentials, wired as `lib/broker/broker-on-aws.ts` does, over these clients: one message an invocation. */
export function deployedBroker({
  clients: { dynamo, sts, kms, lambda },
  clock,
  log,
}: {
  readonly clients: BrokerClients;
  readonly clock: Clock;
  readonly log: TransitionLog;
}): (eventId: string) => Promise<void> {
  const ids = systemIds;
  const config = { ...TABLES, jobFunctionNamePrefix: 'broker-' };
  const counters = makeCounters({ dynamo, config });
  const limits = makeLimits({ counters, clock, ids, log }, LIMITS);
  const neverHere = () => Promise.reject(new Error('a request that is allowed needs none of this'));
  const broker: BrokerDependencies = {
    registry: makeTenantReader({ dynamo, config }),
    switches: makeSwitches({ dynamo, clock, config }),
    ledger: makeLedger({ dynamo, log, config }),
    assumeTenantRole: limits.watching(
      makeAssumeTenantRole({ sts, clock, externalIdRequired: true, externalIdForbidden: false }),
    ),
    limits,
    strangers: makeStrangers({ counters, clock, tell: neverHere }),
    makeRecordedProbe: neverHere,
    countDenial: neverHere,
    makeDataKey: makeDataKeySource({ kms, keyArn: KEY_ARN }),
    invokeJob: makeInvokeJob({ lambda, config }),
    sendToQueue: neverHere,
    pause: neverHere,
    log,
    clock,
    ids,
    config: { brokerAccountId: BROKER_ACCOUNT, requesters: REQUESTERS, jobs: jobCatalogue, rules: RULES },
  };
  const batch = {
    runJob: makeRunJob(broker),
    backOff: neverHere,
    copyToDeadLetters: neverHere,
    log,
    ids,
    config: { concurrency: 5 },
  };
  return async (eventId) => {
    const time = new Date(clock.nowMs()).toISOString();
    const attributes = { ApproximateReceiveCount: '1', SentTimestamp: String(clock.nowMs()) };
    const body = runJobEvent({ envelope: { id: eventId, time } });
    const records = [{ messageId: 'message', receiptHandle: 'receipt', body, attributes }];
    const { batchItemFailures } = await processBatch({ records, remainingMs: () => 30_000 }, batch);
    if (batchItemFailures.length > 0) throw new Error('the request was not settled');
  };
}

/** The defaults of a deployment, but that no tenant is ever over: here one asks for everything. */
const LIMITS = {
  perTenant: { requestsPerMinute: 1e9, callsPerMinute: 1e9, concurrentIssuances: 1e9 },
  stsCallsPerSecond: 300,
};
const REQUESTERS = [
  { name: 'scans', recognisedBy: { event: { source: 'com.example.scans' } }, jobs: 'all', tenants: 'all' },
] as const;
const RULES = {
  roleArnRules,
  maximumAgeMs: 86_400_000,
  maximumFutureMs: 300_000,
  maximumHops: 3,
  mode: 'shared',
} as const;
