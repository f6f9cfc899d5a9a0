import * as v from 'valibot';
import type { Clock } from '../platform/clock.ts';
import type { RouteAnswer, RouteCall, RouteTable } from '../platform/url-routes.ts';
import { readFields } from '../requests/read-fields.ts';
import type { Refusal } from '../requests/request.ts';
import { DEAD_LETTER_QUEUES, type DeadLetterRoutes } from './dead-letter-api.ts';
import type { DeadLetterOperations } from './dead-letter-operations.ts';

const MOST_LISTED = 100;
const LISTED = 50;
/** The time that an invocation must keep to release letters and to answer. */
const ANSWER_MS = 8_000;
/** Less than the time for which the caller waits for an answer. */
const LONGEST_MS = 20_000;

const messageId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,100}$/, 'expected the id of a message'));
const queue = v.picklist(DEAD_LETTER_QUEUES);

const listQuery = v.strictObject({
  queue: v.exactOptional(queue),
  limit: v.exactOptional(
    v.pipe(v.string(), v.regex(/^(?:[1-9]\d?|100)$/, `expected a whole number from 1 to ${MOST_LISTED}`)),
  ),
});
const showParams = v.strictObject({ messageId });
const redriveBody = v.strictObject({
  queue: v.exactOptional(queue),
  messageIds: v.exactOptional(v.pipe(v.array(messageId), v.minLength(1), v.maxLength(100))),
  max: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
});

/** The routes of `manage-dead-letters`. */
export function deadLetterRoutes({
  operations,
  clock,
}: {
  readonly operations: DeadLetterOperations;
  readonly clock: Clock;
}): RouteTable {
  const timeOf = ({ remainingMs }: RouteCall) => ({
    untilMs: clock.nowMs() + Math.min(LONGEST_MS, remainingMs() - ANSWER_MS),
  });
  const routes: Record<keyof DeadLetterRoutes, RouteTable[string]> = {
    'GET /dead-letters': {
      async handle(call): Promise<RouteAnswer> {
        const asked = readFields(listQuery, { what: 'the query', input: call.query });
        if (!asked.read) return refused(asked.refusal);
        const { queue: name, limit = LISTED } = asked.fields;
        return { status: 200, answer: await operations.list({ queue: name, limit: Number(limit), ...timeOf(call) }) };
      },
    },
    'GET /dead-letters/:messageId': {
      async handle(call): Promise<RouteAnswer> {
        const asked = readFields(showParams, { what: 'the address', input: call.params });
        if (!asked.read) return refused(asked.refusal);
        const found = await operations.find(asked.fields.messageId, timeOf(call));
        if (found !== undefined) return { status: 200, answer: found };
        const explanation = 'there is no such letter, or somebody has it in hand: look again in two minutes';
        return { refused: 'letter.unknown', explanation };
      },
    },
    'POST /dead-letters/redrive': {
      async handle(call): Promise<RouteAnswer> {
        const asked = readFields(redriveBody, { what: 'the body', input: call.body ?? {} });
        if (!asked.read) return refused(asked.refusal);
        return { status: 200, answer: await operations.redrive(asked.fields, timeOf(call)) };
      },
    },
  };
  return routes;
}

function refused({ reason, explanation }: Refusal): RouteAnswer {
  return { refused: reason, explanation };
}
