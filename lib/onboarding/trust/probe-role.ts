/**
 * The probes of one verification. `rightExternalId` and `otherExternalId` are the tenant's own: the one that the role
 * takes, and during a rotation the other one.
 */
export const PROBES = [
  'rightExternalId',
  'otherExternalId',
  'randomExternalId',
  'unassignedExternalId',
  'noExternalId',
  'sessionTags',
  'sourceIdentity',
  'brokerRightExternalId',
  'decoyRightExternalId',
] as const;
export type Probe = (typeof PROBES)[number];

/** The probes that a safe role denies. One that is accepted makes the role unsafe, whatever else was found. */
export const NEGATIVE_PROBES = ['randomExternalId', 'unassignedExternalId', 'noExternalId'] as const;

export function isNegative(probe: Probe): boolean {
  return NEGATIVE_PROBES.some((negative) => negative === probe);
}

export type ProbeOutcome = 'accepted' | 'denied' | 'inconclusive';

export type ProbeResult = {
  readonly probe: Probe;
  readonly outcome: ProbeOutcome;
  /** The id of the probe's record in the ledger; empty where the probe could not even be tried. */
  readonly recordId: string;
};

/** One probe of one role: which it is, and what it is made with. */
export type ProbeOrder = {
  readonly tenantId: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly probe: Probe;
  /** Left out, the call has none. */
  readonly externalId?: string;
};

/**
 * Makes one probe: one AssumeRole, recorded before and after. A call without a clear answer is `inconclusive`. Throws
 * `store.*` when the ledger could not be used, so that nothing is known at all.
 */
export type ProbeRole = (order: ProbeOrder) => Promise<ProbeResult>;
