import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../lib/ledger/issuance.ts';
import { aTenant } from '../../support/a-tenant.ts';
import { stsError } from '../../support/faulty-world/fake-sts.ts';
import { externalIdIn, rotating, type Slot, takes } from '../../support/faulty-world/rotation.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';

const denial = { answer: stsError('AccessDenied', 403) };
const otherOf = (slot: Slot): Slot => (slot === 'current' ? 'next' : 'current');

/** One visit while acme rotates, its role on record to take `known`. */
async function visit(known: Slot, arrange: (world: FaultyWorld) => void, functionMs?: number) {
  const world = await faultyWorld({ tenants: [rotating(aTenant(), known)] });
  arrange(world);
  world.ask();
  await world.pump(functionMs === undefined ? {} : { functionMs });
  return world;
}

const askedWith = (world: FaultyWorld) => world.sts.asked.map(({ ExternalId }) => ExternalId);
const announced = async (world: FaultyWorld) =>
  (await world.issuance()).trail
    .filter(({ type }) => type === 'intended' || type === 'called')
    .map(({ call, externalId, code }) => [call, externalId, code]);

describe.each<Slot>(['current', 'next'])(
  'while the tenant rotates, and its role is known to take the %s ID',
  (known) => {
    const other = otherOf(known);

    it('calls once with that ID when it is taken', async () => {
      const world = await visit(known, ({ sts }) => {
        sts.trusts = takes([known]);
      });
      expect(askedWith(world)).toEqual([externalIdIn(known)]);
      expect(await announced(world)).toEqual([[1, known, undefined]]);
      expect(await world.issuance()).toMatchObject({ state: 'issued' });
    });

    it('tries the other ID in the same attempt when it is denied, announced before', async () => {
      const world = await visit(known, ({ sts }) => {
        sts.trusts = takes([other]);
      });
      const { recordId, trail } = await world.issuance();
      expect(askedWith(world)).toEqual([externalIdIn(known), externalIdIn(other)]);
      expect(world.sites(recordId)).toEqual([
        'ledger.intended',
        'sts.assume',
        'kms.dataKey',
        'ledger.called',
        'sts.assume',
        'kms.dataKey',
        'ledger.issued',
        'lambda.invoke',
      ]);
      expect(trail[1]).toMatchObject({
        type: 'called',
        attempt: 1,
        call: 2,
        code: 'sts.denied',
        stsRequestId: 'sts-AccessDenied',
        externalId: other,
      });
      await world.settle();
      expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 1 });
      expect(world.pipeline.denialsNoted).toEqual([]);
      expect(await world.violations()).toEqual([]);
    });

    it('is denied when both are, each tried once', async () => {
      const world = await visit(known, ({ sts }) => {
        sts.trusts = takes([]);
      });
      expect(askedWith(world)).toEqual([externalIdIn(known), externalIdIn(other)]);
      expect(await world.issuance()).toMatchObject({ state: 'denied', code: 'sts.denied', attempt: 1, call: 2 });
      expect(world.pipeline.denialsNoted).toHaveLength(1);
      await world.minutes(60);
      expect(askedWith(world)).toHaveLength(2);
      expect(await world.violations()).toEqual([]);
    });
  },
);

describe('the other external ID', () => {
  it.each(['RegionDisabledException', 'MalformedPolicyDocument', 'ValidationError'])(
    'is not tried after %s',
    async (name) => {
      const world = await visit('current', ({ faults }) =>
        faults.breakAt('sts.assume', { answer: stsError(name, 400) }),
      );
      expect(askedWith(world)).toHaveLength(1);
      expect(await world.violations()).toEqual([]);
    },
  );

  it('is not tried when its announcement was not recorded', async () => {
    const world = await visit('current', ({ sts, faults }) => {
      sts.trusts = takes(['next']);
      faults.breakAt('ledger.called', 'loseRequest');
    });
    expect(askedWith(world)).toEqual([externalIdIn('current')]);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed' });
    expect(await world.violations()).toEqual([]);
  });

  it('is called again when it is throttled, and stays the other one', async () => {
    const world = await visit('current', ({ sts, faults }) => {
      sts.trusts = takes(['next']);
      faults.breakAt('sts.assume', 'throttle', 'ok', 'throttle');
    });
    expect(await announced(world)).toEqual([
      [1, 'current', undefined],
      [2, 'current', 'sts.unavailable'],
      [3, 'next', 'sts.denied'],
      [4, 'next', 'sts.unavailable'],
    ]);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 1 });
    expect(await world.violations()).toEqual([]);
  });

  it('waits for the sweeper where the invocation has no time for it, who begins with what is then on record', async () => {
    const arrange = ({ sts }: FaultyWorld) => {
      sts.trusts = takes(['next']);
    };
    const world = await visit('current', arrange, 13_999);
    expect(askedWith(world)).toEqual([externalIdIn('current')]);
    const { trail, ...released } = await world.issuance();
    expect(released).toMatchObject({ state: 'intended', resume: 'call', call: 1 });
    expect(trail.at(-1)).toMatchObject({ type: 'released', code: 'sts.denied', stsRequestId: 'sts-AccessDenied' });
    await world.connect(rotating(aTenant(), 'next'));
    await world.settle();
    expect(await announced(world)).toEqual([
      [1, 'current', undefined],
      [2, 'next', undefined],
    ]);
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 1 });
    expect(await world.violations()).toEqual([]);
  });

  it('is not tried past the last call of an attempt', async () => {
    const world = await faultyWorld({ tenants: [rotating(aTenant())] });
    const throttles = Array.from({ length: LIMITS.calls - 1 }, () => 'throttle' as const);
    world.faults.breakAt('sts.assume', ...throttles, denial);
    world.ask();
    await world.drain();
    await world.minutes(120);
    expect(await world.issuance()).toMatchObject({ state: 'denied', call: LIMITS.calls, attempt: 1 });
    expect(askedWith(world)).toHaveLength(LIMITS.calls);
    expect(await world.violations()).toEqual([]);
  });

  it('of the tenant is all there is: outside a rotation a denial is the end', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', denial);
    world.ask();
    await world.drain();
    expect(await world.issuance()).toMatchObject({ state: 'denied', call: 1 });
    expect(askedWith(world)).toEqual([externalIdIn('current')]);
  });
});

describe('a denial', () => {
  const noted = { tenantId: 'acme', accountId: '222222222222', roleArn: aTenant().roles[0]?.roleArn };

  it('is noted once it is on record', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', denial);
    world.ask();
    await world.drain();
    expect(world.pipeline.denialsNoted).toEqual([noted]);
  });

  it('is not noted by whom it was not recorded', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', denial);
    world.faults.breakAt('ledger.denied', 'loseRequest');
    world.ask();
    await world.drain();
    expect(world.pipeline.denialsNoted).toEqual([]);
    await world.settle();
    expect(await world.violations()).toEqual([]);
  });

  it.each(['RegionDisabledException', 'MalformedPolicyDocument'])(
    'is none of the trust policy for %s',
    async (name) => {
      const world = await faultyWorld();
      world.faults.breakAt('sts.assume', { answer: stsError(name, 400) });
      world.ask();
      await world.drain();
      expect(world.pipeline.denialsNoted).toEqual([]);
    },
  );
});
