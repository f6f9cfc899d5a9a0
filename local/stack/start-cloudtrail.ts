import type { StackClock } from '../clock.ts';
import type { CloudTrailRecord, RecordCloudTrail } from '../cloudtrail/cloudtrail-record.ts';
import { createCloudTrailService } from '../cloudtrail/cloudtrail-service.ts';
import { createEventDelivery, type DeliveryPlan, type EventDelivery } from '../cloudtrail/event-delivery.ts';
import { createTrail, type TrailState } from '../cloudtrail/trail.ts';
import type { EventBus } from '../eventbridge/event-bus.ts';
import type { Authorize } from '../iam/authorize.ts';
import type { StackIds } from '../ids.ts';
import type { Service } from '../service.ts';
import type { StackHome } from '../stack-home.ts';
import type { Listeners } from './listeners.ts';

/** The controls of CloudTrail for tests and demonstrations. */
export type StackCloudTrail = {
  /** Changes when, how often and in which order records arrive as events on the default bus; see `DeliveryPlan`. */
  planDelivery(changes: Partial<DeliveryPlan>): void;
  /** How many events wait for a later time of the stack's clock or for the end of a pause. */
  waitingEvents(): number;
  /** Sets the state of the account's trail. Only logged records become events; the file of records has everything. */
  setTrail(state: TrailState): void;
  /** Records a call that was never made, as if it had been made. */
  record: RecordCloudTrail;
};

export type StartedCloudTrail = StackCloudTrail &
  Pick<EventDelivery, 'activity' | 'close'> & { readonly service: Service };

/** The trail of the broker's account, and its records on their way to the default bus. */
export function startCloudTrail(deps: {
  readonly clock: StackClock;
  readonly ids: StackIds;
  readonly home: StackHome;
  readonly authorize: Authorize;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly records: Pick<Listeners<CloudTrailRecord>, 'add'>;
  readonly recordCloudTrail: RecordCloudTrail;
}): StartedCloudTrail {
  const trail = createTrail({ homeRegion: deps.home.region, clock: deps.clock });
  const delivery = createEventDelivery({ ...deps, trail, publish: (event) => deps.bus.publish('default', event) });
  deps.records.add(delivery.accept);
  return {
    planDelivery: delivery.plan,
    waitingEvents: delivery.waiting,
    setTrail: trail.set,
    record: deps.recordCloudTrail,
    service: createCloudTrailService({ ...deps, trail }),
    activity: delivery.activity,
    close: delivery.close,
  };
}
