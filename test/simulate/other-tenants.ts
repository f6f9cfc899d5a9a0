import { aTenant } from '../support/a-tenant.ts';
import type { Call, Fault } from '../support/faulty-world/faults.ts';
import type { Gate } from '../support/faulty-world/process.ts';
import { vendIn } from '../support/faulty-world/vending.ts';
import type { FaultyWorld } from '../support/faulty-world/world.ts';
import { runJobEvent } from '../support/queue-message.ts';
import { canHappen, FAULT_KINDS, type FaultKind, faultOf } from './fault-plan.ts';
import { registryChanges } from './registry-changes.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Who is there beside acme. */
export const OTHERS = [
  aTenant({ tenantId: 'globex', accountId: '444444444444' }),
  aTenant({ tenantId: 'initech', accountId: '888888888888' }),
];
const NAMES = ['globex', 'initech'] as const;

const FAULTS_PER_CENT = 30;
/** Each may use up an attempt of a message beside, and there are three. */
const DEATHS_OF_THE_BROKER = 2;
/** Everybody's time passes then, and who waits for an answer has thirty seconds. */
const LONGEST_SLOW_MS = 1_000;

export type OtherTenants = {
  /** They ask, are suspended, changed, and who stood still for them goes on. */
  act(): Promise<void>;
  choose(call: Call): Fault | undefined;
  stop(): Promise<void>;
  faults(): number;
};

/** What others do at the same time, good and bad, and what breaks at the calls that are made for them alone. */
export function otherTenants(
  world: FaultyWorld,
  { random, owns }: { readonly random: SeededRandom; readonly owns: (subject: string) => boolean },
): OtherTenants {
  const gates: Gate[] = [];
  let [count, faults, deaths] = [0, 0, 0];

  async function someone(): Promise<void> {
    count += 1;
    const tenantId = random.pick(NAMES);
    const id = `other-${1 + random.below(count)}`;
    const asks: readonly [() => unknown, ...(() => unknown)[]] = [
      () => world.queue.add(runJobEvent({ envelope: { id }, detail: { tenantId } })),
      () => world.queue.add(runJobEvent({ envelope: { id }, detail: { tenantId } })),
      () => world.queue.add(runJobEvent({ envelope: { id }, detail: { tenantId, accountIds: ['222222222222'] } })),
      () => world.queue.add(runJobEvent({ envelope: { id }, detail: { tenantId, TenantId: 'acme' } })),
      () => world.queue.add(`{"id":"${id}"`),
      () => world.queue.add(runJobEvent({ envelope: { id }, detail: { tenantId, input: 'x'.repeat(70_000) } })),
      () => vendIn(world, { requestId: `other-${count}`, detail: { tenantId, accountIds: ['444444444444'] } }),
      () => (random.chance(30) ? world.suspend(tenantId) : undefined),
      () => changes.change(),
    ];
    await random.pick(asks)();
  }

  function isTheirs({ process, subject }: Call): boolean {
    return process !== 'test' && subject !== '' && subject !== 'acme' && !owns(subject);
  }

  function drawKind(site: string): FaultKind {
    const drawn = random.pick(FAULT_KINDS);
    return canHappen(site, drawn) ? drawn : 'loseResponse';
  }

  /** More deaths of the broker than these would end what is worked on beside: only so many attempts are made. */
  function isOneDeathTooMany({ process }: Call, kind: FaultKind): boolean {
    if (process !== 'broker' || !kind.startsWith('crash')) return false;
    deaths += 1;
    return deaths > DEATHS_OF_THE_BROKER;
  }

  function choose(call: Call): Fault | undefined {
    if (!isTheirs(call) || !random.chance(FAULTS_PER_CENT)) return undefined;
    const kind = drawKind(call.site);
    faults += 1;
    if (kind === 'slow') return { slowMs: random.below(LONGEST_SLOW_MS) };
    return isOneDeathTooMany(call, kind) ? 'loseRequest' : faultOf(kind, call, { random, gates });
  }

  const changes = registryChanges(world, { random, tenants: OTHERS, trustPolicies: false });
  return {
    choose,
    faults: () => faults,
    async act() {
      for (let left = random.below(4); left > 0; left -= 1) await someone();
      if (random.chance(50)) gates.shift()?.open();
      await turn();
    },
    async stop() {
      for (const one of gates) one.open();
      await turn();
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
