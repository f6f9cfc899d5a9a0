import {
  type AskedByCaller,
  conflictRecord,
  malformedRequestRecord,
  type RequestRecord,
  requestRecord,
} from '../ledger/request-record.ts';
import { strangerSourceOf } from '../limits/strangers.ts';
import type { RequestDecision } from '../requests/decide.ts';
import type { QueueMessageReading, RequestDetail, RequestOrigin } from '../requests/request.ts';
import { type Requester, recogniseRequester, UNRECOGNISED } from '../requests/requester.ts';
import type { IssuingDependencies, Message, MessageOutcome } from './broker-dependencies.ts';

type Decided = Partial<AskedByCaller> & {
  readonly origin: RequestOrigin;
  readonly detail: RequestDetail;
  readonly decision: RequestDecision;
  readonly requester: Requester | undefined;
};

/**
 * Records the request with its decision, and gives the record that counts from now on: the first one written under
 * this id. Undefined when that one has another payload, which is recorded as a refusal under an id of its own. Once
 * strangers come in large numbers, their refusals are only counted.
 */
export async function recordRequest(decided: Decided, broker: IssuingDependencies): Promise<RequestRecord | undefined> {
  const wanted = requestRecord({
    ...decided,
    requester: decided.requester?.name,
    brokerAccountId: broker.config.brokerAccountId,
    nowMs: broker.clock.nowMs(),
  });
  if (!(await isRecordedByItself(wanted, decided.origin, broker))) return wanted;
  const { first, record } = await broker.ledger.recordRequest(wanted);
  if (first || record.payloadSha256 === wanted.payloadSha256) return record;
  await broker.ledger.recordRequest(conflictRecord(wanted, record));
  return undefined;
}

/** Records that a malformed message came, and settles it: trying again would not make it any better. */
export async function recordMalformed(
  { refusal, origin, claimed }: Extract<QueueMessageReading, { read: false }>,
  message: Message,
  broker: IssuingDependencies,
): Promise<MessageOutcome> {
  const requester = origin === undefined ? undefined : recogniseRequester(origin, broker.config)?.name;
  const record = malformedRequestRecord({
    origin: origin ?? { kind: 'message', eventId: message.messageId },
    requester,
    claimed,
    refusal,
    body: message.body,
    nowMs: broker.clock.nowMs(),
  });
  await recordUnlessCounted(record, origin, broker);
  return 'settled';
}

/** Records a malformed request, or only counts it where strangers send too many to record each. */
export async function recordUnlessCounted(
  record: RequestRecord,
  origin: RequestOrigin | undefined,
  broker: Pick<IssuingDependencies, 'ledger' | 'strangers'>,
): Promise<void> {
  if (await isRecordedByItself(record, origin, broker)) await broker.ledger.recordRequest(record);
}

/** Known requesters are always recorded. A stranger's second payload under the same id is a request of its own. */
async function isRecordedByItself(
  { requester, recordId, payloadSha256 }: RequestRecord,
  origin: RequestOrigin | undefined,
  { strangers }: Pick<IssuingDependencies, 'strangers'>,
): Promise<boolean> {
  if (requester !== UNRECOGNISED) return true;
  const noted = await strangers.note({ source: strangerSourceOf(origin), id: `${recordId} ${payloadSha256}` });
  return noted === 'record';
}
