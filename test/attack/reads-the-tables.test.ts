import { describe, expect, it } from 'vitest';
import { AUDITED_ATTRIBUTES } from '../../lib/audit/questions/ledger-attributes.ts';
import { faultOf } from '../simulate/fault-plan.ts';
import { singleFaults } from '../simulate/happy-path.ts';
import { seededRandom } from '../simulate/seeded-random.ts';
import { leakyRun } from './leaky-run.ts';

/** T19: whoever reads the tables looks for a result that was kept, as stores of idempotency keep them. */
const LISTED = new Set([...AUDITED_ATTRIBUTES, 'ticket']);
const CONTEXT = ['account', 'attempt', 'fence', 'issuance', 'job', 'tenant', 'usableUntil', 'v'];

describe('the tables', () => {
  it('have no attribute that is not on the list, in any version of any row, whichever call breaks', async () => {
    const random = seededRandom(1);
    const names: string[] = [];
    for (const { at, kind } of await singleFaults()) {
      const { places } = await leakyRun((call, nth, gates) =>
        nth === at ? faultOf(kind, call, { random, gates }) : undefined,
      );
      names.push(...(places['the tables'] ?? []).flatMap((row) => Object.keys(Object(row))));
    }
    expect(names.length).toBeGreaterThan(5_000);
    expect(names.filter((name) => !LISTED.has(name))).toEqual([]);
  });

  it('keep of a session its public names, and of a ticket a wrapped key that opens nothing by itself', async () => {
    const { places, world } = await leakyRun(() => undefined);
    const tickets = (places['the tables'] ?? []).flatMap((row) => Reflect.get(Object(row), 'ticket') ?? []);
    expect(tickets.length).toBeGreaterThan(0);
    for (const ticket of tickets)
      expect(Object.keys(ticket).sort()).toEqual(['attempt', 'usableUntilMs', 'wrappedKey']);
    const [session] = world.sts.minted;
    expect((await world.issuance()).attempts).toMatchObject([{ accessKeyId: session?.accessKeyId }]);
  });

  it('say to the key service what CloudTrail may show to anybody, and nothing else', async () => {
    const { places } = await leakyRun(() => undefined);
    expect(places['the contexts of keys']?.length).toBeGreaterThan(1);
    for (const context of places['the contexts of keys'] ?? [])
      expect(Object.keys(Object(context)).sort()).toEqual(CONTEXT);
  });
});
