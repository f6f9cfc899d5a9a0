import type { AskedByCaller, RequestRecord } from '../ledger/request-record.ts';
import type { Place, Wanted } from '../limits/limits.ts';
import { type DecisionFacts, decideRequest } from '../requests/decide.ts';
import type { RequestDetail, RequestOrigin } from '../requests/request.ts';
import { isBound, type Requester, recogniseRequester } from '../requests/requester.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';
import { lookUp } from './look-up.ts';
import { mustHavePlace, readInPlace } from './place.ts';
import { recordRequest } from './record-request.ts';
import { isSpread } from './spread-accounts.ts';

export type AskedFor = Partial<AskedByCaller> & {
  readonly origin: RequestOrigin;
  readonly detail: RequestDetail;
  /** When its message came onto the queue; left out, it comes in now. */
  readonly arrivedAtMs?: number | undefined;
};

/** A recorded request, allowed or refused; the facts it was decided by; and its place under the limits. */
export type Admitted = { readonly request: RequestRecord; readonly facts: DecisionFacts; readonly place: Place };

/**
 * Looks up, decides and records a request; the same for every way in. Undefined when its id was taken by a request with
 * another payload, which is recorded as a refusal of its own. The caller must leave the place it is given. Throws
 * `store.*`; and `tenant.rateLimited` and the like for a request that is allowed but has to wait, which is not recorded.
 */
export async function admitRequest(
  { arrivedAtMs, ...asked }: AskedFor,
  broker: IssuingDependencies,
): Promise<Admitted | undefined> {
  const { origin, detail, delivery } = asked;
  const requester = recogniseRequester(origin, broker.config);
  const named = { detail, requester, origin, arrivedAtMs, ...(delivery === undefined ? {} : { delivery }) };
  const { read: facts, place } = await readInPlace(wantedFor(requester, detail), () => lookUp(named, broker), broker);
  const decision = decideRequest({ ...facts, origin, nowMs: broker.clock.nowMs() }, broker.config.rules);
  // A refusal that is due is recorded whether or not there would have been a place.
  if (decision.allowed) mustHavePlace(place);
  const request = await recordRequest({ ...asked, decision, requester }, broker).catch(async (error: unknown) => {
    await place.leave({ calls: 0, goesBack: true });
    throw error;
  });
  if (request === undefined) {
    // On record as any refusal is, and over: it counts as one.
    await place.leave({ calls: 0, goesBack: false });
    return undefined;
  }
  // What was allowed before and would not be today takes a place too before anything is made for it.
  if (request.decision === 'allowed') mustHavePlace(place);
  tellBreadth(request, detail.tenantId, broker);
  return { request, facts, place };
}

/** Nothing for who is not bound to what they name: they may not use up anybody's share. */
function wantedFor(requester: Requester | undefined, detail: RequestDetail): Wanted | undefined {
  if (requester === undefined || !isBound(requester, detail)) return undefined;
  const { name, limits } = requester;
  const { tenantId, accountIds } = detail;
  return {
    tenantId,
    requester: { name, requestsPerMinute: limits?.requestsPerMinute },
    calls: callsOf(accountIds),
  };
}

/**
 * What is spread makes no call of its own. It must not take a thousand either, not even for as long as it takes to be
 * turned away: that is more than all tenants have together in a second.
 */
function callsOf(accountIds: readonly string[] | undefined): number {
  return accountIds === undefined || isSpread(accountIds) ? 1 : accountIds.length;
}

/** A line and a count of its own, because it may mean that a requester was stolen: for an alarm. */
function tellBreadth(request: RequestRecord, tenantId: string, { log }: IssuingDependencies): void {
  if (request.refusal?.reason !== 'requester.breadthExceeded') return;
  const { recordId: requestId, requester } = request;
  log.transition({ transition: 'requester.breadthExceeded', requestId, requester, tenantId });
}
