import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../lib/ledger/issuance.ts';
import { abandoned, put } from '../../support/faulty-world/abandoned.ts';
import { namedError } from '../../support/faulty-world/faults.ts';
import { gate } from '../../support/faulty-world/process.ts';
import { faultyWorld } from '../../support/faulty-world/world.ts';

const HOUR_MS = 60 * 60_000;

describe('what the sweeper does with an issuance that is due', () => {
  it('hands one back whose lease ran out, and says so', async () => {
    const world = await abandoned();
    world.clock.advance(LIMITS.leaseMs);
    expect((await world.sweep()).now).toEqual({ end: 'done', result: { looked: 1, moved: 1, broken: 0 } });
    const issuance = await world.issuance();
    expect(issuance).toMatchObject({ state: 'intended', attempt: 1, resume: 'attempt' });
    expect(issuance.attempts).toMatchObject([{ outcome: 'unknown' }]);
    expect(issuance.trail.map(({ type }) => type)).toEqual(['intended', 'leaseExpired']);
    expect(world.queue.everSent.at(-1)).toContain(issuance.trailHead);
  });

  it('looks at nothing that is not due', async () => {
    const world = await abandoned();
    world.clock.advance(LIMITS.leaseMs - 1);
    expect((await world.sweep()).now).toMatchObject({ result: { looked: 0 } });
  });

  it('leaves a lease and a ticket alone that are good for longer than the index says', async () => {
    const leased = await abandoned();
    const ticketed = await faultyWorld();
    ticketed.ask();
    await ticketed.drain();
    for (const world of [leased, ticketed]) {
      const before = await world.issuance();
      await put(world, [{ ...before, dueAtMs: world.clock.nowMs() - 1 }]);
      expect((await world.sweep()).now).toMatchObject({ result: { looked: 1, moved: 1 } });
      expect(await world.issuance()).toEqual(before);
    }
  });

  it('waits for the usable-until of a ticket, then removes it and hands back', async () => {
    const world = await faultyWorld();
    world.ask();
    await world.drain();
    const { dueAtMs = 0 } = await world.issuance();
    world.clock.set(dueAtMs);
    await world.sweep();
    const issuance = await world.issuance();
    expect(issuance).toMatchObject({ state: 'issued', attempts: [{ outcome: 'unclaimed' }] });
    expect(issuance).not.toHaveProperty('ticket');
    // The first invocation comes late: it finds nothing to claim.
    await world.runJobs();
    expect(world.host.runs).toEqual([]);
  });

  it('ends as expired what nobody claimed in three attempts', async () => {
    const world = await faultyWorld();
    world.faults.choose = ({ process }) => (process === 'job' ? { answer: namedError('TimeoutError') } : undefined);
    world.ask();
    await world.drain();
    await world.minutes(25);
    const issuance = await world.issuance();
    expect(issuance).toMatchObject({ state: 'expired', attempt: 3 });
    expect(issuance.attempts.map(({ outcome }) => outcome)).toEqual(['unclaimed', 'unclaimed', 'unclaimed']);
    expect(world.faults.calls.find(({ site }) => site === 'ledger.expired')?.process).toBe('sweeper');
    expect(world.sts.minted).toHaveLength(3);
    expect(await world.violations()).toEqual([]);
  });

  it('calls a claimed one that stays silent unknown, a minute after its fence, and never runs it again', async () => {
    const world = await faultyWorld();
    world.faults.breakAlways('job.work', 'crashBefore');
    world.ask();
    await world.drain();
    await world.runJobs();
    const fenceMs = (await world.issuance()).attempts[0]?.fenceMs ?? 0;
    world.clock.set(fenceMs + LIMITS.reportGraceMs - 1);
    await world.sweep();
    expect((await world.issuance()).state).toBe('claimed');
    world.clock.advance(1);
    await world.sweep();
    expect((await world.issuance()).state).toBe('unknown');
    await world.minutes(60);
    expect(world.host.runs).toHaveLength(1);
    expect(world.sts.minted).toHaveLength(1);
    expect(await world.violations()).toEqual([]);
  });

  it('binds the report of a job into the trail and looks no more', async () => {
    const world = await faultyWorld();
    world.ask();
    await world.settle();
    const issuance = await world.issuance();
    expect(issuance.trail.at(-1)).toMatchObject({
      type: 'settled',
      reportSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(issuance.dueAtMs).toBeUndefined();
  });

  it('never calls anything but the ledger and the queue', async () => {
    const world = await abandoned();
    await world.minutes(20);
    const called = new Set(world.faults.calls.filter(({ process }) => process === 'sweeper').map(({ site }) => site));
    const strange = [...called].filter((site) => !site.startsWith('ledger.') && site !== 'sqs.send');
    expect(strange).toEqual([]);
  });
});

describe('messages of the sweeper', () => {
  it.each(['loseRequest', 'crashBefore'] as const)('are sent again when one is lost (%s)', async (fault) => {
    const world = await abandoned();
    world.clock.advance(LIMITS.leaseMs);
    world.faults.breakAt('sqs.send', fault);
    await world.sweep();
    expect(world.queue.messages.filter(({ body }) => body.includes('continue'))).toEqual([]);
    world.clock.advance(LIMITS.handBackMs - 1);
    expect((await world.sweep()).now).toMatchObject({ result: { looked: 0 } });
    world.clock.advance(1);
    await world.sweep();
    expect(world.queue.messages.filter(({ body }) => body.includes('continue'))).toHaveLength(1);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 2 });
    expect(await world.violations()).toEqual([]);
  });
});

