import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../../lib/errors.ts';
import type { TrustProof } from '../../../../lib/onboarding/trust/assess-trust.ts';
import type { TrustFinding } from '../../../../lib/onboarding/trust/trust-finding.ts';
import { type VerifierDependencies, verifyTenantRoles } from '../../../../lib/onboarding/trust/verify-tenant-roles.ts';
import type { RoleStatus, TenantReading, TenantRole } from '../../../../lib/tenants/tenant.ts';
import type { RegistryRefusal } from '../../../../lib/tenants/tenant-registry.ts';
import { aRole, aTenant } from '../../../support/a-tenant.ts';
import { frozenClock, START_MS } from '../../../support/frozen-clock.ts';
import { recordedTransitions } from '../../../support/recorded-transitions.ts';

type Found = { readonly status: RoleStatus; readonly findings: readonly TrustFinding[] };
const FINE: Found = { status: 'trusted', findings: [] };

/** Roles by their records, a verification that finds the same of each, and a registry that refuses what is out of date. */
function world(roles: readonly TenantRole[], { found = FINE, tenant = {} as Partial<TenantReading['tenant']> } = {}) {
  const items = new Map(roles.map((role) => [role.record, role]));
  const probed: string[] = [];
  const told: unknown[] = [];
  const log = recordedTransitions();
  const state: { whileProbing: () => unknown; busIsAway: boolean } = {
    whileProbing: () => undefined,
    busIsAway: false,
  };
  const clock = frozenClock();
  const verifier: VerifierDependencies = {
    clock,
    log,
    registry: {
      async readTenant(tenantId, accountIds) {
        if (tenantId !== 'acme') return undefined;
        const wanted = [...items.values()].filter(({ accountId }) => accountIds?.includes(accountId) ?? true);
        return aTenant({ tenant, roles: wanted });
      },
      async recordVerification(role, proof, by): Promise<TenantRole | RegistryRefusal> {
        expect(by).toBe('arn:aws:iam::111111111111:role/ops');
        const there = items.get(role.record);
        if (there?.version !== role.version) return { refused: 'registry.stale', explanation: 'changed meanwhile' };
        const written = { ...there, ...proof, findings: [...proof.findings], version: there.version + 1 };
        items.set(role.record, written);
        return written;
      },
    },
    async verifyRole({ role }) {
      probed.push(role.record);
      state.whileProbing();
      const proof: TrustProof = { ...found, findings: [...found.findings], verifiedAtMs: START_MS };
      return { proof, results: [] };
    },
    async tell(event) {
      if (state.busIsAway) throw new BrokerError('store.unavailable', 'the bus did not take an event');
      told.push(event);
    },
  };
  const check = (of: { readonly accountId?: string; readonly roleName?: string } = {}) =>
    verifyTenantRoles({ tenantId: 'acme', by: 'arn:aws:iam::111111111111:role/ops', ...of }, verifier);
  return { check, clock, verifier, items, probed, told, log, state };
}

function roleNamed(accountId: string, name: string, change: Partial<TenantRole> = {}): TenantRole {
  const roleArn = `arn:aws:iam::${accountId}:role/credential-broker/${name}`;
  return aRole({ accountId, record: `role#${accountId}#${name}`, roleArn, ...change });
}

