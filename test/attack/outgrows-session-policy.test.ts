import { describe, expect, it } from 'vitest';
import { canHappen, FAULT_KINDS } from '../simulate/fault-plan.ts';
import { happyPath } from '../simulate/happy-path.ts';
import { stsError } from '../support/faulty-world/fake-sts.ts';
import type { Wiring } from '../support/faulty-world/wiring.ts';
import { faultyWorld } from '../support/faulty-world/world.ts';

/** T10: a policy that STS does not take must not become a session without one. */
async function tooLarge(code: string, wiring: Wiring = 'production') {
  const world = await faultyWorld({ wiring });
  world.faults.choose = ({ site, assume }) =>
    site === 'sts.assume' && assume?.Policy !== undefined ? { answer: stsError(code, 400) } : undefined;
  world.ask();
  await world.drain();
  await world.minutes(60);
  return world;
}

describe('a session policy that STS does not take', () => {
  it.each([
    ['PackedPolicyTooLarge', 'policy.tooLarge'],
    ['PackedPolicyTooLargeException', 'policy.tooLarge'],
    ['MalformedPolicyDocument', 'sts.policyRejected'],
  ])('ends the issuance after one call: %s', async (wireCode, code) => {
    const world = await tooLarge(wireCode);
    expect(world.sts.asked).toHaveLength(1);
    expect(world.sts.minted).toEqual([]);
    const { state, attempt, trail } = await world.issuance();
    expect({ state, attempt, last: trail.at(-1) }).toMatchObject({ state: 'failed', attempt: 1, last: { code } });
    expect(world.lambda.invocations).toEqual([]);
  });

  it('would be seen to be left out, were it', async () => {
    const world = await tooLarge('PackedPolicyTooLarge', 'policyDropped');
    expect(world.sts.asked.map(({ Policy }) => Policy === undefined)).toEqual([false, true]);
  });

  it('is in every call, whatever happened to the one before it, and ends with the fence', async () => {
    const world = await faultyWorld();
    world.ask();
    await world.settle();
    expect(JSON.parse(world.sts.asked[0]?.Policy ?? '').Statement.at(-1)).toMatchObject({
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { DateGreaterThan: { 'aws:CurrentTime': expect.any(String) } },
    });
    const { sites } = await happyPath([]);
    const at = sites.indexOf('sts.assume');
    for (const kind of FAULT_KINDS.filter((one) => canHappen('sts.assume', one))) {
      const { violations } = await happyPath([{ at, kind }]);
      expect(violations, kind).toEqual([]);
    }
  });
});
