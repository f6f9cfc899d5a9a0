import { BrokerError } from '../../errors.ts';
import type { TenantRole } from '../../tenants/tenant.ts';
import type { TrustProof } from './assess-trust.ts';
import type { EndedSession, FindEndedSession } from './ended-session.ts';
import type { PauseLimit } from './pause-limit.ts';
import { TRUST_FINDINGS } from './trust-finding.ts';
import { type CheckedRole, tellOfChange, type VerifierDependencies } from './verify-tenant-roles.ts';

export type PauseDependencies = Pick<VerifierDependencies, 'registry' | 'tell' | 'log' | 'clock'> & {
  readonly findEndedSession: FindEndedSession;
  readonly pauseLimit: PauseLimit;
};

/** How often the role is read again because somebody wrote it meanwhile. */
const ROUNDS = 10;

/**
 * How long after the end of its session a run's report counts. A report takes seconds; a delayed archive takes longer.
 */
const LATEST_MS = 3_600_000;

/**
 * Pauses the role of an issuance whose record says that the role denied the session while the job used it, unless an
 * operator has put the role in use again since the session was issued. Doing so twice changes nothing. The pause is a
 * finding on the role, which verifications keep until an operator lifts it.
 *
 * Nothing is paused when the report came too late, or when too many tenants are affected at once; that is logged, and
 * an alarm rings. Not pausing does little harm, because the customer denies the sessions anyway; a wrong pause stops
 * work.
 *
 * @throws store.* also when the role is changed again and again meanwhile; to be tried again then.
 */
export async function pauseRevokedRole(
  issuanceId: string,
  { findEndedSession, pauseLimit, ...verifier }: PauseDependencies,
): Promise<readonly CheckedRole[]> {
  const ended = await findEndedSession(issuanceId);
  if (ended === undefined) return [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const reading = await verifier.registry.readTenant(ended.tenantId, [ended.accountId]);
    const role = reading?.roles.find(({ roleArn }) => roleArn === ended.roleArn);
    if (role === undefined) return [];
    const proof = pausing(role, ended.issuedAtMs);
    if (proof === undefined) return [];
    const explanation = await whyNot(ended, { pauseLimit, clock: verifier.clock });
    if (explanation !== undefined) {
      logPausing(verifier, { transition: 'role.notPaused', issuanceId, of: role, explanation });
      return [];
    }
    const written = await verifier.registry.recordVerification(role, proof, 'verify-trust');
    if (!('refused' in written)) return [await told({ before: role, after: written, issuanceId }, verifier)];
  }
  throw new BrokerError('store.busy', 'the role was written again and again meanwhile');
}

/** Why a role that could be paused is not. Undefined when it is to be paused. */
async function whyNot(
  { tenantId, fenceMs }: EndedSession,
  { pauseLimit, clock }: Pick<PauseDependencies, 'pauseLimit' | 'clock'>,
): Promise<string | undefined> {
  const nowMs = clock.nowMs();
  // A job can write its own reports, of long ago too.
  if (nowMs - fenceMs > LATEST_MS) return 'told too long after the session had ended';
  return (await pauseLimit({ tenantId, nowMs })) ? undefined : 'roles of too many tenants were paused within an hour';
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

/**
 * Whoever has to ask the customer begins with the run that it came from: its story has who ran what there, and when.
 */
async function told(
  { before, after, issuanceId }: Paused,
  verifier: Pick<PauseDependencies, 'log' | 'tell'>,
): Promise<CheckedRole> {
  const { tenantId, record, status } = after;
  logPausing(verifier, { transition: 'role.paused', issuanceId, of: after });
  await tellOfChange(before, after, verifier);
  return { tenantId, record, status };
}

type PausingLine = {
  readonly transition: 'role.paused' | 'role.notPaused';
  readonly issuanceId: string;
  readonly of: TenantRole;
  readonly explanation?: string;
};

function logPausing(
  { log }: Pick<PauseDependencies, 'log'>,
  { of: { tenantId, accountId }, ...line }: PausingLine,
): void {
  log.transition({ ...line, tenantId, accountId, code: 'trust.sessionsRevoked' });
}
