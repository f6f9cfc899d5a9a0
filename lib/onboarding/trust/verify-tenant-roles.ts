import type { TellOnBus } from '../../platform/broker-events.ts';
import type { Clock } from '../../platform/clock.ts';
import { errorName } from '../../platform/store-error.ts';
import type { TransitionLog } from '../../platform/transition-log.ts';
import type { TenantRole } from '../../tenants/tenant.ts';
import type { TenantRegistry } from '../../tenants/tenant-registry.ts';
import type { TrustProof } from './assess-trust.ts';
import { keepsFromTrust, trustFindings } from './trust-finding.ts';
import type { RoleToVerify, VerifyRole } from './verify-role.ts';

export type VerifierDependencies = {
  readonly registry: Pick<TenantRegistry, 'readTenant' | 'recordVerification'>;
  readonly verifyRole: VerifyRole;
  /** Announces on the bus that a role went out of use, or came back. */
  readonly tell: TellOnBus;
  readonly log: TransitionLog;
  readonly clock: Clock;
};

/** Which roles to verify, and who asks: the ARN of a principal, or the name of a function. */
export type CheckOrder = {
  readonly tenantId: string;
  readonly accountId?: string | undefined;
  readonly roleName?: string | undefined;
  readonly by: string;
  /** Puts roles in use again that are paused, if nothing else stands against it: for an operator to ask. */
  readonly liftsPause?: boolean | undefined;
};
export type CheckedRole = Pick<TenantRole, 'tenantId' | 'record' | 'status'>;

/** How many roles of a tenant are verified at the same time. Each takes about nine probes. */
const ROLES_AT_ONCE = 4;

/** The caller waits for less than a minute, and a busy queue may delay a batch for a quarter of one. */
const BUDGET_MS = 30_000;

/**
 * Verifies the named roles, or all of the tenant, and writes what was proven. Roles verified longest ago come first.
 * When time runs out the remaining roles stay as they are, and the next call continues with them. Throws `store.*`.
 */
export async function verifyTenantRoles(
  { tenantId, accountId, roleName, by, liftsPause }: CheckOrder,
  verifier: VerifierDependencies,
): Promise<readonly CheckedRole[]> {
  const reading = await verifier.registry.readTenant(tenantId, accountId === undefined ? undefined : [accountId]);
  if (reading === undefined || reading.tenant.status === 'offboarded') return [];
  const wanted = reading.roles
    .filter(({ record }) => roleName === undefined || record.endsWith(`#${roleName}`))
    .sort((one, other) => (one.verifiedAtMs ?? 0) - (other.verifiedAtMs ?? 0));
  const checked: CheckedRole[] = [];
  const startedAtMs = verifier.clock.nowMs();
  for (let from = 0; from < wanted.length; from += ROLES_AT_ONCE) {
    if (verifier.clock.nowMs() - startedAtMs > BUDGET_MS) break;
    const some = wanted.slice(from, from + ROLES_AT_ONCE);
    const { tenant } = reading;
    const proven = some.map((role) => verifyOne({ tenant, role, liftsPause }, by, verifier));
    checked.push(...(await Promise.all(proven)));
  }
  return checked;
}

async function verifyOne(reading: RoleToVerify, by: string, verifier: VerifierDependencies): Promise<CheckedRole> {
  const { proof } = await verifier.verifyRole(reading);
  return recordProof({ ...reading, proof, by }, verifier);
}

/** Writes a proof and announces what it changes. A role that was changed meanwhile is left as it is. */
export async function recordProof(
  { role, proof, by }: RoleToRecord,
  verifier: VerifierDependencies,
): Promise<CheckedRole> {
  const { tenantId, record, accountId } = role;
  const { before, written } = await writeProof({ role, proof, by }, verifier);
  if ('refused' in written) {
    const { refused: code, explanation } = written;
    verifier.log.transition({ transition: 'role.notVerified', tenantId, accountId, code, explanation });
    return { tenantId, record, status: before.status };
  }
  const [worst] = written.findings.filter(keepsFromTrust);
  const code = worst === undefined ? {} : { code: worst };
  verifier.log.transition({ transition: `role.${written.status}`, tenantId, accountId, ...code });
  await tellOfChange(before, written, verifier);
  return { tenantId, record, status: written.status };
}

type RoleToRecord = { readonly role: TenantRole; readonly proof: TrustProof; readonly by: string };

/**
 * Writes the proof once more when the role was given other jobs meanwhile, which changes nothing of what was proven.
 */
async function writeProof({ role, proof, by }: RoleToRecord, { registry }: VerifierDependencies) {
  const written = await registry.recordVerification(role, proof, by);
  if (!('refused' in written) || written.refused !== 'registry.stale') return { before: role, written };
  const reading = await registry.readTenant(role.tenantId, [role.accountId]);
  const now = reading?.roles.find(({ record }) => record === role.record);
  if (now === undefined || !isAsProbed(now, role)) return { before: now ?? role, written };
  return { before: now, written: await registry.recordVerification(now, proof, by) };
}

function isAsProbed(now: TenantRole, probed: TenantRole): boolean {
  const members = ['roleArn', 'status', 'verifiedAtMs', 'externalIdSha256'] as const;
  // It was paused meanwhile, which no probe could find.
  const isPaused = ({ findings }: TenantRole) => findings.includes('trust.sessionsRevoked');
  return isPaused(now) === isPaused(probed) && members.every((member) => now[member] === probed[member]);
}

/** Announces that a role went out of use or came back. Nothing depends on it, so a failure is only logged. */
export async function tellOfChange(
  before: TenantRole,
  after: TenantRole,
  verifier: Pick<VerifierDependencies, 'log' | 'tell'>,
): Promise<void> {
  const [was, is] = [standingOf(before), standingOf(after)];
  if (was === is || (was === 'unproven' && is === 'trusted')) return;
  const { tenantId, accountId, roleArn, findings } = after;
  const reason = is === 'trusted' ? undefined : is === 'trust.unsafe' ? is : 'trust.broken';
  verifier.log.transition({
    transition: is === 'trusted' ? 'role.recovered' : 'role.withdrawn',
    tenantId,
    accountId,
    ...(reason === undefined ? {} : { code: reason }),
  });
  const detail = { tenantId, accountId, roleArn, from: before.status, to: after.status, findings, reason };
  try {
    await verifier.tell({ detailType: 'TrustChanged', detail });
  } catch (error) {
    verifier.log.transition({ transition: 'role.changeNotTold', tenantId, accountId, explanation: errorName(error) });
  }
}

/** What the role means for a request: whether it is trusted, or the reason for which the request is refused. */
function standingOf({ status, findings }: TenantRole): 'trusted' | 'unproven' | 'trust.unsafe' | 'trust.broken' {
  if (status === 'trusted') return status;
  if (status !== 'quarantined') return 'unproven';
  return findings.some((finding) => trustFindings[finding].severity === 'unsafe') ? 'trust.unsafe' : 'trust.broken';
}
