import { stsError } from '../support/faulty-world/fake-sts.ts';
import { type Call, type Fault, namedError } from '../support/faulty-world/faults.ts';
import { type Gate, gate } from '../support/faulty-world/process.ts';
import { aimOf, type Length, lengthOf } from './aims.ts';
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
export type FaultKind = (typeof FAULT_KINDS)[number] | 'cutShort';
/** What can happen to a call on the wire: whether it is repeated is for the client to say. */
export const WIRE_FAULT_KINDS = [
  'crashBefore',
  'crashAfter',
  'loseRequest',
  'loseResponse',
  'cutShort',
  'throttle',
  'stall',
  'slow',
  'serviceError',
] as const;
export type FaultKinds = typeof FAULT_KINDS | typeof WIRE_FAULT_KINDS;

/** Of a hundred calls, so many meet a fault. */
const FAULTS_PER_CENT = 11;
/** Sites that a run seldom comes by meet one oftener, so that each kind is seen there too. */
const FAULTS_PER_CENT_WHERE_RARE = 35;
const FAULTS_PER_CENT_WHERE_RAREST = 90;
/** Vend-credentials is called a few times in a run, and each call of it goes by these once. */
const FAULTS_PER_CENT_OF_VENDING = 15;
const RAREST_SITES: ReadonlySet<string> = new Set([
  'ledger.called',
  'ledger.denied',
  'ledger.expired',
  'ledger.failed',
  'ledger.released',
  'ledger.settled',
  'ledger.revoked',
  'ledger.undelivered',
  'ledger.unknown',
  'limits.admit',
  'sqs.send',
]);
const RARE_OF_VENDING: ReadonlySet<string> = new Set([
  'ledger.called',
  'ledger.denied',
  'ledger.failed',
  'ledger.read',
  'ledger.refused',
  'limits.admit',
]);

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
  /** How much longer than usual a run goes on: what is out of sorts throughout it takes time to come to its end. */
  readonly length: Length;
  /** Is it vend-credentials that is to be broken? */
  readonly aimsAtVending: boolean;
  /** Every call to what begins with this fails, until it is back. */
  away: string | undefined;
  /** Told of each call and what it met. */
  told: ((call: Call, kind: FaultKind | 'outage' | undefined) => void) | undefined;
};

/** Which call meets which fault, all of it from one seed: what it aims at by its number, everything else at random. */
export function faultPlan(
  seed: number,
  { random, kinds = FAULT_KINDS }: { readonly random: SeededRandom; readonly kinds?: FaultKinds | undefined },
): FaultPlan {
  const tally = new Map<string, number>();
  const aimed = aimOf(seed);
  const mood = aimed?.aim.mood;
  const aimAt = aimed === undefined ? () => undefined : aimingAt(aimed, kinds);
  function meant(call: Call): FaultKind | undefined {
    if (mood?.site === call.site && random.chance(90)) return mood.kind;
    return aimAt(call);
  }
  const plan: FaultPlan = {
    tally,
    gates: [],
    length: lengthOf(aimed?.aim),
    aimsAtVending: aimed?.aim.site.startsWith('vend/') ?? false,
    away: undefined,
    told: undefined,
    choose(call) {
      if (plan.away !== undefined && call.site.startsWith(`${plan.away}.`)) {
        plan.told?.(call, 'outage');
        return 'loseRequest';
      }
      const kind = meant(call) ?? (random.chance(perCentAt(call)) ? kindAt(call, random, kinds) : undefined);
      plan.told?.(call, kind);
      if (kind === undefined) return undefined;
      const name = `${siteOf(call)} ${kind}`;
      tally.set(name, (tally.get(name) ?? 0) + 1);
      return faultOf(kind, call, { random, gates: plan.gates });
    },
  };
  return plan;
}

/** At the site that a run aims at, one kind after the other, beginning with the one whose turn it is. */
function aimingAt({ aim, round }: NonNullable<ReturnType<typeof aimOf>>, kinds: FaultKinds) {
  const possible = [...kinds].filter((kind) => canHappen(aim.site, kind));
  let hits = 0;
  return (call: Call): FaultKind | undefined => {
    if (siteOf(call) !== aim.site) return undefined;
    hits += 1;
    return possible[(round + hits - 1) % possible.length];
  };
}

/** The clients of STS and of the claim never repeat a call. */
export function canHappen(site: string, kind: FaultKind): boolean {
  return kind !== 'repeat' || !/^(?:vend\/)?(?:sts\.assume|ledger\.claim)$/.test(site);
}

function perCentAt({ process, site }: Call): number {
  if (process === 'vending' && RARE_OF_VENDING.has(site)) return FAULTS_PER_CENT_WHERE_RAREST;
  if (process === 'vending') return FAULTS_PER_CENT_OF_VENDING;
  if (RAREST_SITES.has(site)) return FAULTS_PER_CENT_WHERE_RAREST;
  return USUAL_SITES.has(site) ? FAULTS_PER_CENT : FAULTS_PER_CENT_WHERE_RARE;
}

function kindAt({ site }: Call, random: SeededRandom, kinds: FaultKinds): FaultKind {
  // What stands still and goes on later finds most.
  const kind = random.chance(12) ? 'stall' : random.pick<FaultKind>(kinds);
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
  const final = random.chance(60);
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

/** Calls of vend-credentials are counted apart: another function makes them. */
export function siteOf({ process, site }: Pick<Call, 'process' | 'site'>): string {
  return process === 'vending' ? `vend/${site}` : site;
}
