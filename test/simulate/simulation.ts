import type { Gate, Run } from '../support/faulty-world/process.ts';
import type { Wiring } from '../support/faulty-world/wiring.ts';
import { type FaultyWorld, faultyWorld, type WorldOptions } from '../support/faulty-world/world.ts';
import { afterTheEnd } from './after-the-end.ts';
import { type AskedCredentials, askForCredentials, checkAnswers } from './credentials-asked.ts';
import { FAULT_KINDS, type FaultPlan, faultPlan, OUTAGES, WIRE_FAULT_KINDS } from './fault-plan.ts';
import { judgeChangesOf } from './judged-changes.ts';
import { registryChanges, tenantsOf } from './registry-changes.ts';
import { askForAcme, askForSomething } from './requests-asked.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

export type SimulationOptions = {
  /** How the pipeline is wired: as deployed, or with one safety taken out. */
  readonly wiring?: Wiring | undefined;
  /** How far the clock of a process may be off; each has a skew of its own. */
  readonly skewLimitMs?: number | undefined;
  /** The SDK's own, through which calls reach the services; else they are made at the services themselves. */
  readonly clients?: WireClients | undefined;
};

/** Clients that speak HTTP to the services of a world. */
export type WireClients = Pick<WorldOptions, 'clientsOf'> & {
  /** Ready, and by which clock they pause. */
  begin(clock: FaultyWorld['clock']): Promise<void>;
  end(): void;
  /** What they did that they must not. */
  violations(): readonly string[];
};

/** What one seed came to. The same seed and options give the same, always. */
export type Simulation = {
  readonly seed: number;
  /** Each begins with the invariant's name. */
  readonly violations: readonly string[];
  /** Calls to the outside. */
  readonly steps: number;
  readonly faults: ReadonlyMap<string, number>;
  /** What happened, a line each, in order. */
  readonly trace: readonly string[];
};

const STEPS = 36;
/** Judging costs as much as the run itself. */
const JUDGED_EVERY = 4;

/**
 * One run of the whole protocol: requests of two tenants, good and bad, while calls break, processes die and stand still,
 * messages and invocations come again, clocks are off, stores go away and operators change what decisions go by. Then
 * faults stop, time passes, and everything is delivered once more.
 */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Simulation> {
  const random = seededRandom(seed);
  const { wiring = 'production', skewLimitMs = 0 } = options;
  const tenants = tenantsOf(random);
  const drawSkewMs = () => random.below(2 * skewLimitMs + 1) - skewLimitMs;
  const world = await faultyWorld({ wiring, tenants, drawSkewMs, clientsOf: options.clients?.clientsOf });
  const judged = seed % JUDGED_EVERY === 0 && world.store.memory ? judgeChangesOf(world.store.memory) : [];
  const plan = faultPlan(seed, { random, kinds: options.clients === undefined ? FAULT_KINDS : WIRE_FAULT_KINDS });
  const trace: string[] = [];
  plan.told = (call, kind) => {
    const about = call.subject === '' ? '' : ` ${call.subject}${call.attempt === undefined ? '' : `.${call.attempt}`}`;
    trace.push(
      `  ${call.process} ${call.processId}: ${call.site}${about}${kind === undefined ? '' : `  ** ${kind} **`}`,
    );
  };
  world.faults.choose = plan.choose;
  await options.clients?.begin(world.clock);
  const asked: AskedCredentials[] = [];
  await act({ world, random, plan, tenants, trace, started: [], asked });
  const atTheEnd = [
    ...(await world.violations()),
    ...(await checkAnswers(world, asked)),
    ...(await afterTheEnd(world)),
  ];
  options.clients?.end();
  const violations = [...atTheEnd, ...judged, ...(options.clients?.violations() ?? [])];
  const steps = world.faults.calls.length;
  return { seed, violations, steps, faults: plan.tally, trace };
}

type Acting = {
  readonly world: FaultyWorld;
  readonly random: SeededRandom;
  readonly plan: FaultPlan;
  readonly tenants: Parameters<typeof registryChanges>[1]['tenants'];
  readonly trace: string[];
  readonly started: Promise<Run<unknown> | undefined>[];
  readonly asked: AskedCredentials[];
};

