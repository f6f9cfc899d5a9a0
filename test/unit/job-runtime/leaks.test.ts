import { inspect } from 'node:util';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { jobHandler, type RunJob } from '../../../lib/job-runtime/job-handler.ts';
import { logAndCount } from '../../../lib/job-runtime/log-and-count.ts';
import type { TenantContext } from '../../../lib/job-runtime/tenant-context.ts';
import type { Fault } from './support/dynamo-server.ts';
import { ANY_JOB, JOB, type JobWorld, lambdaContext, startJobWorld, tracesOf } from './support/job-world.ts';

let world: JobWorld;

beforeAll(async () => {
  world = await startJobWorld();
});
afterAll(() => world.close());

/** Everything that the process writes: the real logger and metrics go to its standard output. */
function recordOutput(): { readonly written: string[]; readonly stop: () => void } {
  const written: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    }),
  );
  return {
    written,
    stop: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

function observer() {
  const logger = new Logger({ serviceName: JOB, logLevel: 'DEBUG' });
  const metrics = new Metrics({ serviceName: JOB, namespace: 'credential-broker' });
  return logAndCount(JOB, { logger, metrics });
}

const held = async ({ credentials }: TenantContext) => credentials();
class SdkLikeError extends Error {
  $metadata = { httpStatusCode: 403, requestId: 'ID' };
  $response: unknown;
}

const leaky: readonly { by: string; run: RunJob }[] = [
  { by: 'returning them', run: held },
  {
    by: 'returning them in base64',
    run: async (tenant) => Buffer.from(JSON.stringify(await held(tenant))).toString('base64'),
  },
  {
    by: 'returning the secret in hexadecimal',
    run: async (tenant) => Buffer.from((await held(tenant)).secretAccessKey).toString('hex'),
  },
  { by: 'returning its context', run: async (tenant) => ({ ...tenant, ...(await held(tenant)) }) },
  {
    by: 'throwing them in a text',
    run: async (tenant) => {
      throw new Error(JSON.stringify(await held(tenant)));
    },
  },
  {
    by: 'throwing them as a value',
    run: async (tenant) => {
      throw await held(tenant);
    },
  },
  {
    by: 'throwing them as the name and cause of an error',
    run: async (tenant) => {
      const { secretAccessKey } = await held(tenant);
      const error = new Error('x', { cause: secretAccessKey });
      error.name = secretAccessKey;
      throw error;
    },
  },
  {
    by: 'throwing an SDK error that holds the response',
    run: async (tenant) => {
      const error = new SdkLikeError('denied');
      error.$response = await held(tenant);
      throw error;
    },
  },
  {
    by: 'putting them into an error of the broker',
    run: async (tenant) => {
      throw new BrokerError('job.failed', (await held(tenant)).sessionToken);
    },
  },
];

describe('credentials reach no log, count, row, result or error', () => {
  it.each(leaky)('when a job leaks them by $by', async ({ run }) => {
    await expectNoTrace(run, []);
  });

  it.each<{ at: string; faults: readonly Fault[]; kms?: string }>([
    { at: 'a throttled claim', faults: ['throttle'] },
    { at: 'a lost claim', faults: ['loseRequest'] },
    { at: 'a claim whose response is lost', faults: ['loseResponse'] },
    { at: 'a failure of KMS', faults: [], kms: 'KMSInternalException' },
    { at: 'an envelope that does not open', faults: [], kms: 'InvalidCiphertextException' },
  ])('at $at', async ({ faults, kms }) => {
    if (kms !== undefined) world.kms.failNext([kms]);
    await expectNoTrace(async () => null, faults);
  });

  it('in a run that ends well', async () => {
    const { written } = await expectNoTrace(async () => ({ buckets: 1 }), []);
    expect(written).toContain('run.completed');
    expect(written).toContain('"RunCompleted":1');
  });

  async function expectNoTrace(run: RunJob, faults: readonly Fault[]) {
    const { payload, credentials } = await world.issue();
    const { written, stop } = recordOutput();
    const handler = jobHandler(ANY_JOB, run, { ...world.dependencies, observe: observer() });
    world.dynamo.breakNext('UpdateItem', faults);
    const context = lambdaContext();
    const result: unknown = await handler(payload, context)
      .catch((error: unknown) => error)
      .finally(stop);
    const everything = [
      written.join(''),
      JSON.stringify(await world.everyRow()),
      JSON.stringify(result),
      inspect(result, { depth: 10, showHidden: true }),
      inspect(context, { depth: 10, showHidden: true }),
    ].join('\n');
    expect(written.length).toBeGreaterThan(0);
    expect(tracesOf(credentials).filter((trace) => everything.includes(trace))).toEqual([]);
    return { written: written.join('') };
  }
});
