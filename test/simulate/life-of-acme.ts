import { tables } from '../support/dynamo-tables.ts';
import type { Call } from '../support/faulty-world/faults.ts';
import { TERMINAL } from '../support/faulty-world/fold.ts';
import { SLOTS, type Slot, takes } from '../support/faulty-world/rotation.ts';
import { type VendCall, vendIn } from '../support/faulty-world/vending.ts';
import type { Wiring } from '../support/faulty-world/wiring.ts';
import { type FaultyWorld, faultyWorld } from '../support/faulty-world/world.ts';
import { type EventParts, runJobEvent } from '../support/queue-message.ts';
import { OTHERS, otherTenants } from './other-tenants.ts';
import { tenantOf } from './registry-changes.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';
import { type Got, gotBack, gotBy } from './what-a-tenant-got.ts';

export type LifeOptions = {
  readonly wiring: Wiring;
  /** Others are there too; it says which records are acme's: nothing breaks at a call for one. */
  readonly amongOthers?: (subject: string) => boolean;
};
export type Life = {
  readonly got: ReadonlyMap<string, Got>;
  readonly violations: readonly string[];
  /** That others met. */
  readonly faults: number;
};

const STEPS = 10;
const LONGEST_MINUTES = 180;
const ACCOUNTS = ['222222222222', '333333333333'];
/** So that the others' part of a seed is not acme's of another. */
const OTHERS_SEED = 1_000_000_007;

/**
 * Some hours of acme's: its requests, its calls for credentials, time that passes. What is wrong with it is wrong from the
 * beginning, so that it does not matter when something is worked on. Its part is drawn apart from that of the others.
 */
export async function lifeOfAcme(seed: number, { wiring, amongOthers }: LifeOptions): Promise<Life> {
  const random = seededRandom(seed);
  const acme = tenantOf('acme', ACCOUNTS.slice(0, 1 + random.below(2)), random);
  const world = await faultyWorld({ wiring, tenants: [acme, ...OTHERS] });
  const jobsFail = await drawTroubles(world, random);
  const others = amongOthers && otherTenants(world, { random: seededRandom(seed + OTHERS_SEED), owns: amongOthers });
  world.faults.choose = (call) => (jobsFail && isJobOfAcme(call, world) ? 'loseRequest' : others?.choose(call));
  const answers = new Map<string, Got>();
  for (let step = 0; step < STEPS; step += 1) {
    await ask(world, { random, step, answers });
    await others?.act();
    await work(world, random);
  }
  await others?.stop();
  world.faults.choose = (call) => (jobsFail && isJobOfAcme(call, world) ? 'loseRequest' : undefined);
  // Its jobs still fail while what others broke is made good: settling would mend them too.
  for (let left = LONGEST_MINUTES; left > 0 && !(await isEnded(world)); left -= 1) await world.minutes(1);
  await world.settle();
  const got = new Map([...answers, ...(await gotBy('acme', world))]);
  return { got, violations: await world.violations(), faults: others?.faults() ?? 0 };
}

/** Which external IDs its roles take, whether it is suspended, and whether its jobs fail: the last is given back. */
async function drawTroubles(world: FaultyWorld, random: SeededRandom): Promise<boolean> {
  const slots = random.pick<readonly Slot[]>([['current'], ['current'], ['next'], SLOTS, SLOTS, []]);
  const acme = takes(slots, 'acme');
  const { trusts } = world.sts;
  world.sts.trusts = (input) => (ACCOUNTS.includes(input.RoleArn?.split(':')[4] ?? '') ? acme(input) : trusts(input));
  if (random.chance(10)) await world.suspend('acme');
  return random.chance(20);
}

async function isEnded({ issuances, queue }: FaultyWorld): Promise<boolean> {
  const open = (await issuances()).filter(({ state, dueAtMs }) => !TERMINAL.has(state) || dueAtMs !== undefined);
  return open.length === 0 && queue.messages.length === 0;
}

function isJobOfAcme({ site, subject }: Call, { store }: FaultyWorld): boolean {
  return site === 'job.work' && store.memory?.item(tables.ledgerTable, subject)?.['tenantId'] === 'acme';
}

type Asking = {
  readonly random: SeededRandom;
  readonly step: number;
  readonly answers: Map<string, Got>;
};

const events: readonly [EventParts, ...EventParts[]] = [
  {},
  {},
  { detail: { accountIds: ['222222222222'] } },
  { detail: { accountIds: ['333333333333'] } },
  { detail: { idempotencyKey: 'again' } },
  { detail: { job: 'no-such-job' } },
  { envelope: { source: 'com.example.logs' } },
  { envelope: { source: 'com.example.nobody' } },
];
const calls: readonly [VendCall, ...VendCall[]] = [
  {},
  {},
  { detail: { accountIds: ['333333333333'] } },
  { detail: { accountIds: ['777777777777'] } },
  { detail: { job: 'no-such-job' } },
];

/** A request or a call for credentials, each under an id of its own; now and then the last message once more. */
async function ask(world: FaultyWorld, { random, step, answers }: Asking): Promise<void> {
  const { envelope, detail } = random.pick(events);
  const body = runJobEvent({ detail: { ...detail }, envelope: { id: `event-${step}`, ...envelope } });
  world.queue.add(body);
  if (random.chance(20)) world.queue.add(body);
  if (random.chance(60)) return;
  const requestId = `url-request-${step}`;
  answers.set(requestId, await callUntilAnswered(world, { ...random.pick(calls), requestId }));
}

/** What everybody's share of STS holds back is not recorded, and asked for again: that is the waiting that limits impose. */
async function callUntilAnswered(world: FaultyWorld, call: VendCall): Promise<Got> {
  for (let left = LONGEST_MINUTES; ; left -= 1) {
    const { now } = await vendIn(world, call);
    const got = now.end === 'done' ? gotBack(now.result) : { kind: now.end, facts: undefined };
    if (got.facts !== 'sts.heldBack' || left === 0) return got;
    world.clock.advance(60_000);
  }
}

/** Invocations with messages of all, jobs, a minute or some, and a sweep. */
async function work(world: FaultyWorld, random: SeededRandom): Promise<void> {
  const minutes = 1 + random.below(5);
  await world.pump({ batchSize: 10 });
  await world.pump({ batchSize: 10 });
  await world.runJobs();
  world.clock.advance(60_000 * minutes);
  await world.sweep();
}
