import { stsError } from '../support/faulty-world/fake-sts.ts';
import { type Call, type Fault, namedError } from '../support/faulty-world/faults.ts';
import { type Gate, gate } from '../support/faulty-world/process.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What can happen to a call, by the names that a run's tally has. */
export const FAULT_KINDS = [
  'crashBefore',
  'crashAfter',
  'loseRequest',
  'loseResponse',
  'repeat',
  'throttle',
  'stall',
  'slow',
  'serviceError',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Of a hundred calls, so many meet a fault. */
const FAULTS_PER_CENT = 11;
/** Sites that a run seldom comes by meet one oftener, so that each kind is seen there too. */
const FAULTS_PER_CENT_WHERE_RARE = 30;
const USUAL_SITES: ReadonlySet<string> = new Set([
  'switches.read',
  'tenants.read',
  'ledger.read',
  'ledger.due',
  'ledger.request',
  'ledger.intended',
  'ledger.issued',
  'sts.assume',
  'kms.dataKey',
  'sqs.send',
  'sqs.backOff',
  'lambda.invoke',
  'ledger.claim',
  'limits.read',
  'limits.change',
  'limits.admit',
]);
/** Stores that are away as a whole, for a while. */
export const OUTAGES = ['ledger', 'switches', 'tenants', 'sts', 'kms', 'sqs', 'lambda'] as const;

export type FaultPlan = {
  choose(call: Call): Fault | undefined;
  /** How often what happened where, `<site> <kind>`. */
  readonly tally: ReadonlyMap<string, number>;
  readonly gates: Gate[];
  /** Every call to what begins with this fails, until it is back. */
  away: string | undefined;
  /** Told of each call and what it met. */
  told: ((call: Call, kind: FaultKind | 'outage' | undefined) => void) | undefined;
};

/** Which call meets which fault, all of it from one seed. */
export function faultPlan(random: SeededRandom): FaultPlan {
  const tally = new Map<string, number>();
  const plan: FaultPlan = {
    tally,
    gates: [],
    away: undefined,
    told: undefined,
    choose(call) {
      if (plan.away !== undefined && call.site.startsWith(`${plan.away}.`)) {
        plan.told?.(call, 'outage');
        return 'loseRequest';
      }
      const perCent = USUAL_SITES.has(call.site) ? FAULTS_PER_CENT : FAULTS_PER_CENT_WHERE_RARE;
      const kind = random.chance(perCent) ? kindAt(call, random) : undefined;
      plan.told?.(call, kind);
      if (kind === undefined) return undefined;
      tally.set(`${call.site} ${kind}`, (tally.get(`${call.site} ${kind}`) ?? 0) + 1);
      return faultOf(kind, call, { random, gates: plan.gates });
    },
  };
  return plan;
}

/** The clients of STS and of the claim never repeat a call. */
export function canHappen(site: string, kind: FaultKind): boolean {
  return kind !== 'repeat' || (site !== 'sts.assume' && site !== 'ledger.claim');
}

function kindAt({ site }: Call, random: SeededRandom): FaultKind {
  // What stands still and goes on later finds most.
  const kind = random.chance(12) ? 'stall' : random.pick(FAULT_KINDS);
  return canHappen(site, kind) ? kind : 'loseResponse';
}

export function faultOf(
  kind: FaultKind,
  { site }: Pick<Call, 'site'>,
  { random, gates }: { readonly random: SeededRandom; readonly gates: Gate[] },
): Fault {
  if (kind === 'slow') return { slowMs: 1_000 * random.below(40) };
  if (kind === 'serviceError') return { answer: serviceError(site, random) };
  if (kind !== 'stall') return kind;
  const made = gate();
  gates.push(made);
  return { stall: made };
}

/** Answers that end an issuance come seldom, or there would be little else to see. */
function serviceError(site: string, random: SeededRandom): Error {
  const final = random.chance(33);
  if (site === 'sts.assume' && final) {
    return random.pick([
      stsError('AccessDenied', 403),
      stsError('AccessDenied', 403),
      stsError('PackedPolicyTooLarge', 400),
    ]);
  }
  if (site === 'sts.assume') return stsError('ServiceUnavailable', 503);
  if (site === 'lambda.invoke' && final) return namedError('ResourceNotFoundException');
  return namedError('InternalServerError');
}
