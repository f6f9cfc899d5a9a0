import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../lib/ledger/issuance.ts';
import { abandoned, copies, put } from '../../support/faulty-world/abandoned.ts';
import { namedError } from '../../support/faulty-world/faults.ts';

const HOUR_MS = 60 * 60_000;

describe('rows that cannot be swept', () => {
  it('does not let an illegible one stop the others', async () => {
    const world = await abandoned();
    const [illegible] = await copies(world, 1, { dueAtMs: 1, state: 'claimed', report: 'nonsense' });
    await put(world, illegible === undefined ? [] : [illegible]);
    world.clock.advance(LIMITS.leaseMs);
    expect((await world.sweep()).now).toMatchObject({ result: { looked: 2, moved: 1, broken: 1 } });
    expect(world.log.lines).toContainEqual(expect.objectContaining({ transition: 'issuance.illegible' }));
    // It is looked at again, but not every minute.
    world.clock.advance(60_000);
    expect((await world.sweep()).now).toMatchObject({ result: { broken: 0 } });
    world.clock.advance(HOUR_MS);
    expect((await world.sweep()).now).toMatchObject({ result: { broken: 1 } });
  });

  it('does not let a page full of ended ones, which a job can make of its own rows, starve the others', async () => {
    const world = await abandoned();
    await put(world, await copies(world, 150, { dueAtMs: 1, state: 'expired' }));
    world.clock.advance(LIMITS.leaseMs);
    await world.sweep();
    const moved = world.queue.messages.filter(({ body }) => body.includes('continue'));
    expect(moved).toHaveLength(1);
  });

  it('does not let rows that cannot be written, which a job can make of its own, starve the others', async () => {
    const world = await abandoned();
    const stuck = await copies(world, 150, { dueAtMs: 1 });
    await put(world, stuck);
    const tooLarge = { answer: namedError('ValidationException') };
    world.faults.choose = ({ site, subject }) =>
      site === 'ledger.leaseExpired' && subject.startsWith('scan-account.aaa') ? tooLarge : undefined;
    world.clock.advance(LIMITS.leaseMs);
    await world.sweep();
    const moved = world.queue.messages.filter(({ body }) => body.includes('continue'));
    expect(moved).toHaveLength(1);
  });

  it('tells of a store that is away by an error', async () => {
    const world = await abandoned();
    world.clock.advance(LIMITS.leaseMs);
    world.faults.breakAlways('ledger.*', 'loseRequest');
    expect((await world.sweep()).now).toMatchObject({ end: 'threw', error: { code: 'store.unavailable' } });
    world.faults.mend();
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed' });
  });

  it('tells of a queue that is away by an error, and loses nothing', async () => {
    const world = await abandoned();
    world.clock.advance(LIMITS.leaseMs);
    world.faults.breakAlways('sqs.send', 'loseRequest');
    expect((await world.sweep()).now).toMatchObject({ end: 'threw' });
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 2 });
    expect(await world.violations()).toEqual([]);
  });
});
