import { describe, expect, it } from 'vitest';
import { catalogueOf } from '../../../lib/jobs/job-catalogue.ts';
import { processLogsJob } from '../../../lib/jobs/process-logs.job.ts';
import { scanAccountJob } from '../../../lib/jobs/scan-account.job.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';
import { endsWell } from '../../support/faulty-world/ends-well.ts';
import { vended } from '../../support/faulty-world/vending.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';
import { START_MS } from '../../support/frozen-clock.ts';

/** Cut down to the second: so it stands in the policy. */
const FENCE_MS = Math.floor(START_MS / 1000) * 1000 + scanAccountJob.sessionSeconds * 1000;

describe('credentials for a caller', () => {
  it('are given once their issue is on record, and end at the fence', async () => {
    const world = await faultyWorld();
    const { status, body } = await vended(world);
    const [minted] = world.sts.minted;
    expect(status).toBe(200);
    expect(body).toEqual({
      Version: 1,
      AccessKeyId: minted?.accessKeyId,
      SecretAccessKey: minted?.secretAccessKey,
      SessionToken: minted?.sessionToken,
      Expiration: new Date(FENCE_MS).toISOString().replace('.000Z', 'Z'),
    });
    const issuance = await world.issuance();
    expect(world.sites(issuance.recordId)).toEqual(['ledger.intended', 'sts.assume', 'ledger.issued']);
    expect(issuance).toMatchObject({
      state: 'issued',
      delivery: 'caller',
      requester: 'support',
      dueAtMs: FENCE_MS,
      lastAccessKeyId: minted?.accessKeyId,
      attempts: [{ attempt: 1, outcome: 'issued', fenceMs: FENCE_MS }],
      trail: [{ type: 'intended', delivery: 'caller' }, { type: 'issued' }],
    });
    expect(issuance).not.toHaveProperty('ticket');
    await endsWell(world);
    expect(await world.issuance()).toMatchObject({ state: 'expired', attempts: [{ outcome: 'issued' }] });
  });

  it('come of a request that says who asked, why, and in which session of theirs', async () => {
    const world = await faultyWorld();
    await vended(world);
    expect(await world.requests()).toMatchObject([
      {
        requester: 'support',
        caller: 'arn:aws:sts::111111111111:assumed-role/support/jane',
        origin: {
          kind: 'functionUrl',
          account: '111111111111',
          principalArn: 'arn:aws:iam::111111111111:role/support',
        },
        delivery: 'caller',
        reason: 'TICKET-1',
        decision: 'allowed',
        accountIds: ['222222222222'],
      },
    ]);
  });

  it('have the session policy, the external ID and the length of the job’s own sessions', async () => {
    const world = await faultyWorld();
    await vended(world);
    world.ask();
    await world.drain();
    const [forCaller, forJob] = world.sts.asked.map(({ RoleSessionName: _name, ...input }) => input);
    expect(forCaller).toEqual(forJob);
  });

  it('are new with each call, and a request of their own', async () => {
    const world = await faultyWorld();
    const first = await vended(world);
    const second = await vended(world, { requestId: 'url-request-2' });
    expect(first.body.AccessKeyId).not.toBe(second.body.AccessKeyId);
    expect(await world.requests()).toHaveLength(2);
    await endsWell(world);
  });

  it('are never given again for a call that was answered', async () => {
    const world = await faultyWorld();
    await vended(world);
    expect(await vended(world)).toMatchObject({ status: 409, body: { error: { code: 'request.idConflict' } } });
    expect(world.sts.minted).toHaveLength(1);
    await endsWell(world);
  });
});

