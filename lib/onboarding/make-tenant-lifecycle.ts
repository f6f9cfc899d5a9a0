import { type ImportDependencies, makeTenantImports } from './import-tenants.ts';
import { makeTenantMigration } from './migrate-tenant.ts';
import { makeOffboardTenant, type OffboardDependencies } from './offboard-tenant.ts';
import { makeResumeTenant } from './resume-tenant.ts';
import { makeExternalIdRotation, type RotationDependencies } from './rotate-external-id.ts';
import { makeSuspendTenant } from './suspend-tenant.ts';
import type { TenantLifecycle } from './tenant-lifecycle.ts';

export type LifecycleDependencies = Omit<OffboardDependencies, 'suspend' | 'registry'> &
  Omit<ImportDependencies, 'registry'> &
  Omit<RotationDependencies, 'registry'> & {
    readonly registry: OffboardDependencies['registry'] &
      ImportDependencies['registry'] &
      RotationDependencies['registry'];
  };

/** The lifecycle of tenants, put together of its steps. */
export function makeTenantLifecycle(dependencies: LifecycleDependencies): TenantLifecycle {
  const suspend = makeSuspendTenant(dependencies);
  return {
    suspend,
    resume: makeResumeTenant(dependencies),
    offboard: makeOffboardTenant({ ...dependencies, suspend }),
    rotation: makeExternalIdRotation(dependencies),
    imports: makeTenantImports(dependencies),
    migration: makeTenantMigration(dependencies),
  };
}
