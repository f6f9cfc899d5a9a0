import type { ManagementRoutes } from '../management/management-api.ts';
import { type FunctionUrlTarget, makeFunctionUrlClient } from './function-url-client.ts';
import { makeRouteClient, type RouteClient } from './route-client.ts';

/** The function whose URL this client calls. */
export const MANAGEMENT_FUNCTION = 'manage-tenants';

export type ManagementClient = RouteClient<ManagementRoutes>;

/** The typed client of the function URL of `manage-tenants`. */
export function makeManagementClient(target: FunctionUrlTarget): ManagementClient {
  return makeRouteClient<ManagementRoutes>(makeFunctionUrlClient(target));
}
