import type { Route } from '../platform/url-routes.ts';
import { lifecycleRoutes } from './lifecycle-routes.ts';
import { listRoutes } from './list-routes.ts';
import type { ManagementDependencies } from './management-dependencies.ts';
import type { RouteName } from './management-route.ts';
import { roleRoutes } from './role-routes.ts';
import { scheduleRoutes } from './schedule-routes.ts';
import { switchRoutes } from './switch-routes.ts';
import { tenantRoutes } from './tenant-routes.ts';

/** Every route of the contract, and no other: the type guarantees both. */
export function managementRoutes(dependencies: ManagementDependencies): Readonly<Record<RouteName, Route>> {
  return {
    ...tenantRoutes(dependencies),
    ...listRoutes(dependencies),
    ...roleRoutes(dependencies),
    ...lifecycleRoutes(dependencies),
    ...scheduleRoutes(dependencies),
    ...switchRoutes(dependencies),
  };
}