async function act(acting: Acting): Promise<void> {
  const { world, random, plan, trace, started } = acting;
  const steps = stepsOf(acting);
  trace.push(askForAcme(world));
  for (let step = 0; step < plan.length * STEPS; step += 1) await takeStep(random.pick(steps), acting);
  plan.away = undefined;
  trace.push('faults stop');
  world.faults.mend();
  for (const one of plan.gates) one.open();
  for (const run of await Promise.all(started)) await run?.finally;
  await turn();
  await world.settle();
}

async function takeStep([name, take]: Step, { random, plan, trace }: Acting): Promise<void> {
  if (random.chance(2)) plan.away = random.pick(OUTAGES);
  else if (random.chance(40)) plan.away = undefined;
  trace.push(name + (plan.away === undefined ? '' : ` (${plan.away} is away)`));
  const told = await take();
  if (typeof told === 'string') trace.push(told);
  await turn();
}

type Step = readonly [name: string, take: () => unknown];

function stepsOf({ world, random, plan, tenants, started, asked }: Acting): readonly [Step, ...Step[]] {
  const { change } = registryChanges(world, { random, tenants });
  const begin = (run: Run<unknown> | undefined) => void started.push(Promise.resolve(run));
  const pumps: Step = [
    'two invocations of the broker',
    async () => {
      const batchSize = 1 + random.below(5);
      const runs = await Promise.all([world.pump({ batchSize }), world.pump({ batchSize: 1 })]);
      for (const run of runs) begin(run);
    },
  ];
  const sweep: Step = ['a sweep', async () => begin(await world.sweep())];
  const jobs: Step = ['jobs run', () => runSomeJobs(world, random)];
  const wait: Step = ['some seconds pass', () => world.clock.advance(1_000 * (1 + random.below(50)))];
  const waitLong: Step = ['some minutes pass', () => world.clock.advance(60_000 * (1 + random.below(10)))];
  const again: Step = ['a message comes again', () => world.queue.add(pickOf(world.queue.everSent, random) ?? '')];
  const goOn: Step = ['who stood still goes on', () => openSome(plan.gates, random)];
  const ask: Step = ['a request', () => askForSomething(world, random)];
  const credentials: Step = [
    'somebody asks for credentials',
    async () => {
      const call = await askForCredentials(world, { random, before: asked.length });
      asked.push(call);
      begin(call.run);
      return `asked: credentials of ${call.name}`;
    },
  ];
  const registry: Step = ['a change', change];
  const brake: Step = ['a brake', () => pullBrake(world, random)];
  const operators = random.chance(50) ? [registry, brake] : [];
  const vending = plan.aimsAtVending ? Array.from({ length: 6 }, () => credentials) : [];
  const longer = plan.length > 1 ? [waitLong, sweep, waitLong, sweep] : [];
  return [
    pumps,
    pumps,
    pumps,
    pumps,
    sweep,
    sweep,
    jobs,
    jobs,
    wait,
    waitLong,
    again,
    goOn,
    ask,
    credentials,
    ...vending,
    ...longer,
    ...operators,
  ];
}

/** At least once means that even an invocation which ended well may come again. */
async function runSomeJobs({ lambda, host }: FaultyWorld, random: SeededRandom): Promise<void> {
  const chosen = [0, 1].flatMap(() => pickOf(lambda.invocations, random) ?? []);
  await Promise.all(chosen.map((invocation) => host.run(invocation)));
}

/** Seldom, because little happens afterwards. */
async function pullBrake(world: FaultyWorld, random: SeededRandom): Promise<string> {
  if (random.chance(80)) return 'nobody pulls it';
  const switchId = random.pick(['tenant#acme', 'tenant#acme', 'tenant#globex', 'job#scan-account', 'global']);
  await world.switchOff(switchId);
  return `${switchId} is off`;
}

function openSome(gates: Gate[], random: SeededRandom): void {
  for (const one of gates.splice(0, 1 + random.below(2))) one.open();
}

function pickOf<Item>(items: readonly Item[], random: SeededRandom): Item | undefined {
  return items[random.below(Math.max(1, items.length))];
}

/** Lets everything that can go on go on. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
