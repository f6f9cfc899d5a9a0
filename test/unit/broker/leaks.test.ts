import { describe, expect, it } from 'vitest';
import { formsOf } from '../../support/every-print.ts';
import { leaksIn } from '../../support/faulty-world/leaks.ts';
import { faultyWorld } from '../../support/faulty-world/world.ts';

const secret = 'canary/token"+00000000000000000042==';

describe('the search for leaks', () => {
  it.each([...formsOf(secret)])('finds a secret in the form %s, deep in what was written', (form) => {
    expect(leaksIn([{ lines: ['a', { text: `before ${form} after` }] }], [secret])).toHaveLength(1);
    expect(leaksIn([{ blob: Buffer.from(form) }], [secret])).toHaveLength(1);
    expect(leaksIn([{ blob: new Uint8Array(Buffer.from(form)) }], [secret])).toHaveLength(1);
  });

  it('finds nothing where nothing is', () => {
    expect(leaksIn([{ text: 'canary' }], [secret])).toEqual([]);
  });

  it('would find the secret key, the session token and the external ID of a run', async () => {
    const world = await faultyWorld();
    const { body } = world.ask();
    await world.settle();
    const [{ secretAccessKey = '', sessionToken = '' } = {}] = world.sts.minted;
    const [{ ExternalId = '' } = {}] = world.sts.asked;
    expect(await world.leaks()).toEqual([]);
    for (const planted of [secretAccessKey, sessionToken, ExternalId]) {
      expect(planted.length).toBeGreaterThan(30);
      world.queue.add(`${body} ${planted}`);
    }
    expect(await world.leaks()).toHaveLength(3);
  });
});
