import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { RoleArnRules } from './role-arn.ts';
import type { RegistryRefusal } from './tenant-registry.ts';
import type { TenantsTable } from './tenants-table.ts';

/** What every part of the registry needs. */
export type RegistryDependencies = {
  readonly table: TenantsTable;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly config: RegistryConfig;
};

export type RegistryConfig = {
  readonly tenantsTable: string;
  /** Part of every external ID. */
  readonly deploymentId: string;
  /** `dedicated`: one customer, and no external IDs. */
  readonly mode: 'shared' | 'dedicated';
  readonly roleArnRules: RoleArnRules;
  /**
   * Whether nothing is issued for a role that is connected from now on until a second person consents. Left out: no.
   */
  readonly awaitsConsent?: boolean;
};

/** How often a change starts again because somebody else changed the same items meanwhile. */
export const ROUNDS = 50;

export function refusal(refused: RegistryRefusal['refused'], explanation: string): RegistryRefusal {
  return { refused, explanation };
}
