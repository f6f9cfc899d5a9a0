import type { Call } from '../support/faulty-world/faults.ts';
import type { Wiring } from '../support/faulty-world/wiring.ts';
import { type FaultyWorld, faultyWorld } from '../support/faulty-world/world.ts';
import { canHappen, FAULT_KINDS, type FaultKind, faultOf } from './fault-plan.ts';
import { seededRandom } from './seeded-random.ts';

/** A fault at the n-th call of a run, counted from 0. */
export type PlannedFault = { readonly at: number; readonly kind: FaultKind };

export type HappyPathRun = {
  readonly violations: readonly string[];
  /** The sites of the calls that processes made up to the end of faults, in order. */
  readonly sites: readonly string[];
  /** State and number of attempts of the one issuance. */
  readonly state: string | undefined;
  readonly attempts: number;
};

/** One request for one account, with faults where they are planned and nowhere else; then time passes. */
export async function happyPath(faults: readonly PlannedFault[], wiring: Wiring = 'production'): Promise<HappyPathRun> {
  const world = await faultyWorld({ wiring });
  const random = seededRandom(1);
  const gates: Parameters<typeof faultOf>[2]['gates'] = [];
  const sites: string[] = [];
  world.faults.choose = (call) => {
    // Nothing waits for a counter: it is no part of the protocol.
    if (call.process === 'test' || call.site.startsWith('limits.')) return undefined;
    const planned = faults.find(({ at }) => at === sites.length);
    sites.push(call.site);
    return planned && faultOf(whatCanHappen(call, planned.kind), call, { random, gates });
  };
  world.ask();
  for (let round = 0; round < 3; round += 1) {
    await world.pump();
    await world.runJobs();
    world.clock.advance(60_000);
    await world.sweep();
  }
  for (const one of gates) one.open();
  await turn();
  await world.settle();
  const [issuance] = await issuancesOf(world);
  const violations = await world.violations();
  return { violations, sites, state: issuance?.state, attempts: issuance?.attempts.length ?? 0 };
}

/** Every single fault of a run without any: each call with each kind that can happen there. */
export async function singleFaults(): Promise<readonly PlannedFault[]> {
  const { sites } = await happyPath([]);
  return sites.flatMap((site, at) => FAULT_KINDS.filter((kind) => canHappen(site, kind)).map((kind) => ({ at, kind })));
}

/** What may follow a first fault: every kind at every later call of the run that it leads to. */
export async function secondFaults(first: PlannedFault): Promise<readonly PlannedFault[]> {
  const { sites } = await happyPath([first]);
  const later = sites.map((site, at) => ({ site, at })).filter(({ at }) => at > first.at);
  return later.flatMap(({ site, at }) =>
    FAULT_KINDS.filter((kind) => canHappen(site, kind)).map((kind) => ({ at, kind })),
  );
}

function whatCanHappen({ site }: Call, kind: FaultKind): FaultKind {
  return canHappen(site, kind) ? kind : 'loseResponse';
}

async function issuancesOf(world: FaultyWorld) {
  try {
    return await world.issuances();
  } catch {
    // A wiring with a safety taken out may spoil a row; the violations tell.
    return [];
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
