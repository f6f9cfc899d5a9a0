import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { jobDependencies } from '../../../lib/job-runtime/job-dependencies.ts';
import { documentClient, kmsClient, lambdaClient, sqsClient, stsClient } from '../../../lib/platform/clients.ts';
import { tables } from '../../support/dynamo-tables.ts';
import { ENVELOPE_KEY_ARN } from '../../support/faulty-world/fake-kms.ts';
import type { Clients, Services } from '../../support/faulty-world/pipeline.ts';
import { servicesOnTheWire, type WireHandler } from './services-on-the-wire.ts';

const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'not-a-secret',
  // Nothing of whoever runs this.
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  LEDGER_TABLE: tables.ledgerTable,
  SWITCHES_TABLE: tables.switchesTable,
  ENVELOPE_KEY_ARN,
};

export type SdkClients = {
  readonly clientsOf: (services: Services) => Clients;
  /** Of the client of STS: how often it was told to send something, and how often it did. */
  readonly sts: { sends: number; requests: number };
  /** HTTP requests that were a client's second or later for the same call; of a client that must make one, apart. */
  readonly repeated: { allowed: number; forbidden: number };
  /** Lets each client read what it reads once, from files, so that no run waits for a disk. */
  warmUp(): Promise<void>;
};

export type SdkClientOptions = {
  /** As deployed 1: to see what is noticed when it is more. */
  readonly stsMaxAttempts?: number | undefined;
};

/** The clients of the functions, made as `lib` makes them, with the services of a world behind their request handlers. */
export function sdkClients({ stsMaxAttempts }: SdkClientOptions = {}): SdkClients {
  Object.assign(process.env, ENVIRONMENT);
  const job = jobDependencies('scan-account');
  const dynamo = documentClient();
  const [sts, kms, lambda, sqs] = [stsClient('eu-west-1'), kmsClient(), lambdaClient(), sqsClient()];
  const counted = { sends: 0, requests: 0 };
  const repeated = { allowed: 0, forbidden: 0 };
  let wire: WireHandler = {
    handle: async () => ({ response: { statusCode: 400, headers: {}, body: Buffer.from('') } }),
  };
  const handlerThat = (may: keyof typeof repeated): WireHandler => ({
    handle(request) {
      if (!/attempt=1\b/.test(request.headers['amz-sdk-request'] ?? '')) repeated[may] += 1;
      return wire.handle(request);
    },
  });
  const all = [dynamo, sts, kms, lambda, sqs, job.dynamo, job.reports, job.kms];
  for (const client of all) {
    // The client that claims: a repeated claim could not tell its own lost success from another's.
    const may = client === sts || client === job.dynamo ? 'forbidden' : 'allowed';
    Object.assign(configOf(client), { requestHandler: handlerThat(may) });
  }
  sts.middlewareStack.add(
    (next) => (args) => {
      counted.sends += 1;
      return next(args);
    },
    { step: 'initialize' },
  );

  return {
    sts: counted,
    repeated,
    clientsOf(services) {
      wire = servicesOnTheWire(services, (service) => {
        if (service === 'sts') counted.requests += 1;
      });
      return { dynamo, sts, kms, lambda, sqs, job };
    },
    async warmUp() {
      const serving = wire;
      wire = { handle: async () => ({ response: { statusCode: 400, headers: {}, body: Buffer.from('') } }) };
      const tablesOf = [dynamo, job.dynamo, job.reports].map((client) => client.send(new ListTablesCommand()));
      await Promise.allSettled([
        ...tablesOf,
        ...[kms, job.kms].map((client) => client.send(new ListKeysCommand())),
        sts.send(new GetCallerIdentityCommand()),
        lambda.send(new ListFunctionsCommand()),
        sqs.send(new ListQueuesCommand()),
      ]);
      await Promise.all(all.map(async (client) => withoutJitter(await strategyOf(client))));
      if (stsMaxAttempts !== undefined) {
        Object.assign(await strategyOf(sts), { maxAttemptsProvider: async () => stsMaxAttempts });
      }
      counted.sends = 0;
      wire = serving;
    },
  };
}

/** Of a client of a job, whose type says only what the job does with it. */
function configOf(client: object): object {
  if (!('config' in client) || typeof client.config !== 'object' || client.config === null)
    throw new Error('no client');
  return client.config;
}

async function strategyOf(client: object): Promise<object> {
  const config = configOf(client);
  const provide = 'retryStrategy' in config ? config.retryStrategy : undefined;
  const strategy: unknown = typeof provide === 'function' ? await provide() : undefined;
  const isStandard = typeof strategy === 'object' && strategy !== null && 'retryBackoffStrategy' in strategy;
  if (!isStandard) throw new Error('the retry strategy of the SDK is another one');
  return strategy;
}

/** Leaves the strategy as the client has it, with the longest pause that it could have drawn instead of a drawn one. */
function withoutJitter(strategy: object): void {
  let baseMs = 0;
  const retryBackoffStrategy = {
    setDelayBase: (delayMs: number) => {
      baseMs = delayMs;
    },
    computeNextBackoffDelay: (count: number) => Math.min(baseMs * 2 ** count, LONGEST_PAUSE_MS),
  };
  Object.assign(strategy, { retryBackoffStrategy });
}

/** The SDK's own. */
const LONGEST_PAUSE_MS = 20_000;
