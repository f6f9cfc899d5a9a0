import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { type Issuance, LIMITS } from '../../../lib/ledger/issuance.ts';
import { nextCall } from '../../../lib/ledger/issuance-intents.ts';
import { endOpenIssuances } from '../../../lib/onboarding/end-open-issuances.ts';
import { aTenant } from '../../support/a-tenant.ts';
import { anIntended, anIssued } from '../../support/an-issuance.ts';
import { START_MS } from '../../support/frozen-clock.ts';
import { Crash } from '../../support/tenant-lifecycle/crashes.ts';
import { type LifecycleWorld, lifecycleWorld } from '../../support/tenant-lifecycle/lifecycle-world.ts';

const BOUND_MS = START_MS + LIMITS.leaseMs + 600_000;

async function open(world: LifecycleWorld, name: string, state: 'intended' | 'issued' = 'issued'): Promise<Issuance> {
  const intended = anIntended(name);
  await world.ledger.open(intended);
  if (state === 'intended') return intended;
  const issued = anIssued(intended);
  await world.ledger.advance(intended, issued);
  return issued;
}

/** What the job's conditional write makes of an issued one. */
function claim(world: LifecycleWorld, issuanceId: string, change: object = {}): void {
  const { ticket: _ticket, ...item } = world.ledger.items.get(issuanceId) ?? {};
  const claimed = { state: 'claimed', claim: { atMs: START_MS, attempt: 1, by: 'request-1' }, ...change };
  const members = Object.entries({ ...item, ...claimed }).filter(([, member]) => member !== undefined);
  world.ledger.items.set(issuanceId, Object.fromEntries(members));
}

