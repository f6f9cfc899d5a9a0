import { expect, it } from 'vitest';
import {
  atRest,
  type RotationState,
  type RotationStep,
  rotationWorld,
} from '../../support/tenant-lifecycle/rotation-world.ts';

const STEPS: readonly RotationStep[] = [
  'start',
  'finish',
  'abandon',
  'verify',
  'read',
  'addNext',
  'addCurrent',
  'removeCurrent',
  'removeNext',
];
const MEANWHILE: readonly RotationStep[] = ['verify', 'read', 'addNext', 'addCurrent', 'removeCurrent', 'removeNext'];
const PAIRS = MEANWHILE.flatMap((first) => MEANWHILE.map((second) => [first, second]));
const BETWEEN: readonly (readonly RotationStep[])[] = [[], ...STEPS.map((step) => [step]), ...PAIRS];

type Move = {
  readonly step: RotationStep;
  readonly after: readonly RotationStep[];
  readonly before: readonly RotationStep[];
};

/** Every step by itself; `finish` and `abandon` also with steps of others between their own. */
const MOVES: readonly Move[] = STEPS.flatMap((step): readonly Move[] => {
  if (step !== 'finish' && step !== 'abandon') return [{ step, after: [], before: [] }];
  const others = BETWEEN.filter((steps) => !steps.includes(step));
  return [
    ...others.map((after) => ({ step, after, before: [] })),
    ...others.map((before) => ({ step, after: [], before })),
  ];
});

/** Where the move leads. Fails when an issuance would find the role closed there, or the role would lose its trust. */
async function move(from: RotationState, { step, after, before }: Move) {
  const world = rotationWorld(from);
  world.hooks.afterVerify.push(...after);
  world.hooks.beforeWrite.push(...before);
  await world.act(step);
  const told = `${step}, after its verification ${after}, before its write ${before}, at ${rotationWorld(from).key()}`;
  expect(world.shutOut(), told).toEqual([]);
  expect(world.role().status, told).toBe('trusted');
  return world;
}

it('shuts no issuance out in whatever order customer, operator, verifier and broker act', async () => {
  const seen = new Set<string>();
  const waiting: RotationState[] = [atRest()];
  const changes = new Set<string>();
  for (let from = waiting.shift(); from !== undefined; from = waiting.shift()) {
    for (const each of MOVES) {
      const world = await move(from, each);
      changes.add(world.state().reading.tenant.lastChange?.change ?? 'none');
      if (seen.has(world.key())) continue;
      seen.add(world.key());
      waiting.push(world.state());
    }
  }
  // It did go through the life of a rotation, to both of its ends and on.
  expect([...changes].sort()).toEqual(['none', 'rotation.abandoned', 'rotation.finished', 'rotation.started']);
  expect(seen.size).toBeGreaterThan(50);
});
