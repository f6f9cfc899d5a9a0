import type { TenantReading } from '../../lib/tenants/tenant.ts';
import { aRole, aTenant } from '../support/a-tenant.ts';
import { rotating, SLOTS, type Slot, takes } from '../support/faulty-world/rotation.ts';
import type { FaultyWorld } from '../support/faulty-world/world.ts';
import type { SeededRandom } from './seeded-random.ts';

/** The tenants of a run: acme with one or two accounts, globex with one; marked sessions in some, rotations in others. */
export function tenantsOf(random: SeededRandom): readonly TenantReading[] {
  const acme = ['222222222222', '333333333333'].slice(0, 1 + random.below(2));
  return [tenantOf('acme', acme, random), tenantOf('globex', ['444444444444'], random)];
}

/** One tenant with these accounts, in the state that the draw has for it. */
export function tenantOf(tenantId: string, accountIds: readonly string[], random: SeededRandom): TenantReading {
  const roles = accountIds.map((accountId) => {
    const capabilities = { sessionTags: random.chance(50), sourceIdentity: random.chance(50) };
    return aRole({ tenantId, accountId, capabilities });
  });
  const tenant = aTenant({ tenantId, roles });
  return random.chance(50) ? tenant : rotating(tenant);
}

export type RegistryOptions = {
  readonly random: SeededRandom;
  readonly tenants: readonly TenantReading[];
  /** Are the trust policies of all changed too? */
  readonly trustPolicies?: boolean;
};
export type RegistryChanges = { change(): Promise<string> };

/** What operators and customers change while requests are on their way; each change is a new version. */
export function registryChanges(
  world: FaultyWorld,
  { random, tenants, trustPolicies = true }: RegistryOptions,
): RegistryChanges {
  const now = new Map(tenants.map((reading) => [reading.tenant.tenantId, reading]));
  const [first = '', ...rest] = now.keys();
  const names: readonly [string, ...string[]] = [first, ...rest];

  async function become(tenantId: string, next: TenantReading): Promise<void> {
    const tenant = { ...next.tenant, version: next.tenant.version + 1 };
    const roles = next.roles.map((role) => ({ ...role, version: role.version + 1 }));
    now.set(tenantId, { tenant, roles });
    await world.connect({ tenant, roles });
  }

  const changes: readonly [Change, ...Change[]] = [
    ['capabilities', (reading) => mapRoles(reading, () => ({ capabilities: someCapabilities(random) }))],
    ['roles withdrawn', (reading) => mapRoles(reading, () => ({ status: 'quarantined' }))],
    ['roles trusted', (reading) => mapRoles(reading, () => ({ status: 'trusted' }))],
    ['job taken away', ({ tenant, roles }) => ({ tenant: { ...tenant, enabledJobs: [] }, roles })],
    ['job given back', ({ tenant, roles }) => ({ tenant: { ...tenant, enabledJobs: ['scan-account'] }, roles })],
    ['external ID found', (reading) => found(reading, random)],
    ['external ID found', (reading) => found(reading, random)],
    ['an account connected', withAnotherAccount],
  ];
  return {
    async change() {
      const tenantId = random.pick(names);
      if (trustPolicies && random.chance(25)) return trustPolicy(world, random);
      const [name, make] = random.pick(changes);
      const reading = now.get(tenantId);
      if (reading !== undefined) await become(tenantId, make(reading));
      return `${tenantId}: ${name}`;
    },
  };
}

type Change = readonly [name: string, make: (reading: TenantReading) => TenantReading];

function mapRoles(
  { tenant, roles }: TenantReading,
  change: () => Partial<TenantReading['roles'][number]>,
): TenantReading {
  return { tenant, roles: roles.map((role) => ({ ...role, ...change() })) };
}

const SECOND_ACCOUNTS: Readonly<Record<string, string>> = { acme: '555555555555', initech: '999000999000' };

/** The customer connects one account more; a request that was recorded before does not mean it. */
function withAnotherAccount({ tenant, roles }: TenantReading): TenantReading {
  const accountId = SECOND_ACCOUNTS[tenant.tenantId] ?? '666666666666';
  if (roles.some((role) => role.accountId === accountId)) return { tenant, roles };
  return { tenant, roles: [...roles, { ...aRole({ tenantId: tenant.tenantId, accountId }), version: 1 }] };
}

function someCapabilities(random: SeededRandom) {
  return { sessionTags: random.chance(50), sourceIdentity: random.chance(50) };
}

/** A probe finds out which external ID the roles of a tenant that rotates take. */
function found(reading: TenantReading, random: SeededRandom): TenantReading {
  if (reading.tenant.externalIds?.next === undefined) return reading;
  const { roles } = rotating(reading, random.pick(['current', 'next']));
  return { ...reading, roles };
}

/** The customers write another trust policy: the right ID, the next one, both, or nobody any more. */
function trustPolicy(world: FaultyWorld, random: SeededRandom): string {
  const slots = random.pick<readonly Slot[]>([['current'], ['next'], SLOTS, SLOTS, SLOTS, []]);
  const acme = takes(slots, 'acme');
  const globex = takes(slots, 'globex');
  world.sts.trusts = (input) => acme(input) || globex(input);
  return `trust policies take ${slots.join(' and ') || 'nobody'}`;
}