describe('suspending a tenant', () => {
  it('sets the brake before anything else, records it, and only then ends what is open', async () => {
    const world = lifecycleWorld();
    await open(world, 'a');
    await world.suspend();
    const writes = world.steps.calls.filter((call) => !/read|query/.test(call));
    expect(writes).toEqual(['suspensions.suspend', 'registry.changeTenant', 'ledger.advance']);
    expect(world.rows.get('tenant#acme')).toMatchObject({ sinceMs: START_MS, reason: 'an incident' });
    expect(world.registry.changes).toMatchObject([{ change: 'tenant.suspended', reason: 'an incident' }]);
  });

  it.each(['intended', 'issued'] as const)('ends an issuance that is %s, and removes its ticket', async (state) => {
    const world = lifecycleWorld();
    const { recordId } = await open(world, 'a', state);
    expect(await world.suspend()).toMatchObject({ revokedIssuances: 1, alive: [] });
    const issuance = await world.ledger.readIssuance(recordId);
    const explanation = 'tenant#acme is off since 2031-05-06T07:08:09.123Z';
    expect(issuance).toMatchObject({ state: 'revoked', refusal: { reason: 'tenant.suspended', explanation } });
    expect(issuance).not.toHaveProperty('ticket');
    expect(issuance).not.toHaveProperty('dueAtMs');
  });

  it('fences out whoever holds the lease: what it would issue is not recorded', async () => {
    const world = lifecycleWorld();
    const intended = anIntended('a');
    await world.ledger.open(intended);
    await world.suspend();
    expect(await world.ledger.advance(intended, anIssued(intended))).toBe(false);
    expect((await world.ledger.readIssuance(intended.recordId))?.state).toBe('revoked');
  });

  it('looks again after a pause, because the index lags', async () => {
    const world = lifecycleWorld();
    const late = await open(world, 'late');
    world.unseen.add(late.recordId);
    expect(await world.suspend()).toMatchObject({ revokedIssuances: 1 });
    expect((await world.ledger.readIssuance(late.recordId))?.state).toBe('revoked');
    expect(world.clock.nowMs()).toBe(START_MS + 3_000);
  });

  it('looks once more at one that its owner moved in between', async () => {
    const world = lifecycleWorld();
    const intended = anIntended('a');
    await world.ledger.open(intended);
    onFirst(world, 'ledger.advance', () => world.ledger.advance(intended, anIssued(intended)));
    expect(await world.suspend()).toMatchObject({ revokedIssuances: 1, alive: [] });
    expect(world.steps.calls.filter((call) => call === 'ledger.readIssuance')).toHaveLength(2);
  });

  it('tells of one that a job claimed in between, instead of ending it', async () => {
    const world = lifecycleWorld();
    const { recordId } = await open(world, 'a');
    onFirst(world, 'ledger.advance', async () => claim(world, recordId));
    const report = await world.suspend();
    expect(report).toMatchObject({ revokedIssuances: 0, alive: [{ issuanceId: recordId, state: 'claimed' }] });
  });

  it('tells of one that moved whenever it was looked at, with the latest end that there could be', async () => {
    const world = lifecycleWorld();
    const { recordId } = await open(world, 'a', 'intended');
    world.steps.onCall = async (call) => {
      const there = await world.ledger.readIssuance(recordId);
      if (call !== 'ledger.advance' || there?.state !== 'intended') return;
      await world.ledger.advance(there, nextCall(there, { owner: 'other' }, world.clock.nowMs()));
    };
    const alive = [{ issuanceId: recordId, state: 'intended', endsByMs: BOUND_MS }];
    expect(await world.suspend()).toMatchObject({ revokedIssuances: 0, alive });
    // Twice at each of the two looks.
    expect(world.steps.calls.filter((call) => call === 'ledger.advance')).toHaveLength(4);
  });

  it('says of each issuance what became of it', async () => {
    const world = lifecycleWorld();
    const [revoked, over, held] = [await open(world, 'a'), await open(world, 'b'), await open(world, 'c')];
    claim(world, over.recordId, { state: 'expired', claim: undefined });
    claim(world, held.recordId);
    const refusal = { reason: 'tenant.suspended', explanation: 'x' } as const;
    const looked = await endOpenIssuances('acme', refusal, world.dependencies);
    const { accountId, job, roleArn } = held;
    const fenceMs = held.attempts[0]?.fenceMs;
    const order = [revoked.recordId, over.recordId, held.recordId];
    expect(
      [...looked].sort((one, other) => order.indexOf(one.issuanceId) - order.indexOf(other.issuanceId)),
    ).toStrictEqual([
      { issuanceId: revoked.recordId, outcome: 'revoked' },
      { issuanceId: over.recordId, outcome: 'over' },
      {
        issuanceId: held.recordId,
        outcome: 'inUse',
        session: { accountId, job, state: 'claimed', roleArn, fenceMs },
      },
    ]);
  });

  it('ends at its second look what moved too often at the first', async () => {
    const world = lifecycleWorld();
    const { recordId } = await open(world, 'a', 'intended');
    let moves = 2;
    world.steps.onCall = async (call) => {
      const there = await world.ledger.readIssuance(recordId);
      if (call !== 'ledger.advance' || there?.state !== 'intended' || moves === 0) return;
      moves -= 1;
      await world.ledger.advance(there, nextCall(there, { owner: 'other' }, world.clock.nowMs()));
    };
    expect(await world.suspend()).toMatchObject({ revokedIssuances: 1, alive: [] });
  });

  const fence = { endsByMs: START_MS + 600_000 };
  it.each([
    { name: 'completed', change: { state: 'completed' }, alive: [fence] },
    { name: 'reported as failed', change: { state: 'failed' }, alive: [fence] },
    { name: 'unknown', change: { state: 'unknown' }, alive: [fence] },
    { name: 'failed before it was claimed', change: { state: 'failed', claim: undefined }, alive: [] },
    { name: 'expired', change: { state: 'expired', claim: undefined }, alive: [] },
  ])('tells of a session until its fence, whatever its job says: $name', async ({ change, alive }) => {
    const world = lifecycleWorld();
    const { recordId } = await open(world, 'a');
    claim(world, recordId, change);
    const before = structuredClone(world.ledger.items.get(recordId));
    const report = await world.suspend();
    expect(report).toMatchObject({ revokedIssuances: 0, alive });
    expect('alive' in report && report.alive.length).toBe(alive.length);
    expect(world.ledger.items.get(recordId)).toEqual(before);
  });

  it('is not held up by a row that a job filled with nonsense, and tells of it', async () => {
    const world = lifecycleWorld();
    const [spoilt, sound] = [await open(world, 'spoilt'), await open(world, 'sound')];
    world.ledger.items.set(spoilt.recordId, { ...spoilt, claim: 'nonsense' });
    const report = await world.suspend();
    const told = { issuanceId: spoilt.recordId, state: 'illegible', accountId: 'unknown', endsByMs: BOUND_MS };
    expect(report).toMatchObject({ revokedIssuances: 1, alive: [told] });
    expect((await world.ledger.readIssuance(sound.recordId))?.state).toBe('revoked');
  });

  it('ends the others when one cannot be reached, says that it could not, and does the rest when asked again', async () => {
    const world = lifecycleWorld();
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.push((await open(world, name)).recordId);
    let refusing = true;
    world.steps.onCall = (call, [before]) => {
      const isLast = JSON.stringify(before)?.includes(ids[2] ?? '');
      if (refusing && call === 'ledger.advance' && isLast) throw new BrokerError('store.busy', 'busy');
    };
    await expect(world.suspend()).rejects.toMatchObject({ code: 'store.busy' });
    expect([...world.ledger.items.values()].map(({ state }) => state)).toEqual(['revoked', 'revoked', 'issued']);
    refusing = false;
    expect(await world.suspend()).toMatchObject({ revokedIssuances: 1 });
  });

  it('keeps to the tenant that it was asked for', async () => {
    const world = lifecycleWorld();
    const other = { ...anIntended('other'), tenantId: 'umbrella' };
    await world.ledger.open(other);
    await world.suspend();
    expect(await world.ledger.readIssuance(other.recordId)).toEqual(other);
  });

  it('looks at no more than sixteen issuances at a time', async () => {
    const world = lifecycleWorld();
    for (let index = 0; index < 50; index += 1) await open(world, `a${index}`);
    let atOnce = 0;
    let most = 0;
    world.steps.onCall = async (call) => {
      if (call !== 'ledger.readIssuance') return;
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
    };
    expect(await world.suspend()).toMatchObject({ revokedIssuances: 50 });
    expect(most).toBe(16);
  });
});