describe('a role that is paused while it is probed', () => {
  const refused = { status: 'quarantined', findings: ['trust.rightExternalIdRefused'] } as const;

  it.each([
    ['trusted', roleNamed('222222222222', 'audit', { verifiedAtMs: 5 })],
    [
      'out of use already',
      roleNamed('222222222222', 'audit', { ...refused, findings: [...refused.findings], verifiedAtMs: 5 }),
    ],
  ])('stays paused, whatever the probes found: it was %s', async (_, role) => {
    const { check, items, state, log } = world([role]);
    const paused: TenantRole = {
      ...role,
      status: 'quarantined',
      findings: [...role.findings, 'trust.sessionsRevoked'],
      version: role.version + 1,
    };
    state.whileProbing = () => items.set(role.record, paused);
    expect(await check()).toMatchObject([{ status: 'quarantined' }]);
    expect(items.get(role.record)).toEqual(paused);
    expect(log.lines.map(({ transition }) => transition)).toEqual(['role.notVerified']);
  });

  it('is asked after only for the operator who asks', async () => {
    const asked: unknown[] = [];
    const { verifier } = world([roleNamed('222222222222', 'audit')]);
    const verifyRole: VerifierDependencies['verifyRole'] = async (reading) => {
      asked.push(reading.liftsPause);
      return verifier.verifyRole(reading);
    };
    const by = 'arn:aws:iam::111111111111:role/ops';
    for (const liftsPause of [undefined, true]) {
      await verifyTenantRoles({ tenantId: 'acme', by, liftsPause }, { ...verifier, verifyRole });
    }
    expect(asked).toEqual([undefined, true]);
  });
});

describe('a check', () => {
  it('of more roles than there is time for goes on, when it is asked again, with those that waited longest', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `role-${index}`);
    const roles = names.map((name, index) => roleNamed('222222222222', name, { verifiedAtMs: START_MS - 1 - index }));
    const { check, clock, probed, state } = world(roles);
    state.whileProbing = () => clock.advance(4_000);
    await check();
    const first = [...probed];
    expect(first.length).toBeLessThan(20);
    expect(first[0]).toBe('role#222222222222#role-19');
    await check();
    await check();
    expect(new Set(probed).size).toBe(20);
    expect(
      probed
        .slice(first.length)
        .slice(0, 4)
        .some((record) => first.includes(record)),
    ).toBe(false);
  });

  const three = [
    roleNamed('222222222222', 'audit'),
    roleNamed('222222222222', 'logs'),
    roleNamed('333333333333', 'audit'),
  ];

  it.each<[string, Parameters<ReturnType<typeof world>['check']>[0], readonly string[]]>([
    ['every role', {}, ['role#222222222222#audit', 'role#222222222222#logs', 'role#333333333333#audit']],
    ['those of an account', { accountId: '222222222222' }, ['role#222222222222#audit', 'role#222222222222#logs']],
    ['one', { accountId: '222222222222', roleName: 'logs' }, ['role#222222222222#logs']],
    ['none of another name', { accountId: '222222222222', roleName: 'it' }, []],
    ['none of another account', { accountId: '444444444444' }, []],
  ])('verifies %s, and says what came of each', async (_, of, records) => {
    const { check, probed } = world(three);
    expect(await check(of)).toEqual(records.map((record) => ({ tenantId: 'acme', record, status: 'trusted' })));
    expect(probed).toEqual(records);
  });

  it.each([
    { tookMs: 30_000, verified: 8 },
    { tookMs: 30_001, verified: 4 },
  ])('begins no more roles once half a minute is over: the first took $tookMs ms', async ({ tookMs, verified }) => {
    const many = Array.from({ length: 8 }, (_, index) => roleNamed('222222222222', `role-${index}`));
    const { check, clock, state } = world(many);
    let began = 0;
    state.whileProbing = () => {
      began += 1;
      if (began === 4) clock.advance(tookMs);
    };
    expect(await check()).toHaveLength(verified);
  });

  it('verifies more roles than it does at once', async () => {
    const many = Array.from({ length: 10 }, (_, index) => roleNamed('222222222222', `role-${index}`));
    const { check } = world(many);
    expect(await check()).toHaveLength(10);
  });

  it('verifies nothing of a tenant that left, or that there is not', async () => {
    const { check, probed, verifier } = world(three, { tenant: { status: 'offboarded' } });
    expect(await check()).toEqual([]);
    expect(await verifyTenantRoles({ tenantId: 'nobody', by: 'x' }, verifier)).toEqual([]);
    expect(probed).toEqual([]);
  });

  it('is told in one transition a role, with the worst that was found', async () => {
    const found: Found = { status: 'quarantined', findings: ['trust.noExternalIdAccepted', 'trust.brokerRefused'] };
    const { check, log } = world([roleNamed('222222222222', 'audit', { status: 'pending' })], { found });
    await check();
    expect(log.lines[0]).toEqual({
      transition: 'role.quarantined',
      tenantId: 'acme',
      accountId: '222222222222',
      code: 'trust.noExternalIdAccepted',
    });
  });
});

