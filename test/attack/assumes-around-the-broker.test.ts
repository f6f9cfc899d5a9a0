import { describe, expect, it } from 'vitest';
import { runCalls } from '../support/correlation/run-calls.ts';
import { everyPrint } from '../support/every-print.ts';

/** T40: somebody with a role of ours calls STS without the broker, and hopes that nobody compares. */
describe('a call to STS that the broker did not announce', () => {
  it('is told of, each one once and nothing else, however CloudTrail delivers', async () => {
    const { world, planted, deliveries } = await runCalls({
      stories: 6_000,
      strays: 100,
      minutes: 60,
      seed: 42,
      orderSeed: 43,
    });
    expect(planted).toHaveLength(100);
    expect(deliveries).toBeGreaterThan(8_000);
    expect(
      world
        .alerts()
        .map(({ detail }) => String(detail['stsRequestId']))
        .sort(),
    ).toEqual([...planted].sort());
    expect(world.told).toHaveLength(100);
  });

  it('is told of without the session token that stands in CloudTrail’s record', async () => {
    const { world } = await runCalls({ stories: 100, strays: 10, minutes: 20, seed: 7, orderSeed: 8 });
    const kept = everyPrint([world.told, world.lines, world.state(), world.waiting]);
    expect(kept).not.toMatch(/sessionToken|secretAccessKey/i);
  });
});