describe('suspending a tenant again', () => {
  it('says since when, and keeps what was said the first time', async () => {
    const world = lifecycleWorld();
    await world.suspend();
    world.clock.advance(60_000);
    const again = await world.suspend();
    expect(again).toMatchObject({ sinceMs: START_MS, lastSessionEndsByMs: BOUND_MS });
    expect(world.rows.get('tenant#acme')).toMatchObject({ sinceMs: START_MS });
    expect(world.registry.changes).toHaveLength(1);
  });

  it('records it again where it was changed in between, and where it was recorded before the brake', async () => {
    const change = { by: 'ops', atMs: START_MS } as const;
    const lasts = [
      { lastChange: { ...change, change: 'tenant.settingsChanged' as const }, again: 1 },
      { lastChange: { ...change, change: 'tenant.suspended' as const, atMs: START_MS - 1 }, again: 1 },
      { lastChange: { ...change, change: 'tenant.suspended' as const }, again: 0 },
      { lastChange: { ...change, change: 'tenant.suspended' as const, atMs: START_MS + 1 }, again: 0 },
    ];
    for (const { lastChange, again } of lasts) {
      const world = lifecycleWorld();
      world.registry.put(aTenant({ tenant: { lastChange } }));
      await world.suspend();
      expect(world.registry.changes, JSON.stringify(lastChange)).toHaveLength(again);
    }
  });

  it('ends what appeared since', async () => {
    const world = lifecycleWorld();
    await world.suspend();
    await open(world, 'late');
    expect(await world.suspend()).toMatchObject({ revokedIssuances: 1 });
  });

  it.each(['before', 'after'] as const)('completes what was interrupted %s any of its steps', async (when) => {
    for (let step = 0; ; step += 1) {
      const world = lifecycleWorld();
      const ids = [(await open(world, 'a')).recordId, (await open(world, 'b', 'intended')).recordId];
      world.steps.crashAt(step, when);
      const ended = await world.suspend().catch((error: unknown) => error);
      if (!(ended instanceof Crash)) {
        expect(step).toBeGreaterThan(9);
        return;
      }
      const wrote =
        world.registry.changes.length > 0 || [...world.ledger.items.values()].some(({ state }) => state === 'revoked');
      // Nothing is done that the brake does not stand before.
      if (wrote) expect(world.rows.size).toBe(1);
      world.steps.restart();
      await world.suspend();
      expect(world.rows.size).toBe(1);
      expect(world.registry.changes.map(({ change }) => change)).toEqual(['tenant.suspended']);
      for (const id of ids) expect((await world.ledger.readIssuance(id))?.state).toBe('revoked');
    }
  });
});

describe('a tenant that cannot be suspended', () => {
  it('is one that there is not, and no brake is set for it', async () => {
    const world = lifecycleWorld();
    world.registry.tenants.clear();
    expect(await world.suspend()).toEqual({ refused: 'tenant.unknown', explanation: 'no tenant has this id' });
    expect(world.rows.size).toBe(0);
  });

  it('is one that has left', async () => {
    const world = lifecycleWorld();
    world.registry.put(aTenant({ tenant: { status: 'offboarded' } }));
    expect(await world.suspend()).toEqual({ refused: 'tenant.offboarded', explanation: 'the tenant has left' });
    expect(world.rows.size).toBe(0);
  });

  it('is not one whose registry cannot be read: the brake holds all the same', async () => {
    const world = lifecycleWorld();
    world.steps.onCall = (call) => {
      if (call.startsWith('registry')) throw new BrokerError('store.unavailable', 'gone');
    };
    await expect(world.suspend()).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(world.rows.size).toBe(1);
  });

  it('is not judged by a registry that could not be read: the brake holds, and whoever asks is to ask again', async () => {
    const world = lifecycleWorld();
    world.registry.put(aTenant({ tenant: { status: 'offboarded' } }));
    let away = true;
    world.steps.onCall = (call) => {
      if (!call.startsWith('registry') || !away) return;
      away = false;
      throw new BrokerError('store.unavailable', 'gone');
    };
    await expect(world.suspend()).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(world.rows.size).toBe(1);
    expect(world.registry.changes).toEqual([]);
  });

  it('is not one that others keep changing: the brake holds, and what is missing is its record', async () => {
    const world = lifecycleWorld();
    let version = 10;
    world.steps.onCall = (call) => {
      if (call === 'registry.changeTenant') world.registry.put(aTenant({ tenant: { version: ++version } }));
    };
    expect(await world.suspend()).toMatchObject({ refused: 'registry.stale' });
    expect(world.rows.size).toBe(1);
  });
});

