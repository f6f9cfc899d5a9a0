import { BrokerError } from '../errors.ts';
import { readClaims, writeClaims } from './account-claims.ts';
import { makeChange } from './make-change.ts';
import { type RegistryDependencies, ROUNDS, refusal } from './registry-dependencies.ts';
import type { TenantRole } from './tenant.ts';
import { readBinding, releaseBinding } from './tenant-bindings.ts';
import { isLive, roleOf } from './tenant-items.ts';
import type { RegistryRefusal } from './tenant-registry.ts';
import { readRoleItem, writeItem } from './tenant-writes.ts';

/**
 * Disconnects a role: only the records of its changes stay. Its binding and its claim are removed after it, unless
 * somebody has taken them since. When this is interrupted, whatever remains of them does no harm.
 */
export async function disconnectRole(
  role: TenantRole,
  by: string,
  dependencies: RegistryDependencies,
): Promise<TenantRole | RegistryRefusal> {
  const { tenantId, record, accountId } = role;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [there, binding, claims] = await Promise.all([
      readRoleItem({ tenantId, record }, dependencies),
      readBinding({ kind: 'role-arn', value: role.roleArn }, dependencies),
      readClaims({ tenantId, accountId }, dependencies),
    ]);
    if (!isLive(there)) return refusal('account.unknown', 'the tenant has connected no such role in this account');
    if (there.version !== role.version || there.roleArn !== role.roleArn) return stale();
    const { roleArn, jobs } = there;
    const change = makeChange(
      { change: 'role.disconnected', by },
      { atMs: dependencies.clock.nowMs(), before: { roleArn, jobs }, after: {} },
    );
    const after = { tenantId, record, gone: true as const };
    const written = await writeItem({ before: there, after, change }, dependencies);
    if (written === undefined) continue;
    if (binding?.owner === tenantId) await releaseBinding(binding, dependencies);
    if (claims !== undefined) {
      const { [record]: _, ...others } = claims.claims;
      await writeClaims(role, { before: claims, claims: others }, dependencies);
    }
    return { ...roleOf(there), version: written.version, lastChange: change };
  }
  throw new BrokerError('store.busy', 'the role was changed again and again meanwhile');
}

function stale(): RegistryRefusal {
  return refusal('registry.stale', 'the role was changed meanwhile; read it and decide again');
}
