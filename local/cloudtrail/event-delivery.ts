import type { StackClock } from '../clock.ts';
import type { EventEnvelope } from '../eventbridge/event-envelope.ts';
import type { StackIds } from '../ids.ts';
import { createStackAlarm } from '../lambda/stack-alarm.ts';
import type { StackHome } from '../stack-home.ts';
import type { CloudTrailRecord } from './cloudtrail-record.ts';
import type { Trail } from './trail.ts';

/** How records are delivered as events from now on: AWS promises neither a time, nor an order, nor single delivery. */
export type DeliveryPlan = {
  /**
   * One event for each entry, so many milliseconds of the stack's clock after the record: `[0]` at once and once,
   * `[900_000]` a quarter of an hour late, `[0, 0]` twice, `[]` never.
   */
  readonly afterMs: readonly number[];
  /** The order of events that are delivered together: they fell due in one advance or waited for a pause to end. */
  readonly order: 'as recorded' | 'latest first';
  /** Keeps events that fall due until the pause ends. */
  readonly isPaused: boolean;
};

export type EventDelivery = {
  /** Accepts a record; records of another account or region, and those that the trail does not log, are dropped. */
  accept(record: CloudTrailRecord): void;
  /** Changes the given settings and keeps the rest. Accepted records keep their time. */
  plan(changes: Partial<DeliveryPlan>): void;
  /** How many events wait for their time or for the end of a pause. */
  waiting(): number;
  /** How many events are being delivered; waiting events do not count. */
  activity(): number;
  close(): void;
};

export type EventDeliveryDeps = {
  readonly clock: Pick<StackClock, 'nowMs' | 'onAdvance'>;
  readonly ids: Pick<StackIds, 'uuid'>;
  readonly home: StackHome;
  readonly trail: Pick<Trail, 'takes'>;
  /** Puts an event on the account's default bus. */
  readonly publish: (event: EventEnvelope) => Promise<void>;
};

type WaitingEvent = { readonly event: EventEnvelope; readonly dueAtMs: number };

/**
 * Delivers CloudTrail's records as events. EventBridge gets a management event only while a trail logs it, on the
 * default bus of the region of the call
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html).
 */
export function createEventDelivery(deps: EventDeliveryDeps): EventDelivery {
  const { clock, home, trail } = deps;
  let plan: DeliveryPlan = { afterMs: [0], order: 'as recorded', isPaused: false };
  let waiting: readonly WaitingEvent[] = [];
  let delivering = 0;
  let isClosed = false;
  const alarm = createStackAlarm(clock, deliverWhatIsDue);

  function deliverWhatIsDue(): void {
    if (isClosed || plan.isPaused) return;
    const nowMs = clock.nowMs();
    const due = waiting.filter(({ dueAtMs }) => dueAtMs <= nowMs);
    waiting = waiting.filter(({ dueAtMs }) => dueAtMs > nowMs);
    alarm.set(waiting.length === 0 ? undefined : Math.min(...waiting.map(({ dueAtMs }) => dueAtMs)));
    for (const { event } of plan.order === 'latest first' ? due.toReversed() : due) void deliver(event);
  }

  async function deliver(event: EventEnvelope): Promise<void> {
    delivering += 1;
    try {
      await deps.publish(event);
    } finally {
      delivering -= 1;
    }
  }

  return {
    accept(record) {
      const isOurs = record.recipientAccountId === home.accountId && record.awsRegion === home.region;
      if (!isOurs || !trail.takes(record)) return;
      const nowMs = clock.nowMs();
      const events = plan.afterMs.map((afterMs) => ({ event: eventOf(record, deps), dueAtMs: nowMs + afterMs }));
      waiting = [...waiting, ...events];
      deliverWhatIsDue();
    },
    plan(changes) {
      plan = { ...plan, ...changes };
      deliverWhatIsDue();
    },
    waiting: () => waiting.length,
    activity: () => delivering,
    close() {
      isClosed = true;
      alarm.set(undefined);
    },
  };
}

function eventOf(record: CloudTrailRecord, { ids, home }: Pick<EventDeliveryDeps, 'ids' | 'home'>): EventEnvelope {
  const [service = ''] = record.eventSource.split('.');
  return {
    version: '0',
    id: ids.uuid(),
    'detail-type': 'AWS API Call via CloudTrail',
    source: `aws.${service}`,
    account: home.accountId,
    time: record.eventTime,
    region: record.awsRegion,
    resources: [],
    detail: record,
  };
}
