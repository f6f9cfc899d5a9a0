import * as v from 'valibot';
import { assertNever } from '../errors.ts';
import { parseQueueMessage } from '../requests/parse-request.ts';
import type { QueueMessage, QueueMessageReading, RequestOrigin } from '../requests/request.ts';
import type { LetterFacts } from './dead-letter-api.ts';
import type { DeadLetter } from './dead-letter-queue.ts';
import { readJobFailure } from './read-job-failure.ts';

/** A letter that was read: the facts that are shown, and the message that a redrive would send, if there is one. */
export type LetterReading = {
  readonly facts: LetterFacts;
  /** Undefined: the letter holds nothing that the request queue takes. */
  readonly message?: QueueMessage;
};

const scheduledSchema = v.object({
  source: v.literal('aws.events'),
  'detail-type': v.literal('Scheduled Event'),
  time: v.pipe(v.string(), v.isoTimestamp()),
  resources: v.tuple([v.pipe(v.string(), v.regex(/^arn:[!-~]{1,300}:rule\/[\w.-]{1,64}$/))]),
});

/**
 * Reads a letter of one of the three queues. Pure; never throws, whatever the bytes are, and never repeats any of them.
 */
export function readLetter(letter: Pick<DeadLetter, 'queue' | 'body' | 'errorCode' | 'tries'>): LetterReading {
  const { queue, body } = letter;
  if (queue === 'job-failures') return { facts: readJobFailure(body) };
  const told = toldBy(letter);
  const scheduled = readScheduled(body);
  if (scheduled !== undefined) return { facts: { kind: 'schedule', ...scheduled, ...told } };
  const reading = parseQueueMessage(body);
  if (!reading.read) return { facts: illegible(reading, told) };
  return { facts: { ...factsOf(reading.message), ...told }, message: reading.message };
}

type Told = Pick<LetterFacts, 'why' | 'tries'>;

function toldBy({ queue, errorCode, tries }: Pick<DeadLetter, 'queue' | 'errorCode' | 'tries'>): Told {
  const known = tries === undefined ? {} : { tries };
  if (queue === 'requests') return { why: 'the broker gave it up', ...known };
  return { why: errorCode ?? 'EventBridge could not hand it over, and says no code', ...known };
}

function readScheduled(body: string): Pick<LetterFacts, 'schedule' | 'askedAtMs'> | undefined {
  const read = v.safeParse(scheduledSchema, parseJson(body));
  if (!read.success) return undefined;
  const askedAtMs = Date.parse(read.output.time);
  const schedule = read.output.resources[0].replace(/^.*:rule\//, '');
  return Number.isNaN(askedAtMs) ? { schedule } : { schedule, askedAtMs };
}

function illegible(reading: Extract<QueueMessageReading, { read: false }>, { tries }: Told): LetterFacts {
  const { refusal, origin, claimed } = reading;
  return {
    kind: 'illegible',
    ...claimed,
    ...(origin === undefined ? {} : askedBy(origin)),
    why: refusal.reason,
    ...(tries === undefined ? {} : { tries }),
  };
}

function factsOf(message: QueueMessage): Omit<LetterFacts, 'why' | 'tries'> {
  switch (message.kind) {
    case 'request': {
      const { tenantId, job } = message.detail;
      return { kind: 'request', tenantId, job, ...askedBy(message.origin) };
    }
    case 'account':
      return message;
    case 'continue':
      return { kind: 'continue', job: message.issuanceId.replace(/\..*$/, ''), issuanceId: message.issuanceId };
    case 'probe':
      return { kind: 'probe', tenantId: message.tenantId, accountId: message.accountId };
    case 'strangers':
      return { kind: 'strangers', askedAtMs: message.minute.minuteMs };
    default:
      return assertNever(message);
  }
}

function askedBy(origin: RequestOrigin): Pick<LetterFacts, 'from' | 'askedAtMs'> {
  const askedAtMs = origin.timeMs;
  switch (origin.kind) {
    case 'event':
      return { from: origin.source, askedAtMs };
    case 'functionUrl':
      return { from: origin.principalArn, askedAtMs };
    default:
      return { from: `alias ${origin.alias}`, askedAtMs };
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
