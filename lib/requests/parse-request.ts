import * as v from 'valibot';
import { assertNever, type RefusalReason } from '../errors.ts';
import { type BrokerRecord, brokerRecordSchema } from './broker-record.ts';
import { JSON_LIMITS } from './json-limits.ts';
import { parseDetail } from './parse-detail.ts';
import { quoted } from './quoted.ts';
import type { ClaimedNames, QueueMessageReading, RequestOrigin } from './request.ts';

/** For text that is recorded unchanged: half of a surrogate pair would make a line of the archive unreadable. */
const wellFormed = v.check((text: string) => text.isWellFormed());

/**
 * The envelope that EventBridge writes around a detail. Source: EventBridge User Guide, "Event structure reference".
 */
const envelopeSchema = v.object({
  version: v.literal('0'),
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(128), wellFormed),
  'detail-type': v.string(),
  source: v.pipe(v.string(), v.minLength(1), v.maxLength(256), wellFormed),
  account: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  // The form alone is not enough: `…T07:08:09+05` has it, and is no time to `Date`.
  time: v.pipe(
    v.string(),
    v.isoTimestamp(),
    v.check((time) => !Number.isNaN(Date.parse(time))),
  ),
  'replay-name': v.optional(v.pipe(v.string(), wellFormed)),
  detail: v.unknown(),
});

const EXPECTED = 'expected an EventBridge event with detail-type RunJob';

/** Parses the body of a queue message. Pure; never throws, whatever the bytes. */
export function parseQueueMessage(body: string): QueueMessageReading {
  const bytes = Buffer.byteLength(body, 'utf8');
  if (bytes > JSON_LIMITS.bytes) {
    return unread('request.tooLarge', `the message has ${bytes} bytes; the limit is ${JSON_LIMITS.bytes}`);
  }
  const json = parseJson(body);
  if (!json.parsed) return unread('request.malformed', `${json.problem}; ${EXPECTED}`);
  const record = v.safeParse(brokerRecordSchema, json.value);
  if (record.success) return readBrokerRecord(record.output);
  const envelope = v.safeParse(envelopeSchema, json.value);
  if (!envelope.success) {
    const [issue] = envelope.issues;
    return unread('request.malformed', `${EXPECTED}; wrong at ${v.getDotPath(issue) ?? 'the top level'}`);
  }
  return readEvent(envelope.output);
}

function readEvent(event: v.InferOutput<typeof envelopeSchema>): QueueMessageReading {
  const origin: RequestOrigin = {
    kind: 'event',
    account: event.account,
    source: event.source,
    eventId: event.id,
    timeMs: Date.parse(event.time),
    ...(event['replay-name'] === undefined ? {} : { replayName: event['replay-name'] }),
  };
  if (event['detail-type'] !== 'RunJob') {
    const refusal = {
      reason: 'request.malformed',
      explanation: `detail-type ${quoted(event['detail-type'])}; ${EXPECTED}`,
    } as const;
    return { read: false, refusal, origin, claimed: claimedNames(event.detail) };
  }
  return readRequest(origin, event.detail);
}

function readRequest(origin: RequestOrigin, detail: unknown): QueueMessageReading {
  const reading = parseDetail(detail);
  if (reading.read) return { read: true, message: { kind: 'request', origin, detail: reading.detail } };
  return { read: false, refusal: reading.refusal, origin, claimed: claimedNames(detail) };
}

function readBrokerRecord(record: BrokerRecord): QueueMessageReading {
  switch (record.brokerRecord) {
    case 'account':
      return { read: true, message: { kind: 'account', requestId: record.requestId, accountId: record.accountId } };
    case 'continue':
      return {
        read: true,
        message: { kind: 'continue', issuanceId: record.issuanceId, trailHead: record.trailHead },
      };
    case 'onDemand':
      return readRequest(record.origin, record.detail);
    case 'probe': {
      const { brokerRecord: _, ...order } = record;
      return { read: true, message: { kind: 'probe', ...order } };
    }
    case 'strangers':
      return { read: true, message: { kind: 'strangers', minute: record.minute } };
    default:
      return assertNever(record);
  }
}

/** The tenant and job that a detail claims, where each has the right form. For the audit only. */
export function claimedNames(detail: unknown): ClaimedNames {
  const read = v.safeParse(
    v.object({
      tenantId: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,63}$/))), undefined),
      job: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,24}$/))), undefined),
    }),
    detail,
  );
  if (!read.success) return {};
  const { tenantId, job } = read.output;
  return { ...(tenantId === undefined ? {} : { tenantId }), ...(job === undefined ? {} : { job }) };
}

type JsonReading =
  | { readonly parsed: true; readonly value: unknown }
  | { readonly parsed: false; readonly problem: string };

function parseJson(body: string): JsonReading {
  try {
    return { parsed: true, value: JSON.parse(body) };
  } catch (error) {
    // The parser's message quotes the text, which may be anything: only the position is taken from it.
    const position = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
    return { parsed: false, problem: position === undefined ? 'not JSON' : `not JSON (at character ${position})` };
  }
}

function unread(reason: RefusalReason, explanation: string): QueueMessageReading {
  return { read: false, refusal: { reason, explanation }, claimed: {} };
}
