import type { AskedByCaller, RequestRecord } from '../ledger/request-record.ts';
import type { Permit, Workload } from '../limits/limits.ts';
import { type DecisionFacts, decideRequest } from '../requests/decide.ts';
import type { RequestDetail, RequestOrigin } from '../requests/request.ts';
import { isBound, type Requester, recogniseRequester } from '../requests/requester.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';
import { lookUp } from './look-up.ts';
import { readAndAcquire, requirePermit } from './permit.ts';
import { recordRequest } from './record-request.ts';
import { isSpread } from './spread-accounts.ts';

export type AskedFor = Partial<AskedByCaller> & {
  readonly origin: RequestOrigin;
  readonly detail: RequestDetail;
  /** When its message came onto the queue; left out, it comes in now. */
  readonly arrivedAtMs?: number | undefined;
};

/** A recorded request, allowed or refused; the facts it was decided by; and its permit under the limits. */
export type Admitted = { readonly request: RequestRecord; readonly facts: DecisionFacts; readonly permit: Permit };

/**
 * Looks up, decides and records a request; the same for every way in. Undefined when its id was taken by a request
 * with another payload, which is recorded as a refusal of its own. The caller must release the permit it is given.
 * Throws `store.*`; and `tenant.rateLimited` and the like for a request that is allowed but has to wait, which is not
 * recorded.
 */
export async function admitRequest(
  { arrivedAtMs, ...asked }: AskedFor,
  broker: IssuingDependencies,
): Promise<Admitted | undefined> {
  const { origin, detail, delivery } = asked;
  const requester = recogniseRequester(origin, broker.config);
  const named = { detail, requester, origin, arrivedAtMs, ...(delivery === undefined ? {} : { delivery }) };
  const { read: facts, permit } = await readAndAcquire(
    workloadOf(requester, detail),
    () => lookUp(named, broker),
    broker,
  );
  const decision = decideRequest({ ...facts, origin, nowMs: broker.clock.nowMs() }, broker.config.rules);
  // A refusal is recorded whether or not a permit was to be had.
  if (decision.allowed) requirePermit(permit);
  const request = await recordRequest({ ...asked, decision, requester }, broker).catch(async (error: unknown) => {
    await permit.release({ calls: 0, goesBack: true });
    throw error;
  });
  if (request === undefined) {
    // Refused and recorded as any other: it counts as a request of the tenant.
    await permit.release({ calls: 0, goesBack: false });
    return undefined;
  }
  // A request that was allowed when it was first recorded needs a permit too, even if it would be refused today.
  if (request.decision === 'allowed') requirePermit(permit);
  tellBreadth(request, detail.tenantId, broker);
  return { request, facts, permit };
}

/** Undefined for a requester that is not bound to what it names: it must not use up anybody's limits. */
function workloadOf(requester: Requester | undefined, detail: RequestDetail): Workload | undefined {
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
 * The calls to STS that a request will make, as far as that is known yet. A request that is spread over messages makes
 * none itself and is counted as one: a thousand would be more than all tenants together may make in a second.
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
