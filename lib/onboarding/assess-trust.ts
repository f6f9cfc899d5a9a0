import type { TenantRole } from '../tenants/tenant.ts';
import type { TrustFinding } from './trust-finding.ts';

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

export type ProbeResult = {
  readonly probe: Probe;
  readonly outcome: 'accepted' | 'denied' | 'inconclusive';
  /** The id of the probe's record in the ledger. */
  readonly recordId: string;
};

/** What a verification proved of a role: everything of it that is written to the role. */
export type TrustProof = Pick<TenantRole, 'status' | 'findings' | 'capabilities' | 'firstRefusedAtMs'> & {
  readonly verifiedAtMs: number;
  /** The external ID to use from now on, by its SHA-256; absent, it stays as it is. */
  readonly externalIdSha256?: string;
};

export type { TrustFinding };