describe('an issuance that nobody takes up', () => {
  it('is handed back ever more seldom, and not every three minutes', async () => {
    const world = await abandoned();
    world.clock.advance(LIMITS.leaseMs);
    await world.sweep();
    for (let minute = 0; minute < 180; minute += 1) {
      world.clock.advance(60_000);
      await world.sweep();
    }
    const copies = world.queue.messages.filter(({ body }) => body.includes('continue')).length;
    // Three hours, at 15 minutes once it has waited long: 60 at an even pace.
    expect(copies).toBeGreaterThanOrEqual(12);
    expect(copies).toBeLessThanOrEqual(18);
    expect((await world.issuance()).state).toBe('intended');
  });
});

describe('two sweepers side by side', () => {
  it('do no more than one', async () => {
    const world = await abandoned();
    world.clock.advance(LIMITS.leaseMs);
    await Promise.all([world.sweep(), world.sweep(), world.sweep()]);
    expect((await world.issuance()).trail.map(({ type }) => type)).toEqual(['intended', 'leaseExpired']);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 2 });
    expect(world.sts.minted).toHaveLength(1);
    expect(await world.violations()).toEqual([]);
  });

  it('do no harm when one stands still and goes on much later', async () => {
    const world = await abandoned();
    world.clock.advance(LIMITS.leaseMs);
    const later = gate();
    world.faults.breakAt('ledger.leaseExpired', { stall: later });
    const slow = await world.sweep();
    expect(slow.now.end).toBe('stalled');
    await world.minutes(3);
    const before = await world.issuance();
    const sent = world.queue.everSent.length;
    later.open();
    await slow.finally;
    expect(await world.issuance()).toEqual(before);
    expect(world.queue.everSent).toHaveLength(sent);
    await world.settle();
    expect(await world.violations()).toEqual([]);
  });
});

describe('an issuance that nothing moves', () => {
  it('is given up a day after it was recorded', async () => {
    const world = await abandoned();
    world.faults.breakAlways('tenants.read', { answer: namedError('ResourceNotFoundException') });
    for (let hour = 0; hour < 24; hour += 1) {
      expect((await world.issuance()).state).toBe('intended');
      world.clock.advance(HOUR_MS);
      await world.sweep();
      await world.drain();
    }
    world.clock.advance(HOUR_MS);
    await world.sweep();
    expect(await world.issuance()).toMatchObject({ state: 'failed', code: 'sts.outcomeUnknown' });
    expect((await world.issuance()).dueAtMs).toBeUndefined();
  });
});
