import { type Admitted, admitRequest } from '../broker/admit-request.ts';
import type { IssuingDependencies } from '../broker/broker-dependencies.ts';
import { callUnderIntent } from '../broker/call-under-intent.ts';
import { decideAccountsAgain } from '../broker/decide-accounts-again.ts';
import { type Opened, openIssuance } from '../broker/open-issuance.ts';
import { workUnderPermit } from '../broker/permit.ts';
import { recordUnlessCounted } from '../broker/record-request.ts';
import { BrokerError, isRefusalReason } from '../errors.ts';
import { malformedRequestRecord, type RequestRecord } from '../ledger/request-record.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { claimedNames } from '../requests/parse-request.ts';
import type { FunctionUrlOrigin, Refusal } from '../requests/request.ts';
import { recogniseRequester } from '../requests/requester.ts';
import type { Secret } from '../sealing/secret.ts';
import { handOutCredentials } from './hand-out-credentials.ts';
import { type CredentialsReading, parseCredentialsRequest } from './parse-credentials-request.ts';
import type { CallerCredentials } from './vending-api.ts';

export type Asked = {
  readonly origin: FunctionUrlOrigin;
  /** The ARN of whoever signed, the name of its session included: for the record. */
  readonly caller: string;
  /** As it was sent. */
  readonly body: unknown;
  readonly remainingMs: () => number;
};

export type Vended =
  | { readonly vended: true; readonly credentials: Secret<CallerCredentials> }
  | { readonly vended: false; readonly refusal: Refusal };

export type VendCredentials = (asked: Asked) => Promise<Vended>;

/**
 * Gives credentials to a person or a tool. The request is parsed, looked up, decided and recorded as every other; then
 * come the intent, the call to STS and the record of the issue, and only then the answer. The credentials are not
 * kept: a caller that loses the answer has to ask again. Throws `BrokerError` when something broke or STS denied the
 * call; nobody was given credentials then.
 */
export function makeVendCredentials(broker: IssuingDependencies): VendCredentials {
  return async (asked) => {
    const reading = parseCredentialsRequest(asked.body);
    if (!reading.read) return recordUnread(reading, asked, broker);
    const { origin, caller } = asked;
    const { detail } = reading;
    const admitted = await admitRequest({ origin, caller, delivery: 'caller', detail }, broker);
    if (admitted === undefined) return refused(TAKEN);
    const { permit } = admitted;
    return workUnderPermit({ permit, broker }, (counting) => vendAdmitted({ ...admitted, detail }, asked, counting));
  };
}

async function vendAdmitted(
  { request, facts, detail }: Admitted & Pick<Extract<CredentialsReading, { read: true }>, 'detail'>,
  asked: Asked,
  broker: IssuingDependencies,
): Promise<Vended> {
  const refusal = refusalOf(request);
  if (refusal !== undefined) return refused(refusal);
  const [decision] = decideAccountsAgain(detail.accountIds, facts, broker);
  if (decision === undefined) throw new BrokerError('internal', 'an account was not decided');
  const { remainingMs } = asked;
  const opened = await openIssuance(request, decision, { remainingMs, broker });
  return opened.opened === 'intended' ? assume(opened, asked, broker) : refuseOpened(opened);
}

async function assume(
  { issuance, job, account }: Extract<Opened, { opened: 'intended' }>,
  { remainingMs }: Asked,
  broker: IssuingDependencies,
): Promise<Vended> {
  const ended = await callUnderIntent(issuance, { job, account, remainingMs }, { broker });
  return handOutCredentials(ended, issuance.recordId, broker);
}

/** Records a malformed request too, under the id of its call. */
async function recordUnread(
  { refusal }: Extract<CredentialsReading, { read: false }>,
  { origin, caller, body }: Asked,
  { ledger, strangers, clock, config }: IssuingDependencies,
): Promise<Vended> {
  const record = malformedRequestRecord({
    origin,
    caller,
    delivery: 'caller',
    requester: recogniseRequester(origin, config)?.name,
    claimed: claimedNames(body),
    refusal,
    body: canonicalJson(body),
    nowMs: clock.nowMs(),
  });
  await recordUnlessCounted(record, origin, { ledger, strangers });
  return refused(refusal);
}

function refuseOpened(opened: Exclude<Opened, { opened: 'intended' }>): Vended {
  switch (opened.opened) {
    case 'refused':
      return refused(opened.refusal);
    case 'before':
      return refused(TAKEN);
    default:
      throw new BrokerError('vending.unavailable', 'too little time was left to call STS: no intent was written');
  }
}

/** Only a second delivery of the same call can find a record. */
const TAKEN: Refusal = { reason: 'request.idConflict', explanation: 'this call was answered before; call anew' };

/** Why the recorded request does not allow this call. Undefined when the record is this call's own, and allowed. */
function refusalOf({ decision, delivery, refusal }: RequestRecord): Refusal | undefined {
  if (refusal !== undefined) {
    const { reason, explanation } = refusal;
    if (isRefusalReason(reason)) return { reason, explanation };
    throw new BrokerError('store.itemInvalid', 'a request was refused for no known reason');
  }
  return decision === 'allowed' && delivery === 'caller' ? undefined : TAKEN;
}

function refused(refusal: Refusal): Vended {
  return { vended: false, refusal };
}
