import { BrokerError } from '../errors.ts';
import type { TrustProof } from '../onboarding/trust/assess-trust.ts';
import { type TrustFinding, trustFindings } from '../onboarding/trust/trust-finding.ts';
import { difference, makeChange } from './make-change.ts';
import { type RegistryDependencies, ROUNDS, refusal } from './registry-dependencies.ts';
import type { TenantRole } from './tenant.ts';
import { isLive, roleOf, type StoredRole } from './tenant-items.ts';
import type { RegistryRefusal } from './tenant-registry.ts';
import { readRoleItem, writeItem } from './tenant-writes.ts';

const PROVEN = ['status', 'findings', 'capabilities', 'externalIdSha256'] as const;

/**
 * Writes the proof of a role, if it is still the role that was probed. Capabilities and a first refusal that the proof
 * does not name are removed. It is recorded as a change only when it differs from the proof before.
 */
export async function recordVerification(
  { role, proof, by }: { readonly role: TenantRole; readonly proof: TrustProof; readonly by: string },
  dependencies: RegistryDependencies,
): Promise<TenantRole | RegistryRefusal> {
  if (proof.status === 'trusted' && proof.findings.some(rulesOutTrust)) {
    throw new BrokerError('internal', 'a role that is open to others, or paused, cannot be proven to be trusted');
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const there = await readRoleItem(role, dependencies);
    if (!isLive(there) || there.version !== role.version || there.roleArn !== role.roleArn) return stale();
    const written = await writeProof(there, { proof, by }, dependencies);
    if (written !== undefined) return written;
  }
  throw new BrokerError('store.busy', 'the role was written again and again meanwhile');
}

function rulesOutTrust(finding: TrustFinding): boolean {
  return trustFindings[finding].severity === 'unsafe' || finding === 'trust.sessionsRevoked';
}

function writeProof(
  there: StoredRole,
  { proof, by }: { readonly proof: TrustProof; readonly by: string },
  dependencies: RegistryDependencies,
): Promise<TenantRole | undefined> {
  const role = roleOf(there);
  const { version: _, capabilities: _before, firstRefusedAtMs: _refused, ...kept } = role;
  const { status, findings, capabilities, firstRefusedAtMs, externalIdSha256, verifiedAtMs, pauseLiftedAtMs } = proof;
  const after = {
    ...kept,
    status,
    findings: [...findings],
    verifiedAtMs,
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(firstRefusedAtMs === undefined ? {} : { firstRefusedAtMs }),
    ...(externalIdSha256 === undefined ? {} : { externalIdSha256 }),
    ...(pauseLiftedAtMs === undefined ? {} : { pauseLiftedAtMs }),
  };
  const differing = difference(role, after, PROVEN);
  if (differing.after === undefined && role.verifiedAtMs !== undefined) {
    return writeItem({ before: there, after }, dependencies);
  }
  const change = makeChange({ change: 'role.verified', by }, { atMs: dependencies.clock.nowMs(), ...differing });
  return writeItem({ before: there, after, change }, dependencies);
}

function stale(): RegistryRefusal {
  return refusal('registry.stale', 'the role was changed meanwhile; read it and verify again');
}
