import middy from '@middy/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { jobHandler, type RunJob } from '../../../lib/job-runtime/job-handler.ts';
import type { TenantContext } from '../../../lib/job-runtime/tenant-context.ts';
import { type TenantLambdaContext, withTenantCredentials } from '../../../lib/job-runtime/with-tenant-credentials.ts';
import { ANY_JOB, type JobWorld, lambdaContext, START_MS, startJobWorld } from './support/job-world.ts';

let world: JobWorld;
let seen: TenantContext[];

beforeAll(async () => {
  world = await startJobWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.clock.set(START_MS);
  world.observed.length = 0;
  seen = [];
});
/** Whatever way a run went, the credentials of every run must be gone when its invocation is over. */
afterEach(async () => {
  for (const tenant of seen) await expect(tenant.credentials()).rejects.toThrow();
});

function handlerOf(run: RunJob) {
  return jobHandler(ANY_JOB, runAndRemember(run), world.dependencies);
}

function runAndRemember(run: RunJob): RunJob {
  return (tenant) => {
    seen.push(tenant);
    return run(tenant);
  };
}

async function invoke(payload: unknown, run: RunJob, remainingMs = 300_000): Promise<unknown> {
  return handlerOf(run)(payload, lambdaContext({ remainingMs }));
}

const eventsOf = (): unknown[] => world.observed.map(({ event }) => event);

describe('a run that ends well', () => {
  it('gives the job its tenant and credentials, and reports what it returned', async () => {
    const { payload, credentials } = await world.issue({ input: { depth: 1 } });
    const outcome = await invoke(payload, async (tenant) => {
      expect(await tenant.credentials()).toEqual({
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey,
        sessionToken: credentials.sessionToken,
        expiration: new Date(payload.fenceMs),
      });
      return { buckets: 3 };
    });
    const { tenantId, accountId, job, issuanceId, attempt } = payload;
    expect(seen[0]).toMatchObject({ tenantId, accountId, job, issuanceId, attempt, input: { depth: 1 } });
    expect(outcome).toEqual({ issuanceId, outcome: 'completed' });
    expect(await world.row(payload)).toMatchObject({
      state: 'completed',
      claim: { attempt: 1, by: 'request-1' },
      report: { outcome: 'completed', attempt: 1, atMs: START_MS, summary: '{"buckets":3}' },
    });
    expect(eventsOf()).toEqual([{ event: 'run.completed' }]);
    expect(world.observed[0]?.run).toMatchObject({ issuanceId, tenantId });
  });

  it('has until Lambda’s time-out less what the report needs', async () => {
    const { payload } = await world.issue();
    await invoke(payload, async () => null, 100_000);
    expect(seen[0]?.deadlineMs).toBe(START_MS + 95_000);
  });

  it('has until the fence at most, and no credentials from then on', async () => {
    const { payload } = await world.issue();
    await invoke(
      payload,
      async ({ credentials, deadlineMs }) => {
        expect(deadlineMs).toBe(payload.fenceMs);
        world.clock.set(payload.fenceMs - 1);
        await credentials();
        world.clock.set(payload.fenceMs);
        await expect(credentials()).rejects.toThrow('past its fence');
      },
      900_000,
    );
    expect(await world.row(payload)).toMatchObject({ state: 'completed' });
  });
});

describe('a job whose claim is refused', () => {
  it('never runs, and Lambda is told so without an error', async () => {
    const { payload } = await world.issue();
    await invoke(payload, async () => 'first');
    world.observed.length = 0;
    const outcome = await invoke(payload, async () => {
      throw new Error('the job ran');
    });
    expect(outcome).toEqual({ issuanceId: payload.issuanceId, outcome: 'claim.refused' });
    expect(eventsOf()).toEqual([{ event: 'claim.refused', because: 'conditionFailed' }]);
    expect(await world.row(payload)).toMatchObject({ state: 'completed', report: { summary: '"first"' } });
  });

  it('never runs while its tenant is suspended', async () => {
    const { payload } = await world.issue({ tenantId: 'suspended-one' });
    await world.switchOff('tenant#suspended-one');
    expect(await invoke(payload, async () => null)).toMatchObject({ outcome: 'claim.refused' });
    expect(seen).toEqual([]);
    expect(await world.row(payload)).toMatchObject({ state: 'issued' });
  });
});

