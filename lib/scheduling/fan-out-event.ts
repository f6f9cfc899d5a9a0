import * as v from 'valibot';
import { BrokerError } from '../errors.ts';

/** What `fan-out-schedule` is invoked with. */
export type FanOutEvent =
  /** Each minute: go on with every window that is open. */
  | { readonly kind: 'tick' }
  /** The rule of a schedule fired. */
  | { readonly kind: 'scheduled'; readonly schedule: string; readonly startMs: number }
  /** An operator wants it now; `by` is the ARN of the principal. */
  | { readonly kind: 'runNow'; readonly schedule: string; readonly by: string };

const own = v.variant('kind', [
  v.strictObject({ kind: v.literal('tick') }),
  v.strictObject({
    kind: v.literal('runNow'),
    schedule: v.pipe(v.string(), v.minLength(1)),
    by: v.pipe(v.string(), v.minLength(1)),
  }),
]);

/** Source: EventBridge User Guide, "Creating a rule that runs on a schedule": the rule is the one resource. */
const scheduledEvent = v.object({
  source: v.literal('aws.events'),
  'detail-type': v.literal('Scheduled Event'),
  time: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)),
  resources: v.strictTuple([v.string()]),
});

/**
 * @throws request.malformed for anything else. `ruleNamePrefix` is what the rules' names have before the schedule's.
 */
export function readFanOutEvent(event: unknown, { ruleNamePrefix }: { readonly ruleNamePrefix: string }): FanOutEvent {
  if (v.is(own, event)) return event;
  const read = v.safeParse(scheduledEvent, event);
  if (read.success) {
    const [rule] = read.output.resources;
    const name = rule.slice(rule.lastIndexOf('/') + 1);
    const startMs = Date.parse(read.output.time);
    if (name.startsWith(ruleNamePrefix) && Number.isSafeInteger(startMs)) {
      return { kind: 'scheduled', schedule: name.slice(ruleNamePrefix.length), startMs };
    }
  }
  throw new BrokerError('request.malformed', 'this is no tick, no event of a schedule and no run by hand');
}