describe('what is logged of a role', () => {
  it.each<[string, Found, object]>([
    ['that is fine', FINE, { transition: 'role.trusted' }],
    [
      'with a warning, which keeps it from nothing',
      { status: 'trusted', findings: ['trust.wholeAccountAccepted', 'trust.sessionTagsRefused'] },
      { transition: 'role.trusted' },
    ],
    [
      'that does not open to the broker, beside a warning',
      { status: 'pending', findings: ['trust.wholeAccountAccepted', 'trust.brokerRefused'] },
      { transition: 'role.pending', code: 'trust.brokerRefused' },
    ],
  ])('is the worst that keeps it from being used: of one %s', async (_, found, line) => {
    const { check, log } = world([roleNamed('222222222222', 'audit', { status: 'pending' })], { found });
    await check();
    expect(log.lines).toStrictEqual([{ ...line, tenantId: 'acme', accountId: '222222222222' }]);
  });
});

describe('what is told of a role on the bus', () => {
  const unsafe: Found = { status: 'quarantined', findings: ['trust.noExternalIdAccepted'] };
  const broken: Found = { status: 'quarantined', findings: ['trust.rightExternalIdRefused'] };
  const unsafeAndBroken: Found = {
    status: 'quarantined',
    findings: ['trust.noExternalIdAccepted', 'trust.brokerRefused'],
  };
  const pending: Found = { status: 'pending', findings: [] };
  const refused: Found = { status: 'refused', findings: ['trust.rightExternalIdRefused'] };
  const warned: Found = { status: 'trusted', findings: ['trust.wholeAccountAccepted'] };

  it.each<[string, Found, Found, string | undefined, string | undefined]>([
    ['becomes unsafe', FINE, unsafe, 'role.withdrawn', 'trust.unsafe'],
    ['becomes broken', FINE, broken, 'role.withdrawn', 'trust.broken'],
    ['was broken, and is unsafe now', broken, unsafe, 'role.withdrawn', 'trust.unsafe'],
    ['was unsafe, and is broken now', unsafe, broken, 'role.withdrawn', 'trust.broken'],
    ['was never trusted, and is unsafe', pending, unsafe, 'role.withdrawn', 'trust.unsafe'],
    ['was unsafe, and is right again', unsafe, FINE, 'role.recovered', undefined],
    ['was broken, and is right again', broken, warned, 'role.recovered', undefined],
    ['is trusted for the first time', pending, FINE, undefined, undefined],
    ['was refused, and is trusted', refused, FINE, undefined, undefined],
    ['stays trusted, with a warning', FINE, warned, undefined, undefined],
    ['stays unsafe', unsafe, unsafe, undefined, undefined],
    ['is refused for good', pending, refused, undefined, undefined],
    ['is refused, though it was trusted', FINE, refused, 'role.withdrawn', 'trust.broken'],
    ['becomes unsafe, and broken too', FINE, unsafeAndBroken, 'role.withdrawn', 'trust.unsafe'],
    ['was broken, and is unsafe besides', broken, unsafeAndBroken, 'role.withdrawn', 'trust.unsafe'],
    ['stays unsafe, and is broken too', unsafe, unsafeAndBroken, undefined, undefined],
  ])('that %s', async (_, before, found, changed, reason) => {
    const role = roleNamed('222222222222', 'audit', { ...before, findings: [...before.findings] });
    const { check, told, log } = world([role], { found });
    await check();
    const { tenantId, accountId, roleArn } = role;
    const detail = { tenantId, accountId, roleArn, from: before.status, to: found.status, findings: found.findings };
    const event = { detailType: 'TrustChanged', detail: { ...detail, reason } };
    expect(told).toEqual(changed === undefined ? [] : [event]);
    const code = reason === undefined ? {} : { code: reason };
    expect(log.lines.slice(1)).toStrictEqual(
      changed === undefined ? [] : [{ transition: changed, tenantId, accountId, ...code }],
    );
  });

  it('does not keep its status from being written when the bus is away', async () => {
    const { check, items, log, state } = world([roleNamed('222222222222', 'audit')], { found: unsafe });
    state.busIsAway = true;
    expect(await check()).toMatchObject([{ status: 'quarantined' }]);
    expect(items.get('role#222222222222#audit')?.status).toBe('quarantined');
    expect(log.lines.at(-1)).toMatchObject({ transition: 'role.changeNotTold', tenantId: 'acme' });
  });
});

