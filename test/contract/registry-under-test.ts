import type { TrustProof } from '../../lib/onboarding/trust/assess-trust.ts';
import type { Ids } from '../../lib/platform/ids.ts';
import type { Tenant, TenantRole } from '../../lib/tenants/tenant.ts';
import type { NewRole, NewTenant, RegistryRefusal, TenantRegistry } from '../../lib/tenants/tenant-registry.ts';
import { countingIds } from '../support/counting-ids.ts';
import { START_MS } from '../support/frozen-clock.ts';

/** A registry that a contract is held against, and what its tests say again and again. */
export type RegistryUnderTest = {
  readonly registry: TenantRegistry;
  /** Puts this item there as it is, unchecked. */
  readonly write: (item: Readonly<Record<string, unknown>>) => Promise<void>;
};

/** Who asks, in these tests. */
export const BY = 'arn:aws:iam::111111111111:role/operators';

export const PROVEN: TrustProof = {
  status: 'trusted',
  findings: [],
  capabilities: { sessionTags: true, sourceIdentity: false },
  verifiedAtMs: START_MS,
};
export const UNSAFE: TrustProof = {
  status: 'quarantined',
  findings: ['trust.noExternalIdAccepted'],
  verifiedAtMs: START_MS,
};

let names = 0;
export const aTenantId = () => `tenant-${++names}`;
export const anAccount = () => String(300_000_000_000 + ++names);
export const arnIn = (accountId: string, name = 'scanner') =>
  `arn:aws:iam::${accountId}:role/credential-broker/${name}`;

export async function registered({ registry }: RegistryUnderTest, change: Partial<NewTenant> = {}): Promise<Tenant> {
  const tenant = { tenantId: aTenantId(), name: 'Acme', enabledJobs: ['scan-account'], ...change };
  return accepted(await registry.registerTenant(tenant, BY));
}

export async function connected(
  { registry }: RegistryUnderTest,
  role: Partial<NewRole> & Pick<NewRole, 'tenantId'>,
): Promise<TenantRole> {
  return accepted(await registry.connectRole({ roleArn: arnIn(anAccount()), jobs: 'all', ...role }, BY));
}

export function accepted<Answer>(answer: Answer | RegistryRefusal): Answer {
  if (isRefusal(answer)) throw new Error(`refused: ${answer.refused}`);
  return answer;
}

function isRefusal(answer: unknown): answer is RegistryRefusal {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}

/** Every registry under test draws other uuids, because they may share their tables. */
export function countingIdsOfTheirOwn(): Ids {
  const ids = countingIds();
  const group = String(++names).padStart(4, '0');
  return { ...ids, uuid: () => ids.uuid().replace('-0000-4', `-${group}-4`) };
}
