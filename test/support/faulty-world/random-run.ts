import type { TenantReading } from '../../../lib/tenants/tenant.ts';
import { aRole, aTenant } from '../a-tenant.ts';
import { stsError } from './fake-sts.ts';
import { type Call, type Fault, namedError } from './faults.ts';
import { type Gate, gate, type Run } from './process.ts';
import { rotating, SLOTS, type Slot, takes } from './rotation.ts';
import type { Wiring } from './wiring.ts';
import { type FaultyWorld, faultyWorld } from './world.ts';

/** What one seeded run did, and which invariants it broke. */
export type RandomRun = {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly faults: number;
  /** Every call that was made, in order. */
  readonly steps: readonly string[];
};

const ACCOUNTS = ['222222222222', '333333333333'];
const STEPS = 30;
/** Of a hundred calls, so many meet a fault. */
const FAULTS_PER_CENT = 12;

type Random = {
  /** A whole number from 0 up to, not including, the limit. */
  below(limit: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
};

/**
 * A run of the whole protocol in which calls break at random, messages and invocations come again, processes stand
 * still and go on later, and somewhere in the middle the tenant may be suspended. Then faults stop and time passes.
 */
export async function randomRun(seed: number, wiring: Wiring = 'production'): Promise<RandomRun> {
  const random = randomFrom(seed);
  const before = tenantOf(random);
  const world = await faultyWorld({ wiring, tenants: [before] });
  const gates: Gate[] = [];
  let faults = 0;
  world.faults.choose = (call) => {
    if (random.below(100) >= FAULTS_PER_CENT) return undefined;
    faults += 1;
    return faultFor(call, { random, gates });
  };
  const started: Promise<Run<unknown> | undefined>[] = [];
  world.ask();
  if (random.below(3) === 0) world.ask({ idempotencyKey: 'again' }, 'event-2');
  const suspendAt = random.below(STEPS * 3);
  for (let step = 0; step < STEPS; step += 1) {
    if (step === suspendAt) await world.suspend();
    if (before.tenant.externalIds?.next !== undefined) await goOnRotating(world, { before, random });
    await takeStep(world, { random, gates, started });
  }
  world.faults.mend();
  for (const one of gates) one.open();
  await endAll(started);
  await world.settle();
  return { seed, faults, violations: await world.violations(), steps: world.sites() };
}

/** With one or two accounts, marked sessions in some, and in half of the runs in the middle of a rotation. */
function tenantOf(random: Random): TenantReading {
  const roles = ACCOUNTS.slice(0, 1 + random.below(2)).map((accountId) => {
    const capabilities = { sessionTags: random.below(2) === 0, sourceIdentity: random.below(2) === 0 };
    return aRole({ accountId, capabilities });
  });
  const tenant = aTenant({ roles });
  return random.below(2) === 0 ? tenant : rotating(tenant);
}

/** Sometimes the customer writes another trust policy, and sometimes a probe finds out which external ID it takes. */
async function goOnRotating(
  world: FaultyWorld,
  { before, random }: { readonly before: TenantReading; readonly random: Random },
): Promise<void> {
  const policies: readonly [readonly Slot[], ...(readonly Slot[])[]] = [['current'], ['next'], SLOTS, SLOTS, []];
  if (random.below(8) === 0) world.sts.trusts = takes(random.pick(policies));
  if (random.below(8) === 0) await world.connect(rotating(before, random.pick(['current', 'next'])));
}

type Chance = { readonly random: Random; readonly gates: Gate[] };

async function takeStep(
  world: FaultyWorld,
  { random, gates, started }: Chance & { readonly started: Promise<Run<unknown> | undefined>[] },
): Promise<void> {
  const pumps = () => Promise.all([world.pump(), world.pump()]).then((runs) => void started.push(...runs.map(wait)));
  const steps: readonly [() => unknown, ...(() => unknown)[]] = [
    pumps,
    pumps,
    pumps,
    async () => void started.push(wait(await world.sweep())),
    async () => void started.push(wait(await world.sweep())),
    // At least once means that even an invocation which ended well may come again.
    () => runSomeJobs(world, random),
    () => runSomeJobs(world, random),
    () => world.clock.advance(1_000 * (1 + random.below(50))),
    () => world.clock.advance(60_000 * (1 + random.below(10))),
    () => world.queue.add(world.queue.everSent[random.below(world.queue.everSent.length)] ?? ''),
    () => gates.splice(0, 1 + random.below(2)).map((one) => one.open()),
  ];
  await random.pick(steps)();
  await turn();
}

async function runSomeJobs({ lambda, host }: FaultyWorld, random: Random): Promise<void> {
  const { invocations } = lambda;
  const chosen = [0, 1].flatMap(() => invocations[random.below(Math.max(1, invocations.length))] ?? []);
  await Promise.all(chosen.map((invocation) => host.run(invocation)));
}

function faultFor({ site }: Call, { random, gates }: Chance): Fault {
  const stall = (): Fault => {
    const made = gate();
    gates.push(made);
    return { stall: made };
  };
  // The clients of STS and of the claim never repeat a call.
  const repeat: Fault = site === 'sts.assume' || site === 'ledger.claim' ? 'loseResponse' : 'repeat';
  return random.pick<() => Fault>([
    () => 'crashBefore',
    () => 'crashAfter',
    () => 'loseRequest',
    () => 'loseResponse',
    () => repeat,
    () => 'throttle',
    stall,
    stall,
    () => ({ slowMs: 1_000 * random.below(40) }),
    () => ({ answer: rareAnswer(site, random) }),
  ])();
}

/** Answers that end an issuance: seldom, or there would be little else to see. */
function rareAnswer(site: string, random: Random): Error {
  if (site === 'sts.assume' && random.below(3) === 0) return stsError('AccessDenied', 403);
  if (site === 'lambda.invoke' && random.below(3) === 0) return namedError('ResourceNotFoundException');
  return site === 'sts.assume' ? stsError('ServiceUnavailable', 503) : namedError('InternalServerError');
}

async function wait(run: Run<unknown> | undefined): Promise<Run<unknown> | undefined> {
  return run;
}

/** Waits until every process that stood still has ended. */
async function endAll(started: readonly Promise<Run<unknown> | undefined>[]): Promise<void> {
  for (const run of await Promise.all(started)) await run?.finally;
  await turn();
}

/** Lets everything that can go on go on. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Mulberry32: small, and the same on every machine. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, pick: (items) => items[below(items.length)] ?? items[0] };
}