describe('a role that is changed while it is probed', () => {
  const role = roleNamed('222222222222', 'audit');
  const unsafe: Found = { status: 'quarantined', findings: ['trust.randomExternalIdAccepted'] };

  it.each<[string, Partial<TenantRole>, boolean]>([
    ['was given other jobs', { jobs: ['scan-account'] }, true],
    ['was verified by somebody else', { verifiedAtMs: START_MS - 1 }, false],
    ['was quarantined by somebody else', { status: 'quarantined' }, false],
    ['takes the other external ID now', { externalIdSha256: 'a'.repeat(64) }, false],
    ['is another role of the name', { roleArn: `${role.roleArn}-2` }, false],
  ])('and %s: is the proof still of it?', async (_, change, stillOfIt) => {
    const { check, items, log, state } = world([role], { found: unsafe });
    const changed = { ...role, ...change, version: role.version + 1 };
    state.whileProbing = () => items.set(role.record, changed);
    const [checked] = await check();
    const stands = items.get(role.record);
    if (stillOfIt) {
      expect(stands).toMatchObject({ ...change, ...unsafe });
      expect(checked?.status).toBe('quarantined');
    } else {
      expect(stands).toEqual(changed);
      expect(checked?.status).toBe(changed.status);
      expect(log.lines).toMatchObject([{ transition: 'role.notVerified', code: 'registry.stale' }]);
    }
  });

  it('is told apart from the others of its account', async () => {
    const other = roleNamed('222222222222', 'another');
    const { check, items, state } = world([other, role], { found: unsafe });
    const changed = { ...role, jobs: ['scan-account'], version: role.version + 1 };
    state.whileProbing = () => items.set(role.record, changed);
    await check({ roleName: 'audit' });
    expect(items.get(role.record)).toMatchObject({ jobs: ['scan-account'], ...unsafe });
    expect(items.get(other.record)).toEqual(other);
  });

  it('is left alone when its tenant is gone, or when the registry refuses it for another reason', async () => {
    const { verifier, log, told } = world([role], { found: unsafe });
    let readings = 0;
    const gone = async () => (readings++ === 0 ? aTenant({ roles: [role] }) : undefined);
    const asked = { tenantId: 'acme', by: 'arn:aws:iam::111111111111:role/ops' };
    for (const refused of ['registry.stale', 'tenant.unknown'] as const) {
      readings = 0;
      const recordVerification = async () => ({ refused, explanation: 'not written' });
      const registry = { readTenant: gone, recordVerification };
      const checked = await verifyTenantRoles(asked, { ...verifier, registry });
      expect(checked).toEqual([{ tenantId: 'acme', record: role.record, status: 'trusted' }]);
      expect(readings).toBe(refused === 'registry.stale' ? 2 : 1);
      const line = { transition: 'role.notVerified', tenantId: 'acme', accountId: '222222222222' };
      expect(log.lines.at(-1)).toEqual({ ...line, code: refused, explanation: 'not written' });
    }
    expect(told).toEqual([]);
  });

  it('is left alone when it is gone', async () => {
    const { check, items, told, state } = world([role], { found: unsafe });
    state.whileProbing = () => items.delete(role.record);
    expect(await check()).toMatchObject([{ status: 'trusted' }]);
    expect([items.size, told]).toEqual([0, []]);
  });
});
