import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { type Fault, namedError } from '../support/faulty-world/faults.ts';
import type { Wiring } from '../support/faulty-world/wiring.ts';
import { type FaultyWorld, faultyWorld } from '../support/faulty-world/world.ts';
import { interruptedBefore } from './interrupted-run.ts';

/** T48: whoever keeps the switches from being read wants to be taken for switched on. */
const blind: readonly (readonly [string, Fault])[] = [
  ['throttled', 'throttle'],
  ['out of reach', 'loseRequest'],
  ['answering nothing that can be read', 'loseResponse'],
  ['forbidden', { answer: namedError('AccessDeniedException') }],
  ['gone', { answer: namedError('ResourceNotFoundException') }],
];
const switchIds = ['global', 'job#scan-account', 'tenant#acme'];

async function blinded(fault: Fault, wiring: Wiring = 'production') {
  const world = await faultyWorld({ wiring });
  world.faults.breakAlways('switches.read', fault);
  for (let index = 0; index < 10; index += 1) world.ask({}, `event-${index}`);
  for (let round = 0; round < 5; round += 1) {
    await world.drain();
    world.clock.advance(60_000);
    await world.sweep();
  }
  return world;
}

/** A batch of which some keys were not looked at, as DynamoDB may always answer. */
function unprocessed({ pipeline }: FaultyWorld, kept: number): void {
  const { dynamo } = pipeline.job;
  const send: (command: never) => unknown = dynamo.send.bind(dynamo);
  Object.assign(dynamo, {
    async send(command: unknown) {
      if (!(command instanceof BatchGetCommand)) return Reflect.apply(send, dynamo, [command]);
      const [table = '', { Keys = [] } = {}] = Object.entries(command.input.RequestItems ?? {})[0] ?? [];
      return { Responses: { [table]: [] }, UnprocessedKeys: { [table]: { Keys: Keys.slice(kept) } } };
    },
  });
}

describe('switches that cannot be read', () => {
  it.each(blind)('are off at the decision, and nothing is lost by it: %s', async (_, fault) => {
    const world = await blinded(fault);
    expect([world.sts.asked, world.lambda.invocations, await world.issuances()]).toEqual([[], [], []]);
    await world.settle();
    expect((await world.issuances()).filter(({ state }) => state === 'completed')).toHaveLength(10);
    expect(await world.violations()).toEqual([]);
  });

  it.each(blind)('are off at the claim: %s', async (_, fault) => {
    const world = await faultyWorld();
    world.ask();
    await world.drain();
    world.faults.breakAlways('switches.read', fault);
    await world.runJobs();
    expect(world.host.runs).toEqual([]);
    expect(await world.issuance()).toMatchObject({ state: 'issued' });
  });

  it('are off where DynamoDB answers for none of them, or for one too few', async () => {
    for (const kept of [0, 1, 2]) {
      const world = await faultyWorld();
      unprocessed(world, kept);
      world.ask();
      await world.drain();
      expect([world.sts.asked, world.lambda.invocations], `${kept} answered`).toEqual([[], []]);
    }
  });

  it('would be seen to be taken for on', async () => {
    const world = await blinded('throttle', 'unreadableSwitchIsOn');
    expect(world.sts.asked.length).toBeGreaterThan(0);
  });
});

describe.each(switchIds)('the switch %s', (switchId) => {
  it('stops every decision and every claim that begins after it, at whichever call it is thrown', async () => {
    for (let at = 0; ; at += 1) {
      const world = await interruptedBefore(at, (stopped) => stopped.switchOff(switchId));
      if (world === undefined) break;
      const before = [world.sts.asked.length, world.host.runs.length];
      world.ask({}, 'event-2');
      await world.drain();
      await world.runJobs();
      expect([world.sts.asked.length, world.host.runs.length], `thrown at call ${at}`).toEqual(before);
      await world.settle();
      expect(await world.violations(), `thrown at call ${at}`).toEqual([]);
    }
  });
});
