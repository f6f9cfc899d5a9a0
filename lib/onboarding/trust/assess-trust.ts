import { sha256Hex } from '../../platform/ids.ts';
import type { RoleStatus, TenantRole } from '../../tenants/tenant.ts';
import { type ProbeEvidence, type ProbeReading, readProbes } from './probe-answers.ts';
import { findingsOf } from './probe-findings.ts';
import { type TrustFinding, trustFindings } from './trust-finding.ts';

/** What a verification proved about a role, as it is written to the role. */
export type TrustProof = Pick<TenantRole, 'status' | 'findings' | 'capabilities' | 'firstRefusedAtMs'> & {
  readonly verifiedAtMs: number;
  /** An operator put the role in use again: sessions that were issued before do not put it out of use again. */
  readonly pauseLiftedAtMs?: number;
  /** The external ID to use from now on, by its SHA-256; absent, it stays as it is. */
  readonly externalIdSha256?: string;
};

/** What was known about the role before, and stays so when a probe had no answer. */
export type RoleBefore = Pick<
  TenantRole,
  'status' | 'findings' | 'capabilities' | 'firstRefusedAtMs' | 'externalIdSha256'
>;

export type TrustEvidence = ProbeEvidence & {
  readonly role: RoleBefore;
  readonly nowMs: number;
  /** An operator asks, having made sure that the customer wants us in again. */
  readonly liftsPause?: boolean | undefined;
};

/** How long a new role may be denied and count as pending: STS may take a minute to know it. */
export const PENDING_MS = 300_000;

/**
 * What the probes of one verification prove about a role. Pure. The first rule that applies decides. A role that
 * accepted a negative probe is quarantined. A role that denied the right external ID, to verify-trust or to the
 * broker, is not used. A missing answer leaves the role as it was, so that none becomes trusted by it. Every other
 * role is trusted, except one whose customer has ended our sessions, which stays paused until an operator asks.
 */
export function assessTrust(evidence: TrustEvidence): TrustProof {
  const { role, nowMs } = evidence;
  const reading = readProbes(evidence);
  const found = findingsOf(reading, role.findings);
  const isLifted = evidence.liftsPause === true && found.includes('trust.sessionsRevoked') && mayBeUsed(reading, found);
  const findings = isLifted ? found.filter((finding) => finding !== 'trust.sessionsRevoked') : found;
  const firstRefusedAtMs = firstRefusalOf(reading, role, nowMs);
  const capabilities = capabilitiesOf(reading, role);
  const { opening } = reading;
  const externalId = opening.role === 'opens' ? opening.externalId : undefined;
  return {
    status: statusOf({ reading, findings, role, refusedForMs: nowMs - (firstRefusedAtMs ?? nowMs) }),
    findings: [...findings],
    verifiedAtMs: nowMs,
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(firstRefusedAtMs === undefined ? {} : { firstRefusedAtMs }),
    ...(externalId === undefined ? {} : { externalIdSha256: sha256Hex(externalId) }),
    ...(isLifted ? { pauseLiftedAtMs: nowMs } : {}),
  };
}

type Refusal = Pick<TenantRole, 'status' | 'firstRefusedAtMs'>;

/** Until when a role that is refused now stays `pending`. Undefined when it is not pending. */
export function pendingUntilMs({ status, firstRefusedAtMs }: Refusal): number | undefined {
  return status === 'pending' && firstRefusedAtMs !== undefined ? firstRefusedAtMs + PENDING_MS : undefined;
}

type Judged = {
  readonly reading: ProbeReading;
  readonly findings: readonly TrustFinding[];
  readonly role: RoleBefore;
  readonly refusedForMs: number;
};

function statusOf({ reading, findings, role, refusedForMs }: Judged): RoleStatus {
  if (findings.some(isUnsafe)) return 'quarantined';
  if (reading.refuses) {
    const wasProven = role.status === 'trusted' || role.status === 'quarantined';
    if (wasProven) return 'quarantined';
    return refusedForMs < PENDING_MS ? 'pending' : 'refused';
  }
  const status = reading.proven ? 'trusted' : role.status;
  return status === 'trusted' && findings.includes('trust.sessionsRevoked') ? 'quarantined' : status;
}

/** But for what its customer may have said. */
function mayBeUsed({ proven }: ProbeReading, findings: readonly TrustFinding[]): boolean {
  return proven && !findings.some(isUnsafe);
}

function isUnsafe(finding: TrustFinding): boolean {
  return trustFindings[finding].severity === 'unsafe';
}

function firstRefusalOf(
  { refuses, opening }: ProbeReading,
  { firstRefusedAtMs }: RoleBefore,
  nowMs: number,
): number | undefined {
  if (refuses) return firstRefusedAtMs ?? nowMs;
  return opening.role === 'opens' ? undefined : firstRefusedAtMs;
}

/** Each as it was proven, now or before; a capability that was never proven is not used. */
function capabilitiesOf({ outcome }: ProbeReading, { capabilities }: RoleBefore): RoleBefore['capabilities'] {
  const sessionTags = capability(outcome('sessionTags'), capabilities?.sessionTags);
  const sourceIdentity = capability(outcome('sourceIdentity'), capabilities?.sourceIdentity);
  if (sessionTags === undefined && sourceIdentity === undefined) return undefined;
  return { sessionTags: sessionTags ?? false, sourceIdentity: sourceIdentity ?? false };
}

function capability(outcome: ReturnType<ProbeReading['outcome']>, before: boolean | undefined): boolean | undefined {
  if (outcome === 'accepted') return true;
  return outcome === 'denied' ? false : before;
}
