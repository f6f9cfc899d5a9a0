import type { KMSClient } from '@aws-sdk/client-kms';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { STSClient } from '@aws-sdk/client-sts';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { makeAssumeTenantRole } from '../../../lib/broker/assume-tenant-role.ts';
import type { BrokerDependencies, RoleDenial } from '../../../lib/broker/broker-dependencies.ts';
import { makeInvokeJob } from '../../../lib/broker/invoke-job.ts';
import type { BatchDependencies } from '../../../lib/broker/process-batch.ts';
import { makeRunJob } from '../../../lib/broker/run-job.ts';
import type { RunDependencies } from '../../../lib/job-runtime/with-tenant-credentials.ts';
import type { Job } from '../../../lib/jobs/job.ts';
import { makeLedger } from '../../../lib/ledger/dynamo-ledger.ts';
import type { Counters } from '../../../lib/limits/counters.ts';
import type { LimitSettings } from '../../../lib/limits/limit-settings.ts';
import type { Clock } from '../../../lib/platform/clock.ts';
import type { Ids } from '../../../lib/platform/ids.ts';
import { makeRequestQueue } from '../../../lib/platform/request-queue.ts';
import type { TransitionLog } from '../../../lib/platform/transition-log.ts';
import { makeDataKeySource } from '../../../lib/sealing/data-key.ts';
import type { SweepDependencies } from '../../../lib/sweeper/sweep-issuances.ts';
import { makeSwitches, type Switches } from '../../../lib/switches/switches.ts';
import { makeTenantReader } from '../../../lib/tenants/dynamo-tenant-reader.ts';
import { BROKER_ACCOUNT, roleArnRules } from '../a-tenant.ts';
import { tables } from '../dynamo-tables.ts';
import type { FrozenClock } from '../frozen-clock.ts';
import { limitsIn } from '../limits-in-world.ts';
import { dynamoOver } from './dynamo-calls.ts';
import { ENVELOPE_KEY_ARN, fakeKms } from './fake-kms.ts';
import { fakeLambda } from './fake-lambda.ts';
import { DEAD_LETTERS_URL, fakeQueue, QUEUE_URL } from './fake-queue.ts';
import { fakeSts } from './fake-sts.ts';
import type { Faults } from './faults.ts';
import { faultyCounters, limitsOfEach } from './faulty-counters.ts';
import type { Mode } from './invariants-of-calls.ts';
import type { SendCommand } from './memory-tables.ts';
import { type Rewiring, type Wiring, wirings } from './wiring.ts';

export type PipelineParts = {
  readonly send: SendCommand;
  readonly faults: Faults;
  readonly clock: FrozenClock;
  /** The time as the processes have it. */
  readonly processClock: Clock;
  readonly ids: Ids;
  readonly log: TransitionLog;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly wiring: Wiring;
  readonly mode: Mode;
  readonly limits?: LimitSettings | undefined;
  /** In place of those in memory. */
  readonly counters?: Counters | undefined;
  /** Other clients in front of the services; else the services are their own. */
  readonly clientsOf?: ((services: Services) => Clients) | undefined;
};

export type Services = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sts: STSClient;
  readonly kms: KMSClient;
  readonly lambda: LambdaClient;
  readonly sqs: SQSClient;
};
/** A job has clients of its own role. */
export type Clients = Services & { readonly job: Pick<RunDependencies, 'dynamo' | 'reports' | 'kms' | 'switches'> };

