import { errorCodes, isErrorCode, type RefusalReason } from '../errors.ts';
import { conflictIdOf, payloadSha256Of, requestIdOf } from '../ledger/request-id.ts';
import { brokerRecordBody } from '../requests/broker-record.ts';
import { JSON_LIMITS, measureJson } from '../requests/json-limits.ts';
import { parseDetail } from '../requests/parse-detail.ts';
import type { FunctionUrlOrigin, InvokeOrigin, Refusal } from '../requests/request.ts';
import { awaitOutcome, type Found, type WaitDependencies } from './await-outcome.ts';
import type { IssuanceProgress } from './on-demand-answer.ts';

export type OnDemandDependencies = WaitDependencies & {
  /** Puts a record of our own on the request queue. Throws `store.*`. */
  readonly sendToQueue: (body: string) => Promise<void>;
  readonly config: { readonly brokerAccountId: string };
};

export type OnDemandAsk = {
  readonly origin: FunctionUrlOrigin | InvokeOrigin;
  /** What the requester sent, parsed from JSON and nothing else. */
  readonly detail: unknown;
  /** 0: do not wait. */
  readonly waitMs: number;
};

export type OnDemandOutcome =
  | { readonly kind: 'accepted'; readonly requestId: string }
  | { readonly kind: 'decided'; readonly requestId: string; readonly issuances: readonly IssuanceProgress[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly requestId?: string };

/** The longest that either function waits. */
export const LONGEST_WAIT_SECONDS = 25;

/**
 * Puts a request on the queue, in the name of the requester. The pipeline decides and records it as every other. A
 * malformed request is refused at once, and recorded all the same. Throws `store.*` when the queue is unavailable. A
 * request that is on the queue is accepted, whatever breaks afterwards: after an error the caller would ask again
 * under another id, and the job would run twice.
 */
export async function askForJob(ask: OnDemandAsk, dependencies: OnDemandDependencies): Promise<OnDemandOutcome> {
  const { origin, detail, waitMs } = ask;
  // Counted from here: the time that the queue takes is a part of the wait, or the function might end before its answer.
  const untilMs = dependencies.clock.nowMs() + waitMs;
  const body = recordOf(ask);
  if (!body.fits) return { kind: 'refused', refusal: body.refusal };
  await dependencies.sendToQueue(body.text);
  const reading = parseDetail(detail);
  if (!reading.read) return { kind: 'refused', refusal: reading.refusal };
  const { brokerAccountId } = dependencies.config;
  const requestId = requestIdOf({ origin, detail: reading.detail, brokerAccountId });
  if (waitMs <= 0) return { kind: 'accepted', requestId };
  const found = await awaitOutcome({ requestId, untilMs }, dependencies);
  return outcomeOf(found, { requestId, payloadSha256: payloadSha256Of(reading.detail) });
}

type RecordText = { readonly fits: true; readonly text: string } | { readonly fits: false; readonly refusal: Refusal };

/** Deeper than this, JSON could not be written again; far deeper than anything that is served. */
const DEEPEST_ON_RECORD = 500;

function recordOf({ origin, detail }: OnDemandAsk): RecordText {
  const { depth } = measureJson(detail);
  if (depth > DEEPEST_ON_RECORD) {
    return tooLarge(`the request is ${depth} levels deep; the limit is ${JSON_LIMITS.depth}`);
  }
  const text = brokerRecordBody({ brokerRecord: 'onDemand', origin, detail });
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > JSON_LIMITS.bytes) {
    return tooLarge(`the request takes ${bytes} bytes on the queue; the limit is ${JSON_LIMITS.bytes}`);
  }
  return { fits: true, text };
}

function tooLarge(explanation: string): RecordText {
  return { fits: false, refusal: { reason: 'request.tooLarge', explanation } };
}

type Wanted = { readonly requestId: string; readonly payloadSha256: string };

function outcomeOf({ request, issuances }: Found, { requestId, payloadSha256 }: Wanted): OnDemandOutcome {
  if (request === undefined) return { kind: 'accepted', requestId };
  if (request.payloadSha256 !== payloadSha256) {
    const explanation = 'the idempotency key was used for another request; take another key';
    const conflictId = conflictIdOf({ recordId: requestId, payloadSha256 });
    return { kind: 'refused', refusal: { reason: 'request.idConflict', explanation }, requestId: conflictId };
  }
  if (request.decision === 'allowed') return { kind: 'decided', requestId, issuances };
  return { kind: 'refused', refusal: outsideRefusal(request.refusal), requestId };
}

/**
 * A refusal as the caller is told it. An unknown tenant and a tenant that this requester may not ask for give exactly
 * the same answer, so that nobody learns which tenants exist. The ledger keeps the true reason.
 */
export function outsideRefusal({
  reason,
  explanation,
}: {
  readonly reason: string;
  readonly explanation: string;
}): Refusal {
  if (reason === 'tenant.unknown' || !isRefusal(reason)) return NOT_ALLOWED;
  return reason === NOT_ALLOWED.reason ? NOT_ALLOWED : { reason, explanation };
}

const NOT_ALLOWED: Refusal = {
  reason: 'requester.notAllowed',
  explanation: 'you may not ask for this job and tenant, or there is no such tenant',
};

function isRefusal(code: string): code is RefusalReason {
  return isErrorCode(code) && errorCodes[code].kind === 'refusal';
}
