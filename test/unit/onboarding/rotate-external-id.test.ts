import { describe, expect, it } from 'vitest';
import { makeExternalIdRotation } from '../../../lib/onboarding/rotate-external-id.ts';
import { type Takes, takenBy } from '../../../lib/onboarding/rotation-view.ts';
import { sha256Hex } from '../../../lib/platform/ids.ts';
import type { Tenant, TenantRole } from '../../../lib/tenants/tenant.ts';
import { aRole, aTenant, externalIdOf } from '../../support/a-tenant.ts';
import { frozenClock, START_MS } from '../../support/frozen-clock.ts';
import { inMemoryRegistry } from '../../support/tenant-lifecycle/in-memory-registry.ts';

const DAY_MS = 24 * 60 * 60_000;
const CURRENT = externalIdOf('acme');
const NEXT = externalIdOf('next');
const rotating = {
  externalIds: { current: CURRENT, next: NEXT },
  rotation: { startedAtMs: START_MS - DAY_MS, deadlineMs: START_MS + DAY_MS, by: 'ops' },
};
const takesNext = { externalIdSha256: sha256Hex(NEXT), findings: [], verifiedAtMs: START_MS - 1_000 };
const takesCurrent = { findings: [], verifiedAtMs: START_MS - 1_000 };

function world(tenant: Partial<Tenant> = {}, roles: readonly Partial<TenantRole>[] = [{}], { dedicated = false } = {}) {
  const clock = frozenClock();
  const registry = inMemoryRegistry(clock, { dedicated });
  registry.put(aTenant({ tenant, roles: roles.map((role) => aRole({ findings: [], ...role })) }));
  let verify: () => Promise<void> = () => Promise.resolve();
  let making: () => void = () => undefined;
  const newExternalId = (tenantId: string) => {
    making();
    return registry.newExternalId(tenantId);
  };
  const rotation = makeExternalIdRotation({ registry: { ...registry, newExternalId }, clock, verify: () => verify() });
  const asked = { tenantId: 'acme', by: 'ops' };
  return {
    registry,
    rotation,
    whenVerifying(work: () => Promise<void>) {
      verify = work;
    },
    whenMaking(work: () => void) {
      making = work;
    },
    start: (deadlineDays?: number) =>
      rotation.start({ ...asked, ...(deadlineDays === undefined ? {} : { deadlineDays }) }),
    finish: () => rotation.finish(asked),
    abandon: () => rotation.abandon(asked),
    tenant: () => registry.tenants.get('acme')?.tenant,
  };
}

describe('which external ID a role takes', () => {
  const during: readonly { name: string; role: Partial<TenantRole>; takes: Takes }[] = [
    { name: 'the next one alone', role: takesNext, takes: 'next' },
    { name: 'the current one alone', role: takesCurrent, takes: 'current' },
    { name: 'both', role: { ...takesNext, findings: ['trust.previousExternalIdAccepted'] }, takes: 'both' },
    { name: 'any at all', role: { ...takesNext, findings: ['trust.randomExternalIdAccepted'] }, takes: 'both' },
    {
      name: 'none',
      role: { ...takesNext, status: 'quarantined', findings: ['trust.rightExternalIdRefused'] },
      takes: 'neither',
    },
    {
      name: 'none yet',
      role: { ...takesNext, status: 'pending', findings: ['trust.rightExternalIdRefused'] },
      takes: 'unproven',
    },
    { name: 'what a probe did not tell', role: { ...takesNext, findings: ['probe.inconclusive'] }, takes: 'unproven' },
    {
      name: 'what was seen before the start',
      role: { ...takesNext, verifiedAtMs: START_MS - DAY_MS },
      takes: 'unproven',
    },
    { name: 'what of another rotation', role: { ...takesNext, externalIdSha256: sha256Hex('x') }, takes: 'current' },
    {
      name: 'no tags',
      role: { ...takesNext, findings: ['trust.sessionTagsRefused', 'trust.wholeAccountAccepted'] },
      takes: 'next',
    },
  ];
  it.each(during)('is told during a rotation: $name', ({ role, takes }) => {
    expect(takenBy(aRole(role), rotating)).toBe(takes);
  });

  it('is unproven of a role that was never verified', () => {
    const { verifiedAtMs: _never, ...role } = aRole({ findings: [] });
    expect(takenBy(role, rotating)).toBe('unproven');
    expect(takenBy(role, {})).toBe('unproven');
  });

  it('is the current one where there is no rotation', () => {
    for (const verifiedAtMs of [START_MS - 1_000, 1, 0]) {
      const role = aRole({ ...takesCurrent, verifiedAtMs });
      expect(takenBy(role, { externalIds: { current: CURRENT } })).toBe('current');
    }
  });
});