describe('what a caller may not have', () => {
  const cases: readonly { name: string; call: Parameters<typeof vended>[1]; status: number; code: string }[] = [
    {
      name: 'an idempotency key',
      call: { detail: { idempotencyKey: 'k' } },
      status: 400,
      code: 'request.fieldNotAllowed',
    },
    { name: 'an input', call: { detail: { input: {} } }, status: 400, code: 'request.fieldNotAllowed' },
    { name: 'a hop', call: { detail: { hops: 1 } }, status: 400, code: 'request.fieldNotAllowed' },
    {
      name: 'a re-run',
      call: { detail: { rerunOf: `scan-account.${'a'.repeat(32)}` } },
      status: 400,
      code: 'request.fieldNotAllowed',
    },
    { name: 'no account', call: { detail: { accountIds: undefined } }, status: 400, code: 'request.fieldInvalid' },
    {
      name: 'two accounts',
      call: { detail: { accountIds: ['222222222222', '222222222223'] } },
      status: 400,
      code: 'request.fieldInvalid',
    },
    { name: 'no reason', call: { detail: { reason: undefined } }, status: 400, code: 'request.fieldInvalid' },
    { name: 'a blank reason', call: { detail: { reason: '  ' } }, status: 400, code: 'request.fieldInvalid' },
    { name: 'an unknown key', call: { detail: { duration: 900 } }, status: 400, code: 'request.fieldNotAllowed' },
    {
      name: 'a job for its function alone',
      call: { detail: { job: 'process-logs' } },
      status: 409,
      code: 'job.notForCallers',
    },
    { name: 'a job that there is not', call: { detail: { job: 'nothing' } }, status: 400, code: 'job.unknown' },
    {
      name: 'an account that is not connected',
      call: { detail: { accountIds: ['999999999999'] } },
      status: 404,
      code: 'account.unknown',
    },
  ];
  it.each(cases)('$name: $code, on record, and STS never hears of it', async ({ call, status, code }) => {
    const world = await faultyWorld();
    expect(await vended(world, call)).toMatchObject({ status, body: { error: { code } } });
    expect(world.sts.asked).toEqual([]);
    const told = [...(await world.requests()).map(({ refusal }) => refusal?.reason), ...(await refusals(world))];
    expect(told).toContain(code);
    await endsWell(world);
  });

  it.each([
    {
      name: 'a stranger',
      call: { caller: 'arn:aws:sts::111111111111:assumed-role/other/jane' },
      reason: 'requester.notAllowed',
    },
    { name: 'a tenant of others', call: { detail: { tenantId: 'globex' } }, reason: 'requester.notAllowed' },
    { name: 'no tenant', call: { detail: { tenantId: 'nobody' } }, reason: 'tenant.unknown' },
  ])('$name: one answer to the letter, the ledger knows the rest', async ({ call, reason }) => {
    const world = await faultyWorld({
      tenants: [aTenant(), aTenant({ tenantId: 'globex', accountId: '333333333333' })],
    });
    const { status, body } = await vended(world, call);
    expect([status, body.error]).toEqual([
      403,
      {
        code: 'requester.notAllowed',
        message: expect.stringMatching(/^you may not ask for this job and tenant/),
        whatToDo: expect.any(String),
      },
    ]);
    expect(await world.requests()).toMatchObject([{ refusal: { reason } }]);
    await endsWell(world);
  });

  it('anything of a tenant that is suspended', async () => {
    const world = await faultyWorld();
    await world.suspend();
    expect(await vended(world)).toMatchObject({ status: 409, body: { error: { code: 'tenant.suspended' } } });
    await endsWell(world);
  });

  it('a session of a role that a second person is to consent to', async () => {
    const consent = {
      state: 'awaited' as const,
      connectedBy: ['arn:aws:iam::111111111111:role/operators'],
      sinceMs: 1,
    };
    const world = await faultyWorld({ tenants: [aTenant({ roles: [aRole({ consent })] })] });
    expect(await vended(world)).toMatchObject({ status: 409, body: { error: { code: 'account.awaitsConsent' } } });
    expect(world.sts.asked).toEqual([]);
    await endsWell(world);
  });

  it('a session once the invocation has too little time left: nothing is announced', async () => {
    const world = await faultyWorld();
    const answer = await vended(world, { functionMs: 11_999 });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'vending.unavailable' } } });
    expect(await world.issuances()).toEqual([]);
  });

  it('what every job was given before callers could ask: the catalogue decides', async () => {
    const jobs = catalogueOf([{ ...scanAccountJob, deliverTo: ['job'] }, processLogsJob]);
    const world = await faultyWorld({ jobs });
    expect(await vended(world)).toMatchObject({ status: 409, body: { error: { code: 'job.notForCallers' } } });
    world.ask();
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed' });
  });

  async function refusals(world: FaultyWorld): Promise<readonly string[]> {
    return (await world.issuances()).flatMap((issuance) =>
      issuance.state === 'refused' ? [issuance.refusal.reason] : [],
    );
  }
});
