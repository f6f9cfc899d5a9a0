import { BrokerError } from '../../errors.ts';
import type { TenantRole } from '../../tenants/tenant.ts';
import type { TrustProof } from './assess-trust.ts';
import type { FindEndedSession } from './ended-session.ts';
import { TRUST_FINDINGS } from './trust-finding.ts';
import { type CheckedRole, tellOfChange, type VerifierDependencies } from './verify-tenant-roles.ts';

export type PauseDependencies = Pick<VerifierDependencies, 'registry' | 'tell' | 'log'> & {
  readonly findEndedSession: FindEndedSession;
};

/** How often the role is read again because somebody wrote it meanwhile. */
const ROUNDS = 10;

/**
 * Puts the role of one issuance out of use, if the issuance says itself that the role denied its session under the job,
 * and no operator has put the role in use again since that session was issued. A second time it changes nothing. What
 * is done to the role is one finding more: verifications keep it, but for one with which an operator lifts it.
 * Throws `store.*`, also where the role is written again and again: then it is to be tried again.
 */
export async function pauseRevokedRole(
  issuanceId: string,
  { findEndedSession, ...verifier }: PauseDependencies,
): Promise<readonly CheckedRole[]> {
  const ended = await findEndedSession(issuanceId);
  if (ended === undefined) return [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const reading = await verifier.registry.readTenant(ended.tenantId, [ended.accountId]);
    const role = reading?.roles.find(({ roleArn }) => roleArn === ended.roleArn);
    const proof = role === undefined ? undefined : pausing(role, ended.issuedAtMs);
    if (role === undefined || proof === undefined) return [];
    const written = await verifier.registry.recordVerification(role, proof, 'verify-trust');
    if (!('refused' in written)) return [await told({ before: role, after: written, issuanceId }, verifier)];
  }
  throw new BrokerError('store.busy', 'the role was written again and again meanwhile');
}

/** Undefined: paused already, put in use again since, or never proven and so never used. */
function pausing(role: TenantRole, issuedAtMs: number): TrustProof | undefined {
  const { status, findings, capabilities, firstRefusedAtMs, verifiedAtMs, pauseLiftedAtMs = 0 } = role;
  if (findings.includes('trust.sessionsRevoked') || issuedAtMs <= pauseLiftedAtMs) return undefined;
  if (verifiedAtMs === undefined) return undefined;
  return {
    status: status === 'trusted' ? 'quarantined' : status,
    findings: TRUST_FINDINGS.filter((finding) => finding === 'trust.sessionsRevoked' || findings.includes(finding)),
    verifiedAtMs,
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(firstRefusedAtMs === undefined ? {} : { firstRefusedAtMs }),
  };
}

type Paused = { readonly before: TenantRole; readonly after: TenantRole; readonly issuanceId: string };

/** Whoever has to ask the customer begins with the run that it came from: its story has who ran what there, and when. */
async function told(
  { before, after, issuanceId }: Paused,
  verifier: Omit<PauseDependencies, 'findEndedSession'>,
): Promise<CheckedRole> {
  const { tenantId, accountId, record, status } = after;
  const line = { transition: 'role.paused', issuanceId, tenantId, accountId, code: 'trust.sessionsRevoked' };
  verifier.log.transition(line);
  await tellOfChange(before, after, verifier);
  return { tenantId, record, status };
}
