import * as v from 'valibot';
import { strangerSourceSchema } from '../limits/strangers.ts';

/** Of a request on demand: the id is Lambda's, the time that of the function that took the request. */
const invocation = {
  requestId: v.pipe(v.string(), v.regex(/^[!-~]{1,128}$/)),
  timeMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
};
const onDemandOriginSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('functionUrl'),
    account: v.pipe(v.string(), v.regex(/^\d{12}$/)),
    principalArn: v.pipe(v.string(), v.regex(/^arn:[!-~]{1,2000}$/)),
    ...invocation,
  }),
  v.strictObject({
    kind: v.literal('invoke'),
    alias: v.pipe(v.string(), v.regex(/^(?:\$LATEST|[\w-]{1,128})$/)),
    ...invocation,
  }),
]);

/**
 * What the broker's own functions put on the request queue. An event cannot take this shape, because EventBridge writes
 * its top level.
 */
export const brokerRecordSchema = v.variant('brokerRecord', [
  v.strictObject({
    brokerRecord: v.literal('account'),
    requestId: v.pipe(v.string(), v.regex(/^req_[a-z2-7]{32}$/)),
    accountId: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  }),
  v.strictObject({
    brokerRecord: v.literal('continue'),
    issuanceId: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,24}\.[a-z2-7]{32}$/)),
    trailHead: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  }),
  v.strictObject({
    brokerRecord: v.literal('strangers'),
    minute: v.strictObject({
      source: strangerSourceSchema,
      minuteMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.multipleOf(60_000)),
    }),
  }),
  v.strictObject({ brokerRecord: v.literal('onDemand'), origin: onDemandOriginSchema, detail: v.unknown() }),
  v.strictObject({
    brokerRecord: v.literal('probe'),
    probeId: v.pipe(v.string(), v.regex(/^probe_[a-z2-7]{32}$/)),
    tenantId: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/)),
    accountId: v.pipe(v.string(), v.regex(/^\d{12}$/)),
    roleArn: v.pipe(v.string(), v.regex(/^arn:[!-~]{1,2000}$/)),
    /** Absent in a dedicated deployment, which has no external IDs. */
    externalIdSha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  }),
]);

export type BrokerRecord = v.InferOutput<typeof brokerRecordSchema>;

/** The body of the queue message for a record; `parseQueueMessage` reads it. */
export function brokerRecordBody(record: BrokerRecord): string {
  return JSON.stringify(record);
}