describe('starting a rotation', () => {
  it('makes the next external ID beside the current one, with a deadline of thirty days', async () => {
    const at = world();
    const started = await at.start();
    expect(started).toMatchObject({
      view: { tenantId: 'acme', rotation: { by: 'ops' }, roles: [{ takes: 'unproven' }] },
    });
    expect(at.tenant()?.rotation).toEqual({ startedAtMs: START_MS, deadlineMs: START_MS + 30 * DAY_MS, by: 'ops' });
    expect(at.tenant()?.externalIds).toEqual({ current: CURRENT, next: expect.stringMatching(/^cb-test1-/) });
    expect(at.registry.changes).toMatchObject([{ change: 'rotation.started', by: 'ops' }]);
  });

  it('shows no external ID in its view', async () => {
    const at = world();
    const started = await at.start();
    expect(JSON.stringify('view' in started && started.view)).not.toMatch(/cb-test1/);
  });

  it.each([1, 90])('takes a deadline of %d days', async (days) => {
    const at = world();
    await at.start(days);
    expect(at.tenant()?.rotation?.deadlineMs).toBe(START_MS + days * DAY_MS);
  });

  it.each([0, 91, 1.5, Number.NaN])('refuses a deadline of %d days', async (days) => {
    const at = world();
    const explanation = 'deadlineDays: expected a whole number from 1 to 90';
    expect(await at.start(days)).toEqual({ refused: 'request.fieldInvalid', explanation });
    expect(at.tenant()).not.toHaveProperty('rotation');
  });

  const refusals = [
    {
      name: 'one that rotates already',
      tenant: rotating,
      refused: 'tenant.rotating',
      explanation: 'finish the rotation that goes on, or abandon it',
    },
    {
      name: 'one that has left',
      tenant: { ...rotating, status: 'offboarded' },
      refused: 'tenant.offboarded',
      explanation: 'the tenant has left',
    },
    {
      name: 'one that has none yet',
      tenant: { externalIds: undefined },
      refused: 'rotation.noExternalId',
      explanation: 'the tenant has no external ID',
    },
  ] as readonly { name: string; tenant: Partial<Tenant>; refused: string; explanation: string }[];
  it.each(refusals)('refuses a tenant, and makes nothing for it: $name', async ({ tenant, refused, explanation }) => {
    const at = world(tenant);
    at.whenMaking(() => {
      throw new Error('made one');
    });
    expect(await at.start()).toEqual({ refused, explanation });
    expect(at.registry.changes).toEqual([]);
  });

  it('refuses in a dedicated deployment, and a tenant that there is not', async () => {
    expect(await world({}, [], { dedicated: true }).start()).toEqual({
      refused: 'rotation.noExternalId',
      explanation: 'a dedicated deployment uses no external ID',
    });
    const at = world();
    at.registry.tenants.clear();
    const unknown = { refused: 'tenant.unknown', explanation: 'no tenant has this id' };
    for (const ask of [at.start, at.finish, at.abandon]) expect(await ask()).toEqual(unknown);
    expect(await at.rotation.status('acme')).toEqual(unknown);
  });

  it('refuses a tenant that left while its next external ID was made', async () => {
    const at = world();
    at.whenMaking(() => at.registry.put(aTenant({ tenant: { status: 'offboarded', version: 9 } })));
    expect(await at.start()).toMatchObject({ refused: 'tenant.offboarded' });
    expect(at.registry.changes).toEqual([]);
  });

  it('is done by one of two who ask for it at once', async () => {
    const at = world();
    const answers = await Promise.all([at.start(), at.start()]);
    expect(answers.filter((answer) => 'refused' in answer && answer.refused === 'tenant.rotating')).toHaveLength(1);
    expect(at.registry.changes).toHaveLength(1);
  });
});

