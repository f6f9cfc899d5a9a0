import { outsideRefusal } from '../on-demand/ask-for-job.ts';
import type { Clock } from '../platform/clock.ts';
import type { RouteAnswer, RouteTable } from '../platform/url-routes.ts';
import { principalOf } from '../requests/principal-pattern.ts';
import type { VendCredentials } from './vend-credentials.ts';
import type { VendingRoutes } from './vending-api.ts';

type VendingDependencies = { readonly vendCredentials: VendCredentials; readonly clock: Clock };

/** The one route of `vend-credentials`. Its answer is the only place in which the secret is ever readable. */
export function vendingRoutes({ vendCredentials, clock }: VendingDependencies): RouteTable {
  const routes: Record<keyof VendingRoutes, RouteTable[string]> = {
    'POST /credentials': {
      async handle({ caller, requestId, remainingMs, body = {} }): Promise<RouteAnswer> {
        const [, , , , account = ''] = caller.split(':');
        const principalArn = principalOf(caller);
        const origin = { kind: 'functionUrl', account, principalArn, requestId, timeMs: clock.nowMs() } as const;
        const vended = await vendCredentials({ origin, caller, body, remainingMs });
        if (!vended.vended) {
          // A principal that is not bound to a tenant does not learn whether it exists.
          const { reason, explanation } = outsideRefusal(vended.refusal);
          return { refused: reason, explanation };
        }
        const answer = vended.credentials.reveal();
        vended.credentials.forget();
        return { status: 200, answer };
      },
    },
  };
  return routes;
}
