import type { DeadLetterRoutes } from '../dead-letters/dead-letter-api.ts';
import type { FunctionUrlClient } from './function-url-client.ts';
import { makeRouteClient, type RouteClient } from './route-client.ts';

/** The function whose URL this client calls. */
export const DEAD_LETTERS_FUNCTION = 'manage-dead-letters';

export type DeadLettersClient = RouteClient<DeadLetterRoutes>;

/** The typed client of the function URL of `manage-dead-letters`. */
export function deadLettersClientOver(url: FunctionUrlClient): DeadLettersClient {
  return makeRouteClient<DeadLetterRoutes>(url);
}
