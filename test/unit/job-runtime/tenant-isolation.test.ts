import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobHandler, type RunJob } from '../../../lib/job-runtime/job-handler.ts';
import type { JobPayload } from '../../../lib/job-runtime/job-payload.ts';
import type { TenantContext } from '../../../lib/job-runtime/tenant-context.ts';
import { ANY_JOB, type JobWorld, lambdaContext, startJobWorld } from './support/job-world.ts';

let world: JobWorld;

beforeAll(async () => {
  world = await startJobWorld();
});
afterAll(() => world.close());

const handlerOf = (run: RunJob) => jobHandler(ANY_JOB, run, world.dependencies);

describe('the credentials of a run', () => {
  it('are forgotten even when another middleware answers in place of the job', async () => {
    const { payload } = await world.issue();
    let held: TenantContext | undefined;
    const handler = handlerOf(async () => null).before(({ context }) => {
      held = context.tenant;
      return 'answered early';
    });
    expect(await handler(payload, lambdaContext())).toBe('answered early');
    expect(held).toBeDefined();
    await expect(held?.credentials()).rejects.toThrow('forgotten');
  });

  it('are not given to work that a job left running', async () => {
    const { payload } = await world.issue();
    let release: (value?: unknown) => void = () => undefined;
    const later = new Promise((resolve) => {
      release = resolve;
    });
    let leftOver: Promise<unknown> = Promise.resolve();
    await handlerOf(async ({ credentials }) => {
      leftOver = later.then(() => credentials());
      leftOver.catch(() => undefined);
    })(payload, lambdaContext());
    release();
    await expect(leftOver).rejects.toThrow('forgotten');
  });

  it('are never those of another tenant, over 300 runs in one process, some at the same time', async () => {
    const handler = handlerOf(async ({ tenantId, credentials }) => {
      const first = await credentials();
      await new Promise((resolve) => setImmediate(resolve));
      const second = await credentials();
      return { tenantId, ids: [first.accessKeyId, second.accessKeyId] };
    });
    for (let round = 0; round < 75; round += 1) {
      const issued = await Promise.all(
        ['acme', 'globex', 'acme', 'globex'].map((tenantId) => world.issue({ tenantId })),
      );
      await Promise.all(issued.map(({ payload }) => handler(payload, lambdaContext())));
      for (const { payload, credentials } of issued) {
        const ids = [credentials.accessKeyId, credentials.accessKeyId];
        expect(await summaryOf(payload)).toBe(JSON.stringify({ tenantId: payload.tenantId, ids }));
      }
    }
  });

  async function summaryOf(payload: JobPayload): Promise<unknown> {
    const { report } = await world.row(payload);
    return typeof report === 'object' && report !== null && 'summary' in report ? report.summary : undefined;
  }
});

describe('a process that Lambda keeps for one tenant', () => {
  it.each([
    ['opens what is its tenant’s', (tenantId: string) => tenantId, 'completed'],
    ['opens nothing of another tenant’s', () => 'another-tenant', 'envelope.invalid'],
  ])('%s', async (_, tenantOf, expected) => {
    const { payload } = await world.issue();
    const context = { ...lambdaContext(), tenantId: tenantOf(payload.tenantId) };
    const outcome = await handlerOf(async () => null)(payload, context).then(
      (answer: unknown) => (answer as { outcome: string }).outcome,
      (error: { code: string }) => error.code,
    );
    expect(outcome).toBe(expected);
  });
});
