import { type DecisionFacts, decideRequest } from '../requests/decide.ts';
import type { RequestDetail, RequestOrigin } from '../requests/request.ts';
import { recogniseRequester } from '../requests/requester.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';
import { lookUp } from './look-up.ts';
import { recordRequest } from './record-request.ts';
import type { AskedByCaller, RequestRecord } from './request-record.ts';

export type AskedFor = Partial<AskedByCaller> & {
  readonly origin: RequestOrigin;
  readonly detail: RequestDetail;
};

/** A request on record, allowed or refused, and what was read to decide it. */
export type Admitted = { readonly request: RequestRecord; readonly facts: DecisionFacts };

/**
 * Looks up what a request goes by, decides it and records it, the same for every way in. Undefined when its id was taken
 * by a request with another payload, which is recorded as a refusal of its own. Throws `store.*`.
 */
export async function admitRequest(asked: AskedFor, broker: IssuingDependencies): Promise<Admitted | undefined> {
  const { origin, detail, delivery } = asked;
  const requester = recogniseRequester(origin, broker.config);
  const facts = await lookUp({ detail, requester, ...(delivery === undefined ? {} : { delivery }) }, broker);
  const decision = decideRequest({ ...facts, origin, nowMs: broker.clock.nowMs() }, broker.config.rules);
  const request = await recordRequest({ ...asked, decision, requester }, broker);
  return request && { request, facts };
}
