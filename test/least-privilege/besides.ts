import { OWN, region, TENANT } from '../architecture/packaged-access.ts';
import { type Power, type Question, questionsOf, type Refusal } from './function-table.ts';
import { bus, functionArn, logStream, queue, table } from './resources.ts';

/** For each service: a resource that is nobody's, and what nobody may do even to their own. */
const NOBODYS: Readonly<Record<string, { readonly resource: string; readonly action: string }>> = {
  cloudtrail: { resource: `arn:aws:cloudtrail:${region}:${OWN}:eventdatastore/x`, action: 'StopLogging' },
  dynamodb: { resource: table('another'), action: 'DeleteTable' },
  events: { resource: bus.replace(/event-bus.*/, 'event-bus/another'), action: 'DeleteEventBus' },
  kms: { resource: `arn:aws:kms:${region}:${OWN}:key/another`, action: 'ScheduleKeyDeletion' },
  lambda: { resource: functionArn('another'), action: 'DeleteFunction' },
  logs: { resource: logStream('another'), action: 'DeleteLogStream' },
  s3: { resource: 'arn:aws:s3:::another/x', action: 'DeleteBucket' },
  sqs: { resource: queue('another'), action: 'PurgeQueue' },
  sts: { resource: `arn:aws:iam::${TENANT}:role/admin`, action: 'GetFederationToken' },
};

/** Next to each power: the same with a resource of nobody's, and something else with the same resource. */
export function besides(may: readonly Power[]): Refusal[] {
  return may.flatMap((power) => {
    const [{ action, context } = { action: '', context: {} }] = questionsOf(power);
    const service = action.split(':')[0] ?? '';
    const unowned = NOBODYS[service];
    if (unowned === undefined) throw new Error(`nothing is said of ${service}`);
    const asked: Pick<Question, 'context'> = context === undefined ? {} : { context };
    const elsewhere = power.resources.includes('*') ? [] : power.actions;
    return [
      {
        because: `${power.sid} is for its resources alone`,
        actions: elsewhere,
        resources: [unowned.resource],
        ...asked,
      },
      {
        because: `${power.sid} is for its actions alone`,
        actions: [`${service}:${unowned.action}`],
        resources: power.resources,
        ...asked,
      },
    ];
  });
}
