import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../../lib/errors.ts';
import type { TrustProof } from '../../../../lib/onboarding/trust/assess-trust.ts';
import type { TrustFinding } from '../../../../lib/onboarding/trust/trust-finding.ts';
import type { VerificationCursor } from '../../../../lib/onboarding/trust/verification-cursor.ts';
import {
  type ScheduledVerifierDependencies,
  verifyOnSchedule,
} from '../../../../lib/onboarding/trust/verify-on-schedule.ts';
import { SLOTS, slotName } from '../../../../lib/scheduling/slot.ts';
import type { TenantReading, TenantRole } from '../../../../lib/tenants/tenant.ts';
import { aRole, aTenant } from '../../../support/a-tenant.ts';
import { frozenClock } from '../../../support/frozen-clock.ts';
import { recordedTransitions } from '../../../support/recorded-transitions.ts';

const SLOT_MS = 300_000;
const NOON = Date.UTC(2031, 4, 6, 12);

type Findings = (role: TenantRole) => readonly TrustFinding[];
type Options = {
  readonly count?: number;
  readonly slots?: number;
  readonly findings?: Findings;
  readonly hasCursor?: boolean;
  /** What verifying a role breaks with. */
  readonly breaks?: (role: TenantRole) => Error | undefined;
};

/** `count` tenants with one role each, all in slots around noon; dies at the given steps. */
function world({
  count = 40,
  slots = 4,
  findings = () => [],
  breaks = () => undefined,
  hasCursor = true,
}: Options = {}) {
  const clock = frozenClock(NOON);
  const first = Math.floor(NOON / SLOT_MS);
  const roles = new Map<string, TenantRole>();
  for (let index = 0; index < count; index += 1) {
    const tenantId = `tenant-${String(index).padStart(3, '0')}`;
    const verifySlot = slotName((first + (index % slots)) % SLOTS);
    roles.set(tenantId, aRole({ tenantId, verifySlot, verifiedAtMs: NOON - 24 * 3_600_000, version: 1 }));
  }
  const probed: string[] = [];
  const slotsRead: string[] = [];
  const told: unknown[] = [];
  const log = recordedTransitions();
  let cursor: VerificationCursor | undefined = hasCursor ? { slot: first, version: 1 } : undefined;
  const state = { paused: 0, dieAtRead: Number.POSITIVE_INFINITY, dieAtWrite: Number.POSITIVE_INFINITY };
  function dieAt(step: 'dieAtRead' | 'dieAtWrite'): void {
    state[step] -= 1;
    if (state[step] < 0) throw new Error('died');
  }
  const verifier: ScheduledVerifierDependencies = {
    clock,
    log,
    tell: async (event) => void told.push(event),
    pause: async (milliseconds) => {
      state.paused += milliseconds;
    },
    directory: {
      async rolesInVerifySlot({ slot, limit, after = '' }) {
        dieAt('dieAtRead');
        slotsRead.push(slot);
        const inSlot = [...roles.values()].filter((role) => role.verifySlot === slot && role.tenantId > after);
        const rows = inSlot.sort((left, right) => (left.tenantId < right.tenantId ? -1 : 1)).slice(0, limit);
        return { rows, ...(rows.length < inSlot.length ? { next: rows.at(-1)?.tenantId ?? '' } : {}) };
      },
    },
    cursors: {
      read: async () => cursor,
      async write(before, after) {
        dieAt('dieAtWrite');
        if ((cursor?.version ?? 0) !== before.version) return undefined;
        cursor = { ...after, version: before.version + 1 };
        return cursor;
      },
    },
    registry: {
      async readTenant(tenantId) {
        const role = roles.get(tenantId);
        return role === undefined ? undefined : aTenant({ tenantId, roles: [role] });
      },
      async recordVerification(role, proof) {
        const written = { ...role, ...proof, findings: [...proof.findings], version: role.version + 1 } as TenantRole;
        roles.set(role.tenantId, written);
        return written;
      },
    },
    async verifyRole({ role }) {
      probed.push(role.tenantId);
      const broken = breaks(role);
      if (broken !== undefined) throw broken;
      const found = findings(role);
      const status = found.length === 0 ? 'trusted' : 'quarantined';
      const proof: TrustProof = { status, findings: [...found], verifiedAtMs: clock.nowMs() };
      return { proof, results: [] };
    },
  };
  return { verifier, clock, roles, probed, slotsRead, told, log, state, cursor: () => cursor };
}

