import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../lib/ledger/issuance.ts';
import type { TrustFinding } from '../../../lib/onboarding/trust/trust-finding.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';
import { handedBack } from '../../support/faulty-world/abandoned.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';

const quarantined = (finding: TrustFinding) => aRole({ status: 'quarantined', findings: [finding] });

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
      name: 'the role opens to others',
      change: (world) => world.connect(aTenant({ roles: [quarantined('trust.noExternalIdAccepted')] })),
      reason: 'trust.unsafe',
    },
    {
      name: 'the role does not open to us any more',
      change: (world) => world.connect(aTenant({ roles: [quarantined('trust.rightExternalIdRefused')] })),
      reason: 'trust.broken',
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