describe('an error before the claim is thrown on, so that Lambda invokes again', () => {
  it.each([undefined, {}, { version: 1 }])('with the payload %o', async (payload) => {
    await expect(invoke(payload, async () => null)).rejects.toMatchObject({ code: 'envelope.invalid' });
    expect(eventsOf()).toEqual([{ event: 'run.notStarted', code: 'envelope.invalid' }]);
    expect(seen).toEqual([]);
  });

  it('when the ledger throttles, and the next invocation runs', async () => {
    const { payload } = await world.issue();
    world.dynamo.breakNext('UpdateItem', ['throttle']);
    await expect(invoke(payload, async () => null)).rejects.toMatchObject({ code: 'store.busy' });
    expect(world.observed[0]).toMatchObject({
      event: { event: 'run.notStarted', code: 'store.busy' },
      run: { issuanceId: payload.issuanceId },
    });
    expect(await invoke(payload, async () => null)).toMatchObject({ outcome: 'completed' });
  });
});

describe('an error after the claim is reported and not thrown on', () => {
  it.each([
    {
      of: 'the job',
      run: async () => Promise.reject(new TypeError('secret text')),
      code: 'job.failed',
      name: 'TypeError',
    },
    {
      of: 'the job, at once',
      run: () => {
        throw new RangeError('x');
      },
      code: 'job.failed',
      name: 'RangeError',
    },
    { of: 'the job, as a text', run: async () => Promise.reject('text'), code: 'job.failed', name: 'Error' },
    { of: 'the job, with nothing', run: async () => Promise.reject(undefined), code: 'job.failed', name: 'Error' },
    {
      of: 'the broker',
      run: async () => Promise.reject(new BrokerError('store.busy', 'a table throttled')),
      code: 'store.busy',
      name: 'BrokerError',
    },
  ])('when it is of $of', async ({ run, code, name }) => {
    const { payload } = await world.issue();
    expect(await invoke(payload, run)).toEqual({ issuanceId: payload.issuanceId, outcome: 'failed', code });
    expect(await world.row(payload)).toMatchObject({ state: 'failed', report: { outcome: 'failed', code, name } });
    expect(world.observed).toMatchObject([{ event: { event: 'run.failed', code, name } }]);
    expect(JSON.stringify(await world.row(payload))).not.toContain('secret text');
  });

  it('when the envelope does not open; the job does not run', async () => {
    const { payload } = await world.issue();
    const forged = { ...payload, tenantId: 'victim' };
    expect(await invoke(forged, async () => null)).toMatchObject({ outcome: 'failed', code: 'envelope.invalid' });
    expect(seen).toEqual([]);
    expect(await world.row(payload)).toMatchObject({ state: 'failed', report: { code: 'envelope.invalid' } });
    expect(world.observed).toMatchObject([{ event: { event: 'run.failed', code: 'envelope.invalid' } }]);
  });

  it('when KMS cannot be asked', async () => {
    const { payload } = await world.issue();
    world.kms.failNext(['KMSInternalException']);
    expect(await invoke(payload, async () => null)).toMatchObject({ outcome: 'failed', code: 'seal.failed' });
    expect(await world.row(payload)).toMatchObject({ state: 'failed', report: { code: 'seal.failed' } });
  });

  it('when another middleware fails after the job', async () => {
    const { payload } = await world.issue();
    const handler = handlerOf(async () => null).after(() => {
      throw new Error('another middleware');
    });
    expect(await handler(payload, lambdaContext())).toMatchObject({ outcome: 'failed', code: 'job.failed' });
    expect(await world.row(payload)).toMatchObject({ state: 'failed' });
  });
});

describe('the middleware by itself, without the handler that ends every run,', () => {
  it.each<{ job: string; run: RunJob; outcome: string }>([
    { job: 'ends well', run: async () => null, outcome: 'completed' },
    { job: 'fails', run: async () => Promise.reject(new Error('x')), outcome: 'failed' },
  ])('has forgotten the credentials when it says that the job $job', async ({ run, outcome }) => {
    const { payload } = await world.issue();
    const atTheEnd: unknown[] = [];
    const observe = () => void atTheEnd.push(seen[0]?.credentials().catch(() => 'forgotten'));
    const handler = middy<unknown, unknown, Error, TenantLambdaContext>()
      .use(withTenantCredentials({ ...world.dependencies, observe }))
      .handler((_event: unknown, { tenant }: TenantLambdaContext) => {
        if (tenant === undefined) throw new Error('no tenant');
        return runAndRemember(run)(tenant);
      });
    expect(await handler(payload, lambdaContext())).toMatchObject({ outcome });
    expect(await Promise.all(atTheEnd)).toEqual(['forgotten']);
  });

  it('lets no job run that it did not open an envelope for', async () => {
    const { payload } = await world.issue();
    const handler = jobHandler(ANY_JOB, async () => null, world.dependencies).before(({ context }) => {
      delete context.tenant;
    });
    expect(await handler(payload, lambdaContext())).toMatchObject({ outcome: 'failed', code: 'internal' });
  });
});