/** The deployed pipeline and job runtime, wired as `broker-on-aws` does, over services that can be broken. */
export function makePipeline(parts: PipelineParts) {
  const { faults, clock, processClock, ids, log, mode } = parts;
  const rewiring: Rewiring = wirings[parts.wiring];
  const sts = fakeSts(faults, clock);
  const lambda = fakeLambda(faults, clock);
  const queue = fakeQueue(faults, clock);
  const services: Services = {
    dynamo: dynamoOver(rewiring.store?.(parts.send) ?? parts.send, faults),
    sts: rewiring.stsClient?.(sts.client) ?? sts.client,
    kms: fakeKms(faults, ids),
    lambda: lambda.client,
    sqs: queue.client,
  };
  const config = {
    ...tables,
    requestQueueUrl: QUEUE_URL,
    requestDeadLetterQueueUrl: DEAD_LETTERS_URL,
    envelopeKeyArn: ENVELOPE_KEY_ARN,
    jobFunctionNamePrefix: 'broker-',
  };
  const clients = parts.clientsOf?.(services) ?? clientsAt(services, makeSwitches({ ...services, clock, config }));
  const { dynamo } = clients;
  const requestQueue = makeRequestQueue({ sqs: clients.sqs, config });
  const switches = makeSwitches({ dynamo, clock: processClock, config });
  const deployedLedger = makeLedger({ dynamo, log, config });
  const ledger = rewiring.ledger?.(deployedLedger) ?? deployedLedger;
  const denialsNoted: RoleDenial[] = [];
  const sendToQueue = (body: string) => requestQueue.send(body);

  const counters = parts.counters ?? faultyCounters(faults);
  const ofOne = () => limitsIn({ clock: processClock, log, sendToQueue, counters, settings: parts.limits });
  const braked = { limits: limitsOfEach(() => ofOne().limits), strangers: ofOne().strangers };
  const assumeTenantRole = makeAssumeTenantRole({ sts: clients.sts, clock: processClock, ...termsIn(mode) });
  const deployed = {
    ledger,
    invokeJob: makeInvokeJob({ lambda: clients.lambda, config }),
    assume: rewiring.assume?.(assumeTenantRole) ?? assumeTenantRole,
  };
  const { assume, ...handOver } = rewiring.broker?.(deployed) ?? deployed;
  const broker: BrokerDependencies = {
    ...braked,
    registry: makeTenantReader({ dynamo, config }),
    switches: rewiring.brokerSwitches?.(switches) ?? switches,
    assumeTenantRole: braked.limits.watching(assume),
    countDenial: async (denied) => void denialsNoted.push(denied),
    makeRecordedProbe: () => Promise.reject(new Error('no probe is ordered in this world')),
    makeDataKey: makeDataKeySource({ kms: clients.kms, keyArn: ENVELOPE_KEY_ARN }),
    ...handOver,
    sendToQueue,
    pause: async (milliseconds) => clock.advance(Math.round(milliseconds)),
    log,
    clock: processClock,
    ids,
    config: { brokerAccountId: BROKER_ACCOUNT, jobs: parts.jobs, requesters, rules: { ...rules, mode } },
  };
  const batch: BatchDependencies = {
    runJob: makeRunJob(broker),
    backOff: (record, seconds) => requestQueue.backOff(record, seconds),
    copyToDeadLetters: (record) => requestQueue.copyToDeadLetters(record),
    log,
    // Always the longest back-off: the ids of a run are not to depend on how often a message was put back.
    ids: { randomBytes: (length) => new Uint8Array(length).fill(255) },
    config: { concurrency: 5 },
  };
  const sweeper: SweepDependencies = {
    ledger: rewiring.sweeperLedger?.(ledger) ?? ledger,
    sendToQueue,
    log,
    clock: processClock,
  };
  const job: Omit<RunDependencies, 'jobName' | 'observe'> = {
    config,
    clock: processClock,
    ...clients.job,
    switches: rewiring.jobSwitches?.(clients.job.switches) ?? clients.job.switches,
  };
  return {
    sweeps: rewiring.sweeps !== 'never',
    denialsNoted,
    broker,
    vendingLedger: rewiring.vendingLedger?.(broker.ledger) ?? broker.ledger,
    batch,
    sweeper,
    job,
    ledger,
    switches,
    sts,
    lambda,
    queue,
  };
}

/** The services as the clients of themselves. */
function clientsAt(services: Services, switches: Switches): Clients {
  const { dynamo, kms } = services;
  return { ...services, job: { dynamo, reports: dynamo, kms, switches } };
}

function termsIn(mode: Mode) {
  return { externalIdRequired: mode === 'shared', externalIdForbidden: mode === 'dedicated' };
}

const requesters = [
  { name: 'scans', recognisedBy: { event: { source: 'com.example.scans' } }, jobs: 'all', tenants: 'all' },
  {
    name: 'logs',
    recognisedBy: { event: { source: 'com.example.logs' } },
    jobs: ['scan-account'],
    tenants: ['globex'],
  },
] as const;
const rules = { roleArnRules, maximumAgeMs: 86_400_000, maximumFutureMs: 300_000, maximumHops: 3 };
