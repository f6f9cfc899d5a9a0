import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../lib/broker/issuance.ts';
import { ownRecord } from '../../../lib/requests/parse-request.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';
import { stsError } from '../../support/faulty-world/fake-sts.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';

/** An issuance whose first attempt ended without a session, now due and handed back. */
async function handedBack(): Promise<FaultyWorld> {
  const world = await faultyWorld();
  world.faults.breakAt('sts.assume', 'loseResponse');
  world.ask();
  await world.drain();
  world.clock.advance(60_000);
  await world.sweep();
  return world;
}

async function continuation(world: FaultyWorld, trailHead?: string) {
  const issuance = await world.issuance();
  return ownRecord({
    brokerRecord: 'continue',
    issuanceId: issuance.recordId,
    trailHead: trailHead ?? issuance.trailHead,
  });
}

describe('an issuance that was handed back', () => {
  it('goes on with the next attempt, by what holds now', async () => {
    const world = await handedBack();
    await world.connect(aTenant({ tenant: { version: 9 }, roles: [aRole({ version: 8 })] }));
    await world.drain();
    const { trail, attempt } = await world.issuance();
    expect(attempt).toBe(2);
    expect(trail.find((entry) => entry.type === 'intended' && entry.attempt === 2)).toMatchObject({
      tenantVersion: 9,
      roleVersion: 8,
    });
    await world.settle();
    expect(await world.violations()).toEqual([]);
  });

  it('calls again in the same attempt after a refusal that was read in full', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', 'throttle', 'throttle');
    world.ask();
    await world.drain();
    expect(await world.issuance()).toMatchObject({ state: 'intended', attempt: 1, call: 2, resume: 'call' });
    await world.minutes(2);
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 1 });
    const calls = (await world.issuance()).trail.flatMap(({ type, call }) => (type === 'called' ? [call] : []));
    expect(calls).toEqual([2, 3]);
  });

  it('records what each further call is made under', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', 'throttle', 'throttle');
    world.ask();
    await world.drain();
    await world.connect(aTenant({ tenant: { version: 9 }, roles: [aRole({ version: 8 })] }));
    await world.minutes(2);
    const called = (await world.issuance()).trail.filter(({ type }) => type === 'called');
    expect(called.at(-1)).toMatchObject({ attempt: 1, call: 3, tenantVersion: 9, roleVersion: 8 });
  });

  it('begins another attempt where the role is another one, and says that the last call made nothing', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', 'throttle', 'throttle');
    world.ask();
    await world.drain();
    const roleArn = 'arn:aws:iam::222222222222:role/credential-broker/scanner-2';
    await world.connect(aTenant({ roles: [aRole({ roleArn, version: 3 })] }));
    await world.minutes(2);
    const { attempt, attempts, roleArn: used } = await world.issuance();
    expect({ attempt, used }).toEqual({ attempt: 2, used: roleArn });
    expect(attempts[0]).toMatchObject({ outcome: 'failed', code: 'sts.unavailable' });
    await world.settle();
    expect(await world.violations()).toEqual([]);
  });

  it('ends where the role is another one and no attempt is left', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', 'loseResponse', 'loseResponse', 'throttle', 'throttle');
    world.ask();
    await world.drain();
    await world.minutes(2);
    expect(await world.issuance()).toMatchObject({ state: 'intended', attempt: 3, resume: 'call' });
    const roleArn = 'arn:aws:iam::222222222222:role/credential-broker/scanner-2';
    await world.connect(aTenant({ roles: [aRole({ roleArn, version: 3 })] }));
    await world.settle();
    expect(await world.issuance()).toMatchObject({
      state: 'failed',
      attempt: LIMITS.attempts,
      code: 'sts.unavailable',
    });
    expect(await world.violations()).toEqual([]);
  });
});

