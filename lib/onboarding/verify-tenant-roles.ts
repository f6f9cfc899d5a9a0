import type { TellOnBus } from '../platform/broker-events.ts';
import type { Clock } from '../platform/clock.ts';
import { errorName } from '../platform/store-error.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import type { TenantReading, TenantRole } from '../tenants/tenant.ts';
import type { TenantRegistry } from '../tenants/tenant-registry.ts';
import type { TrustProof } from './assess-trust.ts';
import { keepsFromTrust, trustFindings } from './trust-finding.ts';
import type { RoleToVerify, VerifyRole } from './verify-role.ts';

export type VerifierDependencies = {
  readonly registry: Pick<TenantRegistry, 'readTenant' | 'recordVerification'>;
  readonly verifyRole: VerifyRole;
  /** Tells whoever listens that a role went out of use, or came back. */
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
};
export type CheckedRole = Pick<TenantRole, 'tenantId' | 'record' | 'status'>;

/** Roles of one tenant that are verified at the same time: about nine probes each. */
const ROLES_AT_ONCE = 4;

/** Verifies the roles that are named, or all of the tenant, and writes what was proven. Throws `store.*`. */
export async function verifyTenantRoles(
  { tenantId, accountId, roleName, by }: CheckOrder,
  verifier: VerifierDependencies,
): Promise<readonly CheckedRole[]> {
  const reading = await verifier.registry.readTenant(tenantId, accountId === undefined ? undefined : [accountId]);
  if (reading === undefined || reading.tenant.status === 'offboarded') return [];
  const wanted = reading.roles.filter(({ record }) => roleName === undefined || record.endsWith(`#${roleName}`));
  const checked: CheckedRole[] = [];
  for (let from = 0; from < wanted.length; from += ROLES_AT_ONCE) {
    const some = wanted.slice(from, from + ROLES_AT_ONCE);
    checked.push(...(await Promise.all(some.map((role) => verifyOne({ tenant: reading.tenant, role }, by, verifier)))));
  }
  return checked;
}

async function verifyOne(
  reading: { readonly tenant: TenantReading['tenant']; readonly role: TenantRole },
  by: string,
  verifier: VerifierDependencies,
): Promise<CheckedRole> {
  const { proof } = await verifier.verifyRole(reading);
  return recordProof({ ...reading, proof, by }, verifier);
}

/** Writes a proof and tells of what it changes. A role that was changed meanwhile keeps what stands there. */
export async function recordProof(
  { role, proof, by }: RoleToVerify & { readonly proof: TrustProof; readonly by: string },
  verifier: VerifierDependencies,
): Promise<CheckedRole> {
  const { tenantId, record, accountId } = role;
  const written = await verifier.registry.recordVerification(role, proof, by);
  if ('refused' in written) {
    const { refused: code, explanation } = written;
    verifier.log.transition({ transition: 'role.notVerified', tenantId, accountId, code, explanation });
    return { tenantId, record, status: role.status };
  }
  const [worst] = written.findings.filter(keepsFromTrust);
  const code = worst === undefined ? {} : { code: worst };
  verifier.log.transition({ transition: `role.${written.status}`, tenantId, accountId, ...code });
  if (role.status !== written.status) await tellOfChange(role, written, verifier);
  return { tenantId, record, status: written.status };
}

/** A role that went out of use or came back: somebody should know, and nothing depends on their being told. */
async function tellOfChange(before: TenantRole, after: TenantRole, verifier: VerifierDependencies): Promise<void> {
  const isTold = before.status === 'trusted' || before.status === 'quarantined' || after.status === 'quarantined';
  if (!isTold) return;
  const { tenantId, accountId, roleArn, findings } = after;
  const unsafe = findings.some((finding) => trustFindings[finding].severity === 'unsafe');
  const reason = after.status === 'trusted' ? undefined : unsafe ? 'trust.unsafe' : 'trust.broken';
  const detail = { tenantId, accountId, roleArn, from: before.status, to: after.status, findings, reason };
  const changed = after.status === 'trusted' ? 'role.recovered' : 'role.withdrawn';
  verifier.log.transition({
    transition: changed,
    tenantId,
    accountId,
    ...(reason === undefined ? {} : { code: reason }),
  });
  try {
    await verifier.tell({ detailType: 'TrustChanged', detail });
  } catch (error) {
    verifier.log.transition({ transition: 'role.changeNotTold', tenantId, accountId, explanation: errorName(error) });
  }
}