const enoughTime = { remainingMs: () => 100_000 };

describe('the schedule of verifications', () => {
  it('verifies what lies in the slots that have come, and no other', async () => {
    const { verifier, clock, probed } = world();
    await verifyOnSchedule(enoughTime, verifier);
    expect(probed).toHaveLength(10);
    clock.advance(3 * SLOT_MS);
    expect(await verifyOnSchedule(enoughTime, verifier)).toEqual({ verified: 30, slotsBehind: 0 });
    expect(new Set(probed).size).toBe(40);
  });

  it('leaves out no role, whatever it dies at', async () => {
    for (const step of ['dieAtRead', 'dieAtWrite'] as const) {
      for (let at = 0; at < 8; at += 1) {
        const { verifier, clock, probed, state } = world();
        clock.advance(3 * SLOT_MS);
        state[step] = at;
        await expect(verifyOnSchedule(enoughTime, verifier)).rejects.toThrow('died');
        state[step] = Number.POSITIVE_INFINITY;
        await verifyOnSchedule(enoughTime, verifier);
        expect(new Set(probed).size).toBe(40);
        // What was verified before the crash is not verified again.
        expect(probed.length).toBe(40);
      }
    }
  });

  it('stops in time, and goes on at the next tick', async () => {
    const { verifier, clock, probed } = world();
    clock.advance(3 * SLOT_MS);
    let looks = 0;
    const short = { remainingMs: () => (looks++ < 2 ? 100_000 : 10_000) };
    expect(await verifyOnSchedule(short, verifier)).toMatchObject({ stopped: 'outOfTime' });
    await verifyOnSchedule(enoughTime, verifier);
    expect(new Set(probed).size).toBe(40);
  });

  it('begins a day back at the most', async () => {
    const { verifier, clock, cursor, slotsRead } = world({ count: 0 });
    clock.advance(3 * 24 * 3_600_000);
    await verifyOnSchedule(enoughTime, verifier);
    expect([slotsRead.length, new Set(slotsRead).size]).toEqual([SLOTS, SLOTS]);
    expect(cursor()?.slot).toBe(Math.floor(clock.nowMs() / SLOT_MS) + 1);
  });

  it('begins now where nothing says how far it came', async () => {
    const { verifier, slotsRead } = world({ hasCursor: false });
    expect(await verifyOnSchedule(enoughTime, verifier)).toEqual({ verified: 10, slotsBehind: 0 });
    expect(new Set(slotsRead)).toEqual(new Set([slotName(Math.floor(NOON / SLOT_MS) % SLOTS)]));
  });

  it('keeps to its share of the calls of STS', async () => {
    const { verifier, clock, state } = world();
    clock.advance(3 * SLOT_MS);
    const { verified } = await verifyOnSchedule(enoughTime, verifier);
    // About ten probes a role: sixty a second at the most.
    expect((verified * 10) / (state.paused / 1000)).toBeLessThanOrEqual(60.01);
  });

  it('withdraws a role that opens to others, and tells of it', async () => {
    const opens = ({ tenantId }: TenantRole) =>
      tenantId === 'tenant-001' ? (['trust.noExternalIdAccepted'] as const) : [];
    const { verifier, clock, roles, told } = world({ findings: opens });
    clock.advance(3 * SLOT_MS);
    await verifyOnSchedule(enoughTime, verifier);
    expect(roles.get('tenant-001')?.status).toBe('quarantined');
    expect(told).toMatchObject([
      { detailType: 'TrustChanged', detail: { tenantId: 'tenant-001', to: 'quarantined', reason: 'trust.unsafe' } },
    ]);
  });

  it('withdraws nobody when every role of many tenants shuts at once: that is a mistake of ours', async () => {
    const { verifier, clock, roles, log, cursor } = world({ findings: () => ['trust.rightExternalIdRefused'] });
    const slot = cursor()?.slot;
    for (const ticks of [1, 2]) {
      expect(await verifyOnSchedule(enoughTime, verifier)).toMatchObject({ stopped: 'implausible', verified: 0 });
      expect(cursor()).toMatchObject({ slot, ticks });
    }
    // Whoever made five tenants shut at once must not keep all the others from being verified.
    await verifyOnSchedule(enoughTime, verifier);
    expect(cursor()).toMatchObject({ slot: (slot ?? 0) + 1 });
    clock.advance(3 * SLOT_MS);
    for (let tick = 0; tick < 9; tick += 1) await verifyOnSchedule(enoughTime, verifier);
    const kept = [...roles.values()].filter(({ status }) => status === 'trusted');
    // The last page of a slot has two roles: two customers may have shut theirs.
    expect(kept).toHaveLength(32);
    expect(log.lines.filter(({ transition }) => transition === 'verification.implausible')).toHaveLength(12);
  });

  it('writes down what it found beside, when it does not believe the rest', async () => {
    const { verifier, roles } = world({ count: 8, slots: 1, findings: () => ['trust.rightExternalIdRefused'] });
    const pending = roles.get('tenant-003');
    if (pending !== undefined) roles.set('tenant-003', { ...pending, status: 'pending' });
    expect(await verifyOnSchedule(enoughTime, verifier)).toMatchObject({ stopped: 'implausible', verified: 1 });
    expect(roles.get('tenant-003')?.status).toBe('quarantined');
  });

  it('withdraws all of them when they open to others: that is no mistake of ours', async () => {
    const { verifier, roles } = world({ count: 8, slots: 1, findings: () => ['trust.randomExternalIdAccepted'] });
    await verifyOnSchedule(enoughTime, verifier);
    expect([...roles.values()].every(({ status }) => status === 'quarantined')).toBe(true);
  });

  it('goes past a role that nothing can verify', async () => {
    const illegible = new BrokerError('store.itemInvalid', 'a role of the registry');
    const breaks = ({ tenantId }: TenantRole) => (tenantId === 'tenant-004' ? illegible : undefined);
    const { verifier, roles, log, cursor } = world({ count: 8, slots: 1, breaks });
    const before = cursor()?.slot ?? 0;
    expect(await verifyOnSchedule(enoughTime, verifier)).toEqual({ verified: 7, slotsBehind: 0 });
    expect(cursor()?.slot).toBe(before + 1);
    expect([...roles.values()].filter(({ verifiedAtMs }) => verifiedAtMs === NOON)).toHaveLength(7);
    expect(log.lines).toContainEqual({
      transition: 'role.notVerified',
      tenantId: 'tenant-004',
      accountId: '222222222222',
      code: 'store.itemInvalid',
      explanation: 'a role of the registry',
    });
  });

  it('tries a page again while a table is away, two ticks long, and then goes past what still fails', async () => {
    let tick = 0;
    const away = new BrokerError('store.unavailable', 'a role could not be written');
    const breaks = ({ tenantId }: TenantRole) =>
      tenantId === 'tenant-004' || (tenantId === 'tenant-005' && tick === 0) ? away : undefined;
    const { verifier, probed, cursor } = world({ count: 8, slots: 1, breaks });
    const before = cursor()?.slot ?? 0;
    const stopped: unknown[] = [];
    for (; tick < 3; tick += 1) stopped.push(await verifyOnSchedule(enoughTime, verifier));
    expect(stopped).toEqual([
      { verified: 6, slotsBehind: 1, stopped: 'broken' },
      { verified: 1, slotsBehind: 1, stopped: 'broken' },
      { verified: 0, slotsBehind: 0 },
    ]);
    expect(cursor()).toMatchObject({ slot: before + 1 });
    expect(cursor()).not.toHaveProperty('ticks');
    expect(probed.filter((tenantId) => tenantId === 'tenant-004')).toHaveLength(3);
  });

  it.each<[string, Partial<TenantRole>, boolean]>([
    ['was verified ten minutes ago', { verifiedAtMs: NOON - 600_000 }, false],
    ['was verified a quarter of an hour ago, but a millisecond', { verifiedAtMs: NOON - 899_999 }, false],
    ['was verified a quarter of an hour ago', { verifiedAtMs: NOON - 900_000 }, true],
    ['was never verified', { verifiedAtMs: undefined }, true],
    ['had no answer ten minutes ago', { verifiedAtMs: NOON - 600_000, findings: ['probe.inconclusive'] }, true],
  ])('looks at whether a role that %s is due', async (_, change, due) => {
    const { verifier, roles, probed } = world({ count: 1, slots: 1 });
    for (const [tenantId, role] of roles) roles.set(tenantId, { ...role, ...change } as TenantRole);
    await verifyOnSchedule(enoughTime, verifier);
    expect(probed).toEqual(due ? ['tenant-000'] : []);
  });

  it.each<[string, (role: TenantRole) => TenantReading | undefined]>([
    ['of a tenant that is gone', () => undefined],
    ['that is gone', ({ tenantId }) => aTenant({ tenantId, roles: [] })],
    ['that is another one of its account now', (role) => aTenant({ roles: [{ ...role, record: 'role#x#y' }] })],
    ['of a tenant that left', (role) => aTenant({ tenant: { status: 'offboarded' }, roles: [role] })],
  ])('goes past a role %s', async (_, now) => {
    const { verifier, roles, probed, cursor, log } = world({ count: 1, slots: 1 });
    const asked: unknown[] = [];
    const readTenant = async (tenantId: string, accountIds?: readonly string[]) => {
      asked.push([tenantId, accountIds]);
      return now(roles.get(tenantId) ?? aRole());
    };
    const before = cursor()?.slot ?? 0;
    const tick = await verifyOnSchedule(enoughTime, { ...verifier, registry: { ...verifier.registry, readTenant } });
    expect(tick).toEqual({ verified: 0, slotsBehind: 0 });
    expect(asked).toEqual([['tenant-000', ['222222222222']]]);
    expect([probed, log.lines]).toEqual([[], []]);
    expect(cursor()?.slot).toBe(before + 1);
  });

  it('verifies the role that the list named, among others of its account', async () => {
    const { verifier, roles } = world({ count: 1, slots: 1 });
    const named = roles.get('tenant-000') ?? aRole();
    const other = { ...named, record: 'role#222222222222#other' };
    const verified: string[] = [];
    const verifyRole: typeof verifier.verifyRole = (reading) => {
      verified.push(reading.role.record);
      return verifier.verifyRole(reading);
    };
    const readTenant = async () => aTenant({ tenantId: 'tenant-000', roles: [other, named] });
    await verifyOnSchedule(enoughTime, { ...verifier, verifyRole, registry: { ...verifier.registry, readTenant } });
    expect(verified).toEqual([named.record]);
  });

  it('says in its own name what it proved', async () => {
    const { verifier } = world({ count: 1, slots: 1 });
    const by: string[] = [];
    const recordVerification: typeof verifier.registry.recordVerification = (role, proof, who) => {
      by.push(who);
      return verifier.registry.recordVerification(role, proof, who);
    };
    await verifyOnSchedule(enoughTime, { ...verifier, registry: { ...verifier.registry, recordVerification } });
    expect(by).toEqual(['verify-trust']);
  });

  it('goes past a role whose verification breaks in a way that nobody has a word for, and tells no more than its name', async () => {
    const breaks = () => new TypeError('secret');
    const { verifier, log } = world({ count: 1, slots: 1, breaks });
    expect(await verifyOnSchedule(enoughTime, verifier)).toEqual({ verified: 0, slotsBehind: 0 });
    const told = { transition: 'role.notVerified', tenantId: 'tenant-000', accountId: '222222222222' };
    expect(log.lines).toEqual([{ ...told, code: 'internal', explanation: 'TypeError' }]);
  });

  it('begins a page with exactly the time that one may take, and none with less', async () => {
    for (const [leftMs, verified] of [
      [40_000, 1],
      [39_999, 0],
    ] as const) {
      const { verifier } = world({ count: 1, slots: 1 });
      expect(await verifyOnSchedule({ remainingMs: () => leftMs }, verifier)).toMatchObject({ verified });
    }
  });

  it.each([
    { tookMs: 0, pauses: [10_000 / 60] },
    { tookMs: 100, pauses: [10_000 / 60 - 100] },
    { tookMs: 500, pauses: [] },
  ])('waits for what is left of the time of a role: it took $tookMs ms', async ({ tookMs, pauses }) => {
    const { verifier, clock } = world({ count: 1, slots: 1 });
    const paused: number[] = [];
    const verifyRole: typeof verifier.verifyRole = (reading) => {
      clock.advance(tookMs);
      return verifier.verifyRole(reading);
    };
    const pause = async (milliseconds: number) => void paused.push(milliseconds);
    await verifyOnSchedule(enoughTime, { ...verifier, verifyRole, pause });
    expect(paused).toEqual(pauses.map((each) => expect.closeTo(each, 6)));
  });

  it('does not wait where nothing was verified', async () => {
    const { verifier } = world({ count: 0 });
    const pause = async () => {
      throw new Error('waited');
    };
    expect(await verifyOnSchedule(enoughTime, { ...verifier, pause })).toEqual({ verified: 0, slotsBehind: 0 });
  });

  const SHUT = ['trust.rightExternalIdRefused'] as const;
  const first = (count: number) => Array.from({ length: count }, (_, index) => `tenant-00${index}`);
  it.each<[string, number, Findings, Partial<TenantRole>, boolean]>([
    ['the roles of five tenants', 5, () => SHUT, {}, true],
    ['the roles of four', 4, () => SHUT, {}, false],
    ['all but one of six', 6, ({ tenantId }) => (tenantId === 'tenant-000' ? [] : SHUT), {}, false],
    [
      'five, beside one that was not trusted and is now',
      6,
      ({ tenantId }) => (tenantId === 'tenant-000' ? [] : SHUT),
      { status: 'pending' },
      true,
    ],
    ['four, beside one that was not trusted before', 5, () => SHUT, { status: 'pending' }, false],
    [
      'five, one of which opens to others besides',
      5,
      ({ tenantId }) => (tenantId === 'tenant-000' ? ['trust.noExternalIdAccepted', 'trust.brokerRefused'] : SHUT),
      {},
      false,
    ],
  ])('takes it for a mistake of ours when these shut at once: %s', async (_, count, findings, change, implausible) => {
    const { verifier, roles, log } = world({ count, slots: 1, findings });
    const role = roles.get('tenant-000') ?? aRole();
    roles.set('tenant-000', { ...role, ...change });
    const { stopped } = await verifyOnSchedule(enoughTime, verifier);
    expect(stopped).toBe(implausible ? 'implausible' : undefined);
    const told = { transition: 'verification.implausible', code: 'trust.broken', left: count };
    expect(log.lines.filter(({ transition }) => transition === told.transition)).toEqual(implausible ? [told] : []);
    const trusted = first(count).filter((tenantId) => roles.get(tenantId)?.status === 'trusted');
    const opened = first(count).filter((tenantId) => findings({ ...role, tenantId }).length === 0);
    expect(trusted.length).toBe(
      implausible ? count - (change.status === 'pending' && opened.length === 0 ? 1 : 0) : opened.length,
    );
  });

  it('lets two ticks at once do no harm: one of them goes on, and no role is left out', async () => {
    const { verifier, clock, probed } = world();
    clock.advance(3 * SLOT_MS);
    const ticks = await Promise.all([verifyOnSchedule(enoughTime, verifier), verifyOnSchedule(enoughTime, verifier)]);
    expect(ticks.map(({ stopped }) => stopped).sort()).toEqual(['elsewhere', undefined]);
    expect(new Set(probed).size).toBe(40);
    // No more than the one page that both were at.
    expect(probed.length).toBeLessThanOrEqual(48);
  });
});
