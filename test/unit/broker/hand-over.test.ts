import { describe, expect, it } from 'vitest';
import { stsError } from '../../support/faulty-world/fake-sts.ts';
import { namedError } from '../../support/faulty-world/faults.ts';
import { breaking, firstVisit } from '../../support/faulty-world/first-visit.ts';
import { gate } from '../../support/faulty-world/process.ts';
import { faultyWorld } from '../../support/faulty-world/world.ts';

describe('whoever was fenced out', () => {
  it('hands nothing over when another took its place before the issue was recorded', async () => {
    const world = await faultyWorld();
    const later = gate();
    world.faults.breakAt('ledger.issued', { stall: later });
    world.ask();
    const slow = await world.pump();
    expect(slow?.now.end).toBe('stalled');
    await world.minutes(2);
    expect(await world.issuance()).toMatchObject({ attempt: 2 });
    later.open();
    await slow?.finally;
    await world.settle();
    expect(world.lambda.invocations.map(({ payload }) => payload.attempt)).toEqual([2]);
    const issuance = await world.issuance();
    expect(issuance.state).toBe('completed');
    expect(issuance.trail.map(({ type }) => type)).toEqual([
      'intended',
      'leaseExpired',
      'intended',
      'issued',
      'settled',
    ]);
    expect(world.sts.minted).toHaveLength(2);
    expect(await world.violations()).toEqual([]);
  });

  it.each([
    { what: 'a denial', fault: { answer: stsError('AccessDenied', 403) }, site: 'ledger.denied' },
    { what: 'a lost answer', fault: 'loseResponse' as const, site: 'ledger.released' },
  ])('records $what of its own no more', async ({ fault, site }) => {
    const world = await faultyWorld();
    const later = gate();
    world.faults.breakAt('sts.assume', fault);
    world.faults.breakAt(site, { stall: later });
    world.ask();
    const slow = await world.pump();
    await world.minutes(2);
    later.open();
    await slow?.finally;
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 2 });
    expect(world.pipeline.denialsNoted).toEqual([]);
    expect(await world.violations()).toEqual([]);
  });
});

describe('Lambda does not take the invocation', () => {
  it('takes the ticket back when it is throttled, and tries another attempt', async () => {
    const { world, issuance, calls } = await firstVisit(breaking('lambda.invoke', 'throttle'));
    expect(calls.at(-1)).toBe('ledger.undelivered');
    expect(issuance).not.toHaveProperty('ticket');
    expect(issuance).toMatchObject({ state: 'issued', attempts: [{ outcome: 'undelivered', code: 'job.busy' }] });
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 2 });
    expect(await world.violations()).toEqual([]);
  });

  it.each(['ResourceNotFoundException', 'AccessDeniedException'])(
    'revokes when the job is not there (%s)',
    async (name) => {
      const { world, issuance } = await firstVisit(breaking('lambda.invoke', { answer: namedError(name) }));
      expect(issuance).toMatchObject({ state: 'revoked', refusal: { reason: 'job.notDeployed' } });
      expect(issuance).not.toHaveProperty('ticket');
      await world.minutes(30);
      expect(world.sts.minted).toHaveLength(1);
      expect(await world.violations()).toEqual([]);
    },
  );

  it('counts a lost answer as handed over: the copy that arrived is claimed once', async () => {
    const { world, issuance, calls } = await firstVisit(breaking('lambda.invoke', 'repeat'));
    expect(calls.at(-1)).toBe('lambda.invoke');
    expect(issuance).toMatchObject({ state: 'issued', ticket: { attempt: 1 } });
    expect(world.lambda.invocations).toHaveLength(2);
    await world.settle();
    expect(world.host.runs).toHaveLength(1);
    expect(world.host.observed).toContainEqual({ event: 'claim.refused', because: 'conditionFailed' });
    expect(await world.violations()).toEqual([]);
  });

  it('removes the ticket near the fence when the invocation never arrived', async () => {
    const { world } = await firstVisit(breaking('lambda.invoke', 'loseRequest'));
    await world.settle();
    const issuance = await world.issuance();
    expect(issuance).toMatchObject({ state: 'completed', attempt: 2 });
    expect(issuance.attempts[0]).toMatchObject({ outcome: 'unclaimed' });
    expect(await world.violations()).toEqual([]);
  });
});

describe('a store that breaks after the intent', () => {
  it.each(['ledger.issued', 'ledger.released', 'ledger.undelivered', 'ledger.denied'])(
    'leaves the issuance to the sweeper, and a line in the log (%s)',
    async (site) => {
      const { world, issuance } = await firstVisit((world) => {
        if (site === 'ledger.released') world.faults.breakAt('sts.assume', 'loseResponse');
        if (site === 'ledger.denied') world.faults.breakAt('sts.assume', { answer: stsError('AccessDenied', 403) });
        if (site === 'ledger.undelivered') world.faults.breakAt('lambda.invoke', 'throttle');
        world.faults.breakAt(site, 'loseRequest');
      });
      expect(world.queue.messages).toEqual([]);
      expect(world.log.lines).toContainEqual(
        expect.objectContaining({
          transition: 'issuance.interrupted',
          issuanceId: issuance.recordId,
          code: 'store.unavailable',
        }),
      );
      await world.settle();
      expect(await world.issuance()).toMatchObject({ state: 'completed' });
      expect(await world.violations()).toEqual([]);
    },
  );
});