describe('what is decided again', () => {
  const changes: readonly { name: string; change: (world: FaultyWorld) => Promise<void>; reason: string }[] = [
    { name: 'the tenant is suspended', change: (world) => world.suspend(), reason: 'tenant.suspended' },
    {
      name: 'everything is switched off',
      change: (world) => world.pipeline.switches.switchOff('global', { by: 'operator', reason: 'test' }),
      reason: 'switch.off',
    },
    {
      name: 'the job is no longer enabled',
      change: (world) => world.connect(aTenant({ tenant: { enabledJobs: [] } })),
      reason: 'job.notEnabled',
    },
    {
      name: 'the role is quarantined',
      change: (world) => world.connect(aTenant({ roles: [aRole({ status: 'quarantined' })] })),
      reason: 'trust.unsafe',
    },
    {
      name: 'the settings fit no policy',
      change: (world) => world.connect(aTenant({ tenant: { settings: { 'scan-account': { evil: '*' } } } })),
      reason: 'policy.parameterInvalid',
    },
  ];

  it.each(changes)('revokes with the reason when $name', async ({ change, reason }) => {
    const world = await handedBack();
    await change(world);
    await world.drain();
    expect(await world.issuance()).toMatchObject({ state: 'revoked', attempt: 1, refusal: { reason } });
    expect(world.sts.asked).toHaveLength(1);
    expect((await world.issuance()).dueAtMs).toBeUndefined();
    await world.settle();
    expect(await world.violations()).toEqual([]);
  });

  it('revokes an issued one whose ticket was removed', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('lambda.invoke', 'throttle');
    world.ask();
    await world.drain();
    expect(await world.issuance()).toMatchObject({ state: 'issued' });
    await world.suspend();
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'revoked', refusal: { reason: 'tenant.suspended' } });
    expect(await world.violations()).toEqual([]);
  });
});

describe('a continuation that must do nothing yet', () => {
  it('goes back to the queue when under 12 seconds are left, without an intent', async () => {
    const world = await handedBack();
    const before = await world.issuance();
    const run = await world.pump({ functionMs: 11_999 });
    expect(run?.now).toMatchObject({ result: { batchItemFailures: [{}] } });
    expect(await world.issuance()).toEqual(before);
    expect(world.sts.asked).toHaveLength(1);
  });

  it.each(['tenants.read', 'switches.read', 'ledger.read'])('goes back when %s fails', async (site) => {
    const world = await handedBack();
    const before = await world.issuance();
    world.faults.breakAt(site, 'loseRequest');
    const run = await world.pump();
    expect(run?.now).toMatchObject({ result: { batchItemFailures: [{}] } });
    expect(await world.issuance()).toEqual(before);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed' });
  });
});

describe('a continuation that is out of date', () => {
  const stale: readonly { name: string; arrange: () => Promise<{ world: FaultyWorld; body: string }> }[] = [
    {
      name: 'speaks of an earlier state',
      async arrange() {
        const world = await handedBack();
        const first = (await world.issuance()).trail[0]?.hash;
        await world.drain();
        return { world, body: await continuation(world, first) };
      },
    },
    {
      name: 'speaks of an issuance that somebody holds',
      async arrange() {
        const world = await faultyWorld();
        world.faults.breakAt('sts.assume', 'crashBefore');
        world.ask();
        await world.pump();
        return { world, body: await continuation(world) };
      },
    },
    {
      name: 'speaks of one whose ticket is still there',
      async arrange() {
        const world = await faultyWorld();
        world.ask();
        await world.drain();
        return { world, body: await continuation(world) };
      },
    },
    {
      name: 'speaks of one that has ended',
      async arrange() {
        const world = await faultyWorld();
        world.faults.breakAt('sts.assume', { answer: stsError('AccessDenied', 403) });
        world.ask();
        await world.drain();
        return { world, body: await continuation(world) };
      },
    },
    {
      name: 'speaks of one that is not there',
      async arrange() {
        const world = await handedBack();
        await world.drain();
        const body = ownRecord({
          brokerRecord: 'continue',
          issuanceId: `scan-account.${'a'.repeat(32)}`,
          trailHead: '0'.repeat(64),
        });
        return { world, body };
      },
    },
  ];

  it.each(stale)('changes nothing and is acknowledged: it $name', async ({ arrange }) => {
    const { world, body } = await arrange();
    const before = await world.issuance();
    const calls = world.sites().length;
    const run = await world.handle([world.queue.add(body)]);
    expect(run.now).toMatchObject({ result: { batchItemFailures: [] } });
    expect(world.sites().slice(calls)).toEqual(['ledger.read']);
    expect(await world.issuance()).toEqual(before);
  });

  it('lets one of many that arrive together make the attempt', async () => {
    const world = await handedBack();
    const body = await continuation(world);
    const messages = Array.from({ length: 10 }, () => world.queue.add(body));
    await Promise.all(messages.map((message) => world.handle([message])));
    expect(await world.issuance()).toMatchObject({ state: 'issued', attempt: 2 });
    expect(world.sts.minted.map(({ attempt }) => attempt)).toEqual([1, 2]);
    await world.settle();
    expect(await world.violations()).toEqual([]);
  });
});
