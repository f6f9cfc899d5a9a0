import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../lib/ledger/issuance.ts';
import { sweepIssuances } from '../../../lib/sweeper/sweep-issuances.ts';
import { tables } from '../../support/dynamo-tables.ts';
import { abandoned, copies, put } from '../../support/faulty-world/abandoned.ts';
import type { FaultyWorld } from '../../support/faulty-world/world.ts';

async function itemOf(world: FaultyWorld, recordId: string) {
  const items = await world.store.items(tables.ledgerTable);
  return items.find((item) => item['recordId'] === recordId);
}

describe('many issuances', () => {
  it('are swept page by page in one sweep', async () => {
    const world = await abandoned();
    await put(world, await copies(world, 249, {}));
    world.clock.advance(LIMITS.leaseMs);
    expect((await world.sweep()).now).toMatchObject({ result: { looked: 250, moved: 250 } });
  });

  it('are left for the next minute when little time remains', async () => {
    const world = await abandoned();
    await put(world, await copies(world, 249, {}));
    world.clock.advance(LIMITS.leaseMs);
    const first = await sweepIssuances({ remainingMs: () => 9_999 }, world.pipeline.sweeper);
    expect(first).toMatchObject({ looked: 100, moved: 100 });
    expect((await world.sweep()).now).toMatchObject({ result: { moved: 150 } });
  });

  it('are each handed back once while their messages wait', async () => {
    const world = await abandoned();
    const ids = (await copies(world, 3, {})).map((copy) => ('recordId' in copy ? String(copy.recordId) : ''));
    await put(world, await copies(world, 3, {}));
    world.clock.advance(LIMITS.leaseMs);
    await world.sweep();
    await world.sweep();
    expect(world.queue.messages.filter(({ body }) => body.includes('continue'))).toHaveLength(4);
    for (const id of ids) expect(await itemOf(world, id)).toMatchObject({ dueShard: 'due' });
  });
});