describe('ending a rotation', () => {
  it('finishes with the next external ID as the only one, in one write', async () => {
    const at = world(rotating, [takesNext]);
    expect(await at.finish()).toMatchObject({ view: { tenantId: 'acme', roles: [{ takes: 'current' }] } });
    expect(at.tenant()?.externalIds).toEqual({ current: NEXT });
    expect(at.tenant()).not.toHaveProperty('rotation');
    expect(at.registry.changes).toMatchObject([{ change: 'rotation.finished' }]);
  });

  it('goes back to the current external ID as the only one', async () => {
    const at = world(rotating, [takesCurrent]);
    await at.abandon();
    expect(at.tenant()?.externalIds).toEqual({ current: CURRENT });
    expect(at.tenant()).not.toHaveProperty('rotation');
    expect(at.registry.changes).toMatchObject([{ change: 'rotation.abandoned' }]);
  });

  it('goes by what it has verified just now', async () => {
    const at = world(rotating, [takesCurrent]);
    at.whenVerifying(async () => {
      at.registry.put(aTenant({ tenant: rotating, roles: [aRole(takesNext)] }));
    });
    expect(await at.abandon()).toMatchObject({ refused: 'rotation.notProven' });
    expect(await at.finish()).toHaveProperty('view');
  });

  it.each(['finish', 'abandon'] as const)('names the roles that keep it from a %s', async (step) => {
    const roles = Array.from({ length: 12 }, (_, index) => ({
      ...takesNext,
      findings: ['trust.previousExternalIdAccepted' as const],
      accountId: String(300_000_000_000 + index),
    }));
    const at = world(rotating, roles);
    const answer = await at[step]();
    expect(answer).toMatchObject({ refused: 'rotation.notProven' });
    const explanation = 'explanation' in answer ? answer.explanation : '';
    const alone = `each role must take the ${step === 'finish' ? 'next' : 'current'} external ID alone`;
    const [first, second] = [0, 1].map(
      (index) => `arn:aws:iam::30000000000${index}:role/credential-broker/scanner (both)`,
    );
    expect(explanation).toContain(`${alone}: ${first}, ${second}, `);
    expect(explanation).toMatch(/, and 2 more$/);
    expect(explanation).not.toContain('300000000010');
    expect(at.tenant()).toMatchObject(rotating);
  });

  it('names no more roles than there are', async () => {
    const roles = Array.from({ length: 10 }, (_, index) => ({
      ...takesCurrent,
      accountId: String(300_000_000_000 + index),
    }));
    const answer = await world(rotating, roles).finish();
    expect('explanation' in answer ? answer.explanation : '').toMatch(/scanner \(current\)$/);
  });

  it('believes a proof of a quarter of an hour', async () => {
    const at = world(rotating, [{ ...takesNext, verifiedAtMs: START_MS - 900_000 }]);
    expect(await at.finish()).toHaveProperty('view');
  });

  it('believes nothing of a role that was never verified', async () => {
    const { verifiedAtMs: _never, ...never } = aRole({ findings: [], externalIdSha256: sha256Hex(NEXT) });
    const at = world(rotating);
    at.registry.put(aTenant({ tenant: rotating, roles: [never] }));
    expect(await at.finish()).toMatchObject({
      refused: 'rotation.notProven',
      explanation: expect.stringContaining('(unproven)'),
    });
  });

  it.each([
    { name: 'one of two roles lags', roles: [takesNext, { ...takesCurrent, accountId: '333333333333' }] },
    { name: 'the proof is a quarter of an hour old', roles: [{ ...takesNext, verifiedAtMs: START_MS - 900_001 }] },
    {
      name: 'a role takes neither',
      roles: [{ ...takesNext, status: 'refused', findings: ['trust.rightExternalIdRefused'] }],
    },
  ] as const)('does not finish when $name', async ({ roles }) => {
    const at = world(
      rotating,
      roles.map((role) => ({ ...role, findings: [...role.findings] })),
    );
    expect(await at.finish()).toMatchObject({ refused: 'rotation.notProven' });
    expect(at.tenant()).toMatchObject(rotating);
  });

  it('needs no proof of roles where there are none', async () => {
    const at = world(rotating, []);
    expect(await at.finish()).toHaveProperty('view');
  });

  it('leaves everything as it is when the verification cannot be run', async () => {
    const at = world(rotating, [takesNext]);
    at.whenVerifying(async () => {
      throw new Error('no answer');
    });
    await expect(at.finish()).rejects.toThrow('no answer');
    expect(at.tenant()).toMatchObject(rotating);
  });

  it('refuses where no rotation goes on, and says what became of it', async () => {
    const at = world(rotating, [takesNext]);
    const refused = 'tenant.notRotating';
    expect(await world().finish()).toEqual({ refused, explanation: 'no rotation goes on' });
    const lastChange = { change: 'tenant.settingsChanged', atMs: 1, by: 'ops' } as const;
    expect(await world({ lastChange }).abandon()).toEqual({ refused, explanation: 'no rotation goes on' });
    await at.finish();
    const explanation = 'no rotation goes on; the last change is rotation.finished';
    expect(await at.finish()).toEqual({ refused, explanation });
    expect(at.registry.changes).toHaveLength(1);
  });

  it('does not end another rotation than the one that it was asked for', async () => {
    const at = world(rotating, [takesNext]);
    at.whenVerifying(async () => {
      const rotation = { ...rotating.rotation, startedAtMs: START_MS - 5_000 };
      at.registry.put(aTenant({ tenant: { ...rotating, rotation, version: 9 }, roles: [aRole(takesNext)] }));
    });
    expect(await at.finish()).toMatchObject({ refused: 'tenant.notRotating' });
    expect(at.tenant()).toMatchObject({ version: 9, externalIds: rotating.externalIds });
  });

  it('refuses where the rotation is over, or its external ID gone, once the roles are verified', async () => {
    for (const meanwhile of [{}, { rotation: rotating.rotation, externalIds: { current: CURRENT } }]) {
      const at = world(rotating, [takesNext]);
      at.whenVerifying(async () => at.registry.put(aTenant({ tenant: meanwhile, roles: [aRole(takesNext)] })));
      expect(await at.finish()).toMatchObject({ refused: 'tenant.notRotating' });
      expect(at.registry.changes).toEqual([]);
    }
  });

  it('is told at any time how far it is, role by role', async () => {
    const at = world(rotating, [takesNext, { ...takesCurrent, accountId: '333333333333' }]);
    expect(await at.rotation.status('acme')).toEqual({
      tenant: at.tenant(),
      view: {
        tenantId: 'acme',
        rotation: rotating.rotation,
        roles: [
          { accountId: '222222222222', roleName: 'scanner', roleArn: aRole().roleArn, takes: 'next' },
          {
            accountId: '333333333333',
            roleName: 'scanner',
            roleArn: 'arn:aws:iam::333333333333:role/credential-broker/scanner',
            takes: 'current',
          },
        ],
      },
    });
    const still = await world().rotation.status('acme');
    expect('view' in still && still.view).not.toHaveProperty('rotation');
  });

  it('keeps a setting that somebody changes meanwhile', async () => {
    const at = world(rotating, [takesNext]);
    at.whenVerifying(async () => {
      at.registry.put(aTenant({ tenant: { ...rotating, name: 'New', version: 9 }, roles: [aRole(takesNext)] }));
    });
    await at.finish();
    expect(at.tenant()).toMatchObject({ name: 'New', externalIds: { current: NEXT } });
  });
});
