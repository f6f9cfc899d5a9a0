import * as v from 'valibot';
import { createBoundedCounter, type Tally } from '../../../lib/audit/log-files/bounded-counter.ts';
import { MalformedLog } from '../../../lib/audit/log-files/malformed-log.ts';

/** What the counts need of a CloudTrail record. Source: CloudTrail User Guide, "CloudTrail record contents". */
const eventSchema = v.object({
  eventSource: v.pipe(v.string(), v.nonEmpty()),
  errorCode: v.nullish(v.string()),
  userIdentity: v.nullish(v.object({ arn: v.nullish(v.string()), type: v.nullish(v.string()) })),
});

export type EventCounts = {
  /** Counts one record. @throws MalformedLog when it is not CloudTrail's. */
  add(record: unknown, offset: number): void;
  total(): number;
  /** The `size` largest of each kind. */
  largest(size: number): EventTallies;
};

export type EventTallies = {
  /** By `eventSource`. */
  readonly services: Tally;
  /** By `errorCode`, of the events that have one. */
  readonly errors: Tally;
  /** By the ARN of `userIdentity`, or its type where it has none, as the calls of AWS services. */
  readonly principals: Tally;
};

/** Counts events by service, by error and by who caused them. */
export function createEventCounts(): EventCounts {
  let total = 0;
  const services = createBoundedCounter();
  const errors = createBoundedCounter();
  const principals = createBoundedCounter();
  return {
    add(record, offset) {
      const read = v.safeParse(eventSchema, record);
      if (!read.success) throw new MalformedLog('record.notAnEvent', offset);
      const { eventSource, errorCode, userIdentity } = read.output;
      total += 1;
      services.count(eventSource);
      if (typeof errorCode === 'string') errors.count(errorCode);
      principals.count(userIdentity?.arn ?? userIdentity?.type ?? 'unknown');
    },
    total: () => total,
    largest: (size) => ({
      services: services.largest(size),
      errors: errors.largest(size),
      principals: principals.largest(size),
    }),
  };
}