describe('what the index is asked for', () => {
  it('is every issuance of the tenant whose last session may still live, and none from before 1970', async () => {
    const asked: unknown[] = [];
    for (const nowMs of [START_MS, 1_000]) {
      const world = lifecycleWorld();
      world.clock.set(nowMs);
      world.steps.onCall = (call, [of]) => {
        if (call === 'index.query') asked.push(of);
      };
      await world.suspend();
    }
    const reachMs = LIMITS.openMs + LIMITS.longestHandBackMs + LIMITS.leaseMs + 3_600_000;
    const since = [START_MS - reachMs, START_MS + 3_000 - reachMs, 0, 0];
    expect(asked).toEqual(since.map((sinceMs) => ({ tenantId: 'acme', sinceMs })));
  });
});

describe('resuming a tenant', () => {
  it('records it first, then lifts the brake', async () => {
    const world = lifecycleWorld();
    await world.suspend();
    world.steps.restart();
    expect(await world.resume()).toMatchObject({ tenantId: 'acme', status: 'active' });
    expect(world.rows.size).toBe(0);
    expect(world.registry.changes.at(-1)).toMatchObject({ change: 'tenant.resumed', by: 'ops', reason: 'it is over' });
    const writes = world.steps.calls.filter((call) => !call.includes('read'));
    expect(writes).toEqual(['registry.changeTenant', 'suspensions.lift']);
  });

  it('changes nothing of a tenant that is not suspended', async () => {
    const world = lifecycleWorld();
    expect(await world.resume()).toEqual(aTenant().tenant);
    expect(world.registry.changes).toEqual([]);
  });

  it('does not lift a suspension that came meanwhile', async () => {
    const world = lifecycleWorld();
    await world.suspend();
    onFirst(world, 'suspensions.lift', async () => {
      world.rows.set('tenant#acme', { switchId: 'tenant#acme', sinceMs: START_MS + 9_999, by: 'x', reason: 'new' });
    });
    expect(await world.resume()).toEqual({
      refused: 'registry.stale',
      explanation: 'the tenant was suspended again meanwhile; read it and decide again',
    });
    expect(world.rows.size).toBe(1);
  });

  it('refuses a tenant that has left, and one that there is not', async () => {
    const world = lifecycleWorld();
    await world.offboard();
    expect(await world.resume()).toEqual({ refused: 'tenant.offboarded', explanation: 'the tenant has left' });
    expect(world.rows.size).toBe(1);
    world.rows.clear();
    expect(await world.resume()).toMatchObject({ refused: 'tenant.offboarded' });
    world.registry.tenants.clear();
    expect(await world.resume()).toEqual({ refused: 'tenant.unknown', explanation: 'no tenant has this id' });
  });

  it.each(['before', 'after'] as const)(
    'is never in force without its record, interrupted %s any step',
    async (when) => {
      for (let step = 0; ; step += 1) {
        const world = lifecycleWorld();
        await world.suspend();
        world.steps.restart();
        world.steps.crashAt(step, when);
        const ended = await world.resume().catch((error: unknown) => error);
        if (!(ended instanceof Crash)) return;
        const recorded = world.registry.changes.some(({ change }) => change === 'tenant.resumed');
        if (world.rows.size === 0) expect(recorded).toBe(true);
        world.steps.restart();
        await world.resume();
        expect(world.rows.size).toBe(0);
        expect(world.registry.changes.some(({ change }) => change === 'tenant.resumed')).toBe(true);
      }
    },
  );
});

/** Has something happen right before the first such call. */
function onFirst(world: LifecycleWorld, wanted: string, happen: () => Promise<unknown>): void {
  let happened = false;
  world.steps.onCall = async (call) => {
    if (happened || call !== wanted) return;
    happened = true;
    await happen();
  };
}
