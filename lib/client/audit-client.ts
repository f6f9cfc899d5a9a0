import type { AuditRoutes } from '../audit/questions/audit-api.ts';
import type { FunctionUrlClient } from './function-url-client.ts';
import { makeRouteClient, type RouteClient } from './route-client.ts';

/** The function whose URL this client calls. */
export const AUDIT_FUNCTION = 'answer-audit-query';

export type AuditClient = RouteClient<AuditRoutes>;

/** The typed client of the function URL of `answer-audit-query`. */
export function auditClientOver(url: FunctionUrlClient): AuditClient {
  return makeRouteClient<AuditRoutes>(url);
}
