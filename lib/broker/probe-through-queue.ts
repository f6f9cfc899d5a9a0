import { sha256Hex } from '../platform/ids.ts';
import type { OrderedProbe } from '../requests/request.ts';
import type { ExternalIds } from '../tenants/tenant.ts';
import type { BrokerDependencies, MessageOutcome } from './broker-dependencies.ts';

type Probing = Pick<BrokerDependencies, 'registry' | 'makeRecordedProbe'> & {
  readonly config: { readonly rules: { readonly mode: 'shared' | 'dedicated' } };
};

/**
 * Makes a probe that verify-trust recorded and waits for in the ledger. Only issue-credentials can make it, because it
 * must come from that function's own role. An order that names another role or external ID than the registry knows is
 * ignored; a probe without an outcome proves nothing. Throws `store.*`.
 */
export async function probeThroughQueue(order: OrderedProbe, broker: Probing): Promise<MessageOutcome> {
  const { probeId, tenantId, accountId, roleArn, externalIdSha256 } = order;
  const reading = await broker.registry.readTenant(tenantId, [accountId]);
  const role = reading?.roles.find((each) => each.roleArn === roleArn && each.accountId === accountId);
  if (reading === undefined || role === undefined) return 'settled';
  const probe = { probeId, tenantId, accountId, roleArn: role.roleArn };
  if (broker.config.rules.mode === 'dedicated') {
    if (externalIdSha256 === undefined) await broker.makeRecordedProbe(probe);
    return 'settled';
  }
  const externalId = idOfHash(reading.tenant.externalIds, externalIdSha256);
  if (externalId !== undefined) await broker.makeRecordedProbe({ ...probe, externalId });
  return 'settled';
}

function idOfHash(externalIds: ExternalIds | undefined, hash: string | undefined): string | undefined {
  const { current, next } = externalIds ?? {};
  return [current, next].find((id) => id !== undefined && sha256Hex(id) === hash);
}
