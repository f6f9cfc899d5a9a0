import * as v from 'valibot';

/**
 * What a verification can find about a role: a closed list. Each entry says how bad it is, and what the customer has to
 * change.
 */
type FindingEntry = {
  /**
   * `unsafe`: the role opens to others than us. `broken`: it does not open to us, or its customer does not want us in.
   * `warning`, `info`: it is used.
   */
  readonly severity: 'unsafe' | 'broken' | 'warning' | 'info';
  readonly meaning: string;
  /** What to do, naming the statement of the trust policy. */
  readonly fix: string;
};

export const trustFindings = {
  'trust.noExternalIdAccepted': {
    severity: 'unsafe',
    meaning: 'The role can be assumed without any external ID.',
    fix: 'In the statement that allows sts:AssumeRole, require "StringEquals": {"sts:ExternalId": "<your external ID>"}; StringEqualsIfExists and a missing condition both let everybody in.',
  },
  'trust.randomExternalIdAccepted': {
    severity: 'unsafe',
    meaning: 'The role can be assumed with any external ID.',
    fix: 'In the statement that allows sts:AssumeRole, replace the condition on sts:ExternalId by "StringEquals": {"sts:ExternalId": "<your external ID>"}, without a wildcard.',
  },
  'trust.unassignedExternalIdAccepted': {
    severity: 'unsafe',
    meaning: 'The role can be assumed with an external ID of our form that is not yours.',
    fix: 'In the statement that allows sts:AssumeRole, replace StringLike on sts:ExternalId by "StringEquals" with your own external ID, in full.',
  },
  'trust.rightExternalIdRefused': {
    severity: 'broken',
    meaning:
      'The role cannot be assumed with its external ID: it does not exist, or its trust policy does not let us in.',
    fix: 'Make the role with the template; in the statement that allows sts:AssumeRole, compare the principal, aws:PrincipalArn and sts:ExternalId with it. A new role can take minutes until it can be assumed.',
  },
  'trust.brokerRefused': {
    severity: 'broken',
    meaning: 'The role opens to the function that verifies it, and not to the one that uses it.',
    fix: 'In "ArnEquals": {"aws:PrincipalArn": [...]} of every statement, name each of the role ARNs that the template names.',
  },
  'trust.sessionsRevoked': {
    severity: 'broken',
    meaning: 'The role denied a session that a job was using: as a rule its customer has ended our sessions.',
    fix: 'In the role nothing, where that is over: ask the customer, then verify the role with --lift-pause. What else in the role denies a job, allow or take out of the job.',
  },
  'probe.inconclusive': {
    severity: 'broken',
    meaning: 'A probe had no answer that says yes or no, so that nothing is proven.',
    fix: 'Nothing in the role: verify it again.',
  },
  'trust.wholeAccountAccepted': {
    severity: 'warning',
    meaning: 'The role opens to other roles of our account than the ones that need it.',
    fix: 'In the statement that allows sts:AssumeRole, add "ArnEquals": {"aws:PrincipalArn": [...]} with the role ARNs that the template names.',
  },
  'trust.previousExternalIdAccepted': {
    severity: 'info',
    meaning: 'Both external IDs open the role: its rotation is not finished.',
    fix: 'In the condition on sts:ExternalId, remove the old external ID when we tell you that the new one is in use.',
  },
  'trust.sessionTagsRefused': {
    severity: 'info',
    meaning: 'The trust policy does not allow session tags: sessions carry none.',
    fix: 'Optional: add the statement of the template that allows sts:TagSession.',
  },
  'trust.sourceIdentityRefused': {
    severity: 'info',
    meaning: 'The trust policy does not allow a source identity: sessions carry none.',
    fix: 'Optional: add the statement of the template that allows sts:SetSourceIdentity.',
  },
} as const satisfies Readonly<Record<string, FindingEntry>>;

export type TrustFinding = keyof typeof trustFindings;
export type FindingSeverity = FindingEntry['severity'];

export const TRUST_FINDINGS = Object.keys(trustFindings) as readonly TrustFinding[];
export const trustFindingSchema = v.picklist(TRUST_FINDINGS);

/** Whether it keeps a role from becoming trusted. */
export function keepsFromTrust(finding: TrustFinding): boolean {
  const { severity } = trustFindings[finding];
  return severity === 'unsafe' || severity === 'broken';
}
