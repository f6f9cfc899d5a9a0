import { type FunctionUrlAnswer, makeFunctionUrl } from '../../../lib/platform/function-url.ts';
import type { Requester } from '../../../lib/requests/requester.ts';
import { makeVendCredentials } from '../../../lib/vending/vend-credentials.ts';
import { vendingRoutes } from '../../../lib/vending/vending-routes.ts';
import { urlEvent } from '../url-event.ts';
import { type Run, startProcess } from './process.ts';
import type { FaultyWorld } from './world.ts';

export const SUPPORT = 'arn:aws:sts::111111111111:assumed-role/support/jane';

const supportRequester: Requester = {
  name: 'support',
  recognisedBy: { functionUrl: { principals: ['role/support'] } },
  jobs: 'all',
  tenants: ['acme', 'nobody'],
};

export type VendCall = {
  /** Of the detail; a member that is undefined is left out. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
  readonly caller?: string;
  readonly functionMs?: number;
};

/** One signed call of the function URL of vend-credentials, by the deployed frame, over the world's services. */
export function vendIn(world: FaultyWorld, call: VendCall = {}): Promise<Run<FunctionUrlAnswer>> {
  const { pipeline, clock, log } = world;
  const { makeDataKey: _key, invokeJob: _job, sendToQueue: _queue, ...issuing } = pipeline.broker;
  const config = { ...issuing.config, requesters: [...issuing.config.requesters, supportRequester] };
  const vendCredentials = makeVendCredentials({ ...issuing, ledger: pipeline.vendingLedger, config });
  const answer = makeFunctionUrl({ routes: vendingRoutes({ vendCredentials, clock }), log });
  const endMs = clock.nowMs() + (call.functionMs ?? 30_000);
  const context = { awsRequestId: 'vend-1', getRemainingTimeInMillis: () => endMs - clock.nowMs() };
  return startProcess('vending', () => answer(eventOf(call), context));
}

/** The answer of a call that ended. */
export async function vended(world: FaultyWorld, call: VendCall = {}): Promise<{ status: number; body: VendBody }> {
  const { now } = await vendIn(world, call);
  if (now.end !== 'done') throw new Error(`the call ${now.end}`);
  return { status: now.result.statusCode, body: JSON.parse(now.result.body) };
}

export type VendBody = {
  readonly AccessKeyId?: string;
  readonly SecretAccessKey?: string;
  readonly SessionToken?: string;
  readonly Expiration?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly whatToDo: string };
};

function eventOf({ detail = {}, requestId = 'url-request-1', caller = SUPPORT }: VendCall) {
  const asked = { version: 1, tenantId: 'acme', job: 'scan-account', accountIds: ['222222222222'], reason: 'TICKET-1' };
  const event = urlEvent({ method: 'POST', path: '/credentials', body: { ...asked, ...detail }, caller });
  return { ...event, requestContext: { ...event.requestContext, requestId } };
}
