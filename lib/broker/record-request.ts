import {
  type AskedByCaller,
  conflictRecord,
  illegibleRequestRecord,
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
 * Writes the request down, decision and all, and gives what counts from now on: what was written first. Undefined when
 * the id was taken by a request with another payload; that is a refusal with a record of its own. Of strangers who come
 * in numbers, the refusal is only counted.
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

/** Records that something came which could not be read, and lets the message go: it would never become legible. */
export async function recordIllegible(
  { refusal, origin, claimed }: Extract<QueueMessageReading, { read: false }>,
  message: Message,
  broker: IssuingDependencies,
): Promise<MessageOutcome> {
  const requester = origin === undefined ? undefined : recogniseRequester(origin, broker.config)?.name;
  const record = illegibleRequestRecord({
    origin: origin ?? { kind: 'message', eventId: message.messageId },
    requester,
    claimed,
    refusal,
    body: message.body,
    nowMs: broker.clock.nowMs(),
  });
  await recordIllegibleOnce(record, origin, broker);
  return 'settled';
}

/** Writes down what could not be read; of strangers who come in numbers it is only counted. */
export async function recordIllegibleOnce(
  record: RequestRecord,
  origin: RequestOrigin | undefined,
  broker: Pick<IssuingDependencies, 'ledger' | 'strangers'>,
): Promise<void> {
  if (await isRecordedByItself(record, origin, broker)) await broker.ledger.recordRequest(record);
}

/** Whoever we know is always recorded. A stranger's second payload under the same id is a request of its own. */
async function isRecordedByItself(
  { requester, recordId, payloadSha256 }: RequestRecord,
  origin: RequestOrigin | undefined,
  { strangers }: Pick<IssuingDependencies, 'strangers'>,
): Promise<boolean> {
  if (requester !== UNRECOGNISED) return true;
  const noted = await strangers.note({ source: strangerSourceOf(origin), id: `${recordId} ${payloadSha256}` });
  return noted === 'record';
}
