import { assertNever } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { derivedId, sha256Hex } from '../platform/ids.ts';
import { requestRecordId } from '../platform/table-keys.ts';
import type { RequestDetail, RequestOrigin } from '../requests/request.ts';

/** A queue message in which no request could be read. */
export type MessageOrigin = { readonly kind: 'message'; readonly eventId: string };

/**
 * The id of a request. It is the same for every delivery of the same event or invocation, and for every request with
 * the same idempotency key of the same requester, because a repeated PutEvents or call gets a new event or request id.
 * It is derived from the kind of its origin first, so that the id of one kind cannot be made to collide with that of
 * another.
 */
export function requestIdOf({
  origin,
  detail,
  brokerAccountId,
}: {
  readonly origin: RequestOrigin;
  readonly detail: Pick<RequestDetail, 'idempotencyKey'>;
  readonly brokerAccountId: string;
}): string {
  const kind = origin.kind === 'event' ? 'request' : `request.${origin.kind}`;
  const { who, what } = identityOf(origin);
  const identity = detail.idempotencyKey === undefined ? ['event', what] : ['key', detail.idempotencyKey];
  return requestRecordId(derivedId([kind, brokerAccountId, ...who, ...identity]));
}

/** The id of the record of a request that could not be read. */
export function malformedIdOf(origin: RequestOrigin | MessageOrigin): string {
  const { who, what } = identityOf(origin);
  return requestRecordId(derivedId(['illegible', origin.kind, ...who, what]));
}

/** The id of the record of a request whose own id was taken by another payload. */
export function conflictIdOf({
  recordId,
  payloadSha256,
}: {
  readonly recordId: string;
  readonly payloadSha256: string;
}): string {
  return requestRecordId(derivedId(['conflict', recordId, payloadSha256]));
}

/** The hash by which two deliveries of one request are known to be the same, in whatever order their keys come. */
export function payloadSha256Of(detail: RequestDetail): string {
  return sha256Hex(canonicalJson(detail));
}

/** `who` sent it, in the same number of parts for every origin of a kind; and `what` they sent. */
function identityOf(origin: RequestOrigin | MessageOrigin): { readonly who: readonly string[]; readonly what: string } {
  switch (origin.kind) {
    case 'event':
      return { who: [origin.account, origin.source], what: origin.eventId };
    case 'functionUrl':
      return { who: [origin.account, origin.principalArn], what: origin.requestId };
    case 'invoke':
      return { who: [origin.alias], what: origin.requestId };
    case 'message':
      return { who: [], what: origin.eventId };
    default:
      return assertNever(origin);
  }
}
