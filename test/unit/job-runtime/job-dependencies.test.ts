import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { jobDependencies } from '../../../lib/job-runtime/job-dependencies.ts';
import { jobHandler } from '../../../lib/job-runtime/job-handler.ts';
import { ENVELOPE_KEY_ARN } from './support/fake-kms.ts';
import { ANY_JOB, JOB, type JobWorld, lambdaContext, startJobWorld } from './support/job-world.ts';

let world: JobWorld;

beforeAll(async () => {
  world = await startJobWorld();
  world.clock.set(Date.now());
});
afterAll(() => world.close());
beforeEach(() => {
  const environment = {
    LEDGER_TABLE: 'ledger',
    SWITCHES_TABLE: 'switches',
    ENVELOPE_KEY_ARN,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: world.dynamo.endpoint,
    AWS_ENDPOINT_URL_KMS: world.kms.endpoint,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs(); // cspell:disable-line
});

describe('a job that is built from its environment', () => {
  it('claims, runs and reports with clients of its own', async () => {
    const { payload } = await world.issue();
    const handler = jobHandler(ANY_JOB, async ({ tenantId }) => tenantId, quiet());
    expect(await handler(payload, lambdaContext())).toMatchObject({ outcome: 'completed' });
    expect(await world.row(payload)).toMatchObject({ state: 'completed', report: { summary: '"acme"' } });
  });

  it.each(['loseResponse', 'loseRequest', 'throttle'] as const)(
    'makes one HTTP call for a claim: %s',
    async (fault) => {
      const { payload } = await world.issue();
      const handler = jobHandler(ANY_JOB, async () => null, quiet());
      world.dynamo.calls.length = 0;
      world.dynamo.breakNext('UpdateItem', [fault]);
      await expect(handler(payload, lambdaContext())).rejects.toMatchObject({ retryable: true });
      expect(world.dynamo.calls.map(({ operation }) => operation)).toEqual(['BatchGetItem', 'UpdateItem']);
    },
  );

  it('repeats a report', async () => {
    const { payload } = await world.issue();
    const run = async () => world.dynamo.breakNext('UpdateItem', ['loseRequest']);
    await jobHandler(ANY_JOB, run, quiet())(payload, lambdaContext());
    expect(await world.row(payload)).toMatchObject({ state: 'completed' });
  });

  it('is not built without its table', () => {
    vi.stubEnv('LEDGER_TABLE', undefined);
    expect(() => jobHandler(ANY_JOB, async () => null)).toThrow('LEDGER_TABLE');
  });

  function quiet() {
    return { ...jobDependencies(JOB), observe: () => undefined };
  }
});
