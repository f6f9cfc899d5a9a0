import { externalIdFor, otherExternalIdFor, type Tenant, type TenantRole } from '../../tenants/tenant.ts';
import { isNegative, NEGATIVE_PROBES, PROBES, type Probe, type ProbeOutcome, type ProbeResult } from './probe-role.ts';

/** The results of one verification, and what is needed to interpret them. */
export type ProbeEvidence = {
  readonly results: readonly ProbeResult[];
  readonly mode: 'shared' | 'dedicated';
  readonly role: Pick<TenantRole, 'externalIdSha256'>;
  readonly externalIds: Tenant['externalIds'];
};

/**
 * Whether the role takes the tenant's own external ID, and which of two. `unproven` when a missing answer could say
 * otherwise, even though one may have been accepted. A dedicated deployment has no external ID.
 */
export type Opening =
  | { readonly role: 'opens'; readonly externalId: string | undefined; readonly takesBoth: boolean }
  | { readonly role: 'refuses' }
  | { readonly role: 'unproven'; readonly externalId?: string };

/** What the results of one verification mean together. */
export type ProbeReading = {
  readonly opening: Opening;
  /** The right external ID was denied: to us, or to the broker. */
  readonly refuses: boolean;
  /** Everything that trust needs had an answer, and so had everything else that was tried. */
  readonly complete: boolean;
  /** Complete, and each answer is the one that trust needs. */
  readonly proven: boolean;
  /** Of one probe; undefined where it was not made, or means nothing for this role. */
  readonly outcome: (probe: Probe) => ProbeOutcome | undefined;
};

export function readProbes(evidence: ProbeEvidence): ProbeReading {
  const opening = openingOf(evidence);
  const outcome = (probe: Probe) => (isMeant(probe, evidence) ? outcomeOf(evidence.results, probe) : undefined);
  const broker = outcome('brokerRightExternalId');
  const negatives = NEGATIVE_PROBES.filter((probe) => isMeant(probe, evidence)).map(outcome);
  const needsAnswer = [broker, ...negatives];
  const complete =
    opening.role !== 'unproven' &&
    needsAnswer.every((answer) => answer !== undefined) &&
    PROBES.every((probe) => outcome(probe) !== 'inconclusive');
  const opensToUs = opening.role === 'opens' && broker === 'accepted';
  return {
    opening,
    refuses: opening.role === 'refuses' || broker === 'denied',
    complete,
    proven: complete && opensToUs && negatives.every((answer) => answer === 'denied'),
    outcome,
  };
}

/** Reads the answers to the tenant's own external IDs; a dedicated deployment has none. */
export function openingOf({ results, mode, role, externalIds }: ProbeEvidence): Opening {
  const right = outcomeOf(results, 'rightExternalId');
  if (mode === 'dedicated') return openingByOne({ outcome: right, externalId: undefined });
  const rightId = externalIdFor({ externalIds }, role);
  const otherId = otherExternalIdFor({ externalIds }, role);
  // A shared deployment has no role that opens without one: that is the danger, never the proof.
  if (rightId === undefined || rightId === '') return { role: 'unproven' };
  const byRight = { outcome: right, externalId: rightId };
  if (otherId === undefined) return openingByOne(byRight);
  const byOther = { outcome: outcomeOf(results, 'otherExternalId'), externalId: otherId };
  if (right === 'accepted' && byOther.outcome === 'accepted') {
    return { role: 'opens', externalId: externalIds?.next, takesBoth: true };
  }
  return openingByEither(byRight, byOther);
}

type Answer = { readonly outcome: ProbeOutcome | undefined; readonly externalId: string | undefined };

/** Not both: one opens the role and the other is denied, or both are denied; all else proves nothing. */
function openingByEither(right: Answer, other: Answer): Opening {
  if (other.outcome === 'denied') return openingByOne(right);
  if (right.outcome === 'denied') return openingByOne(other);
  const accepted = [right, other].find(({ outcome }) => outcome === 'accepted');
  return accepted?.externalId === undefined
    ? { role: 'unproven' }
    : { role: 'unproven', externalId: accepted.externalId };
}

function openingByOne({ outcome, externalId }: Answer): Opening {
  if (outcome === 'accepted') return { role: 'opens', externalId, takesBoth: false };
  return outcome === 'denied' ? { role: 'refuses' } : { role: 'unproven' };
}

/** A dedicated deployment probes no external ID, and there is another one only during a rotation. */
function isMeant(probe: Probe, { mode, role, externalIds }: ProbeEvidence): boolean {
  if (probe === 'otherExternalId') return mode === 'shared' && otherExternalIdFor({ externalIds }, role) !== undefined;
  return mode === 'shared' || !isNegative(probe);
}

/**
 * What all results of one probe mean together; undefined when it was not made. Results that contradict each other prove
 * nothing, except for a negative probe, which counts as accepted if it was accepted once.
 */
function outcomeOf(results: readonly ProbeResult[], probe: Probe): ProbeOutcome | undefined {
  const outcomes = new Set(results.filter((result) => result.probe === probe).map(({ outcome }) => outcome));
  if (isNegative(probe) && outcomes.has('accepted')) return 'accepted';
  return outcomes.size > 1 ? 'inconclusive' : [...outcomes][0];
}
