import type { ProbeReading } from './probe-answers.ts';
import type { Probe, ProbeOutcome } from './probe-role.ts';
import { TRUST_FINDINGS, type TrustFinding } from './trust-finding.ts';

type FoundByOneProbe = Exclude<
  TrustFinding,
  'probe.inconclusive' | 'trust.rightExternalIdRefused' | 'trust.previousExternalIdAccepted' | 'trust.sessionsRevoked'
>;

/** Which finding an answer to a probe means. */
const FINDING_OF: Readonly<Record<FoundByOneProbe, { readonly probe: Probe; readonly on: ProbeOutcome }>> = {
  'trust.noExternalIdAccepted': { probe: 'noExternalId', on: 'accepted' },
  'trust.randomExternalIdAccepted': { probe: 'randomExternalId', on: 'accepted' },
  'trust.unassignedExternalIdAccepted': { probe: 'unassignedExternalId', on: 'accepted' },
  'trust.brokerRefused': { probe: 'brokerRightExternalId', on: 'denied' },
  'trust.wholeAccountAccepted': { probe: 'decoyRightExternalId', on: 'accepted' },
  'trust.sessionTagsRefused': { probe: 'sessionTags', on: 'denied' },
  'trust.sourceIdentityRefused': { probe: 'sourceIdentity', on: 'denied' },
};

/**
 * The findings of the probes, the worst first. A finding about which there was no answer stays as it was: an outage
 * does not mend a role. A role that denies its own external ID was probed no further, and has no other finding. That a
 * customer has ended our sessions is found by no probe, and so taken back by none.
 */
export function findingsOf(reading: ProbeReading, before: readonly TrustFinding[]): readonly TrustFinding[] {
  return TRUST_FINDINGS.filter((finding) => {
    if (finding === 'trust.sessionsRevoked') return before.includes(finding);
    const found = isFound(finding, reading);
    return found ?? (reading.opening.role !== 'refuses' && before.includes(finding));
  });
}

/** Undefined: nothing says whether. */
function isFound(
  finding: Exclude<TrustFinding, 'trust.sessionsRevoked'>,
  { opening, complete, outcome }: ProbeReading,
): boolean | undefined {
  switch (finding) {
    case 'probe.inconclusive':
      return opening.role !== 'refuses' && !complete;
    case 'trust.rightExternalIdRefused':
      return opening.role === 'unproven' ? undefined : opening.role === 'refuses';
    case 'trust.previousExternalIdAccepted':
      return opening.role === 'unproven' ? undefined : opening.role === 'opens' && opening.takesBoth;
    default: {
      const { probe, on } = FINDING_OF[finding];
      const answer = outcome(probe);
      return answer === 'accepted' || answer === 'denied' ? answer === on : undefined;
    }
  }
}
