import { withAccessDeniedException } from '../access-denied-exception.ts';
import type { StackClock } from '../clock.ts';
import type { Authorize } from '../iam/authorize.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { StackIds } from '../ids.ts';
import { parseInput } from '../parse-input.ts';
import { type Service, type ServiceAnswer, type ServiceCall, ServiceError, serviceOf } from '../service.ts';
import { arnAt, type StackHome } from '../stack-home.ts';
import type { EventBus } from './event-bus.ts';
import { type EventEnvelope, eventTime } from './event-envelope.ts';
import { checkEntry, type EntryError, entryBytes, type PutEventsEntry, putEventsInput } from './put-events-entry.ts';

export type EventBusServiceDeps = {
  readonly bus: EventBus;
  /** The resource policy of a bus; undefined for a bus that has none or does not exist. */
  readonly busPolicy: (busName: string) => PolicyDocument | undefined;
  readonly authorize: Authorize;
  readonly clock: Pick<StackClock, 'nowMs'>;
  readonly ids: Pick<StackIds, 'uuid'>;
  readonly home: StackHome;
};

const SMALLEST_TOO_LARGE_BYTES = 1_048_576;

/** EventBridge's `PutEvents`: checks who may put what on which bus, stamps as AWS does, and answers entry by entry. */
export function createEventBusService(deps: EventBusServiceDeps): Service {
  const guarded = { ...deps, authorize: withAccessDeniedException(deps.authorize) };
  return serviceOf({ PutEvents: (call) => putEvents(guarded, call) });
}

async function putEvents(deps: EventBusServiceDeps, call: ServiceCall): Promise<ServiceAnswer> {
  const { Entries } = parseInput(putEventsInput, call.input);
  for (const entry of Entries) authorizeEntry(deps, call, entry);
  if (Entries.reduce((sum, entry) => sum + entryBytes(entry), 0) >= SMALLEST_TOO_LARGE_BYTES) {
    throw new ServiceError('ValidationException', 400, 'Total size of the entries in the request is over the limit.');
  }
  const results = await Promise.all(Entries.map((entry) => putEntry(deps, call, entry)));
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
}

/** One entry that is not allowed fails the whole call, as on AWS. */
function authorizeEntry(deps: EventBusServiceDeps, call: ServiceCall, entry: PutEventsEntry): void {
  const resourcePolicy = isOurs(deps.home, entry.EventBusName) ? deps.busPolicy(busNameOf(entry)) : undefined;
  deps.authorize({
    caller: call.caller,
    region: call.region,
    sourceIp: call.sourceIp,
    action: 'events:PutEvents',
    resource: busArn(deps.home, entry.EventBusName),
    resourceAccountId: busArn(deps.home, entry.EventBusName).split(':')[4] ?? '',
    ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
    context: {
      'events:eventBusInvocation': 'false',
      ...(entry.Source === undefined ? {} : { 'events:source': entry.Source }),
      ...(entry.DetailType === undefined ? {} : { 'events:detail-type': entry.DetailType }),
    },
  });
}

async function putEntry(
  deps: EventBusServiceDeps,
  call: ServiceCall,
  entry: PutEventsEntry,
): Promise<EntryError | { EventId: string }> {
  const checked = checkEntry(entry);
  if (!checked.ok) return checked.error;
  const event: EventEnvelope = {
    version: '0',
    id: deps.ids.uuid(),
    'detail-type': checked.detailType,
    source: checked.source,
    account: call.caller.accountId,
    time: eventTime(checked.timeMs ?? deps.clock.nowMs()),
    region: deps.home.region,
    resources: entry.Resources,
    detail: checked.detail,
  };
  await deps.bus.publish(isOurs(deps.home, entry.EventBusName) ? busNameOf(entry) : entry.EventBusName, event);
  return { EventId: event.id };
}

/** `EventBusName` takes a name or an ARN; a name means a bus of the stack's own account. */
function busArn(home: StackHome, nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : arnAt(home, 'events', `event-bus/${nameOrArn}`);
}

function isOurs(home: StackHome, nameOrArn: string): boolean {
  return busArn(home, nameOrArn).startsWith(arnAt(home, 'events', 'event-bus/'));
}

function busNameOf(entry: PutEventsEntry): string {
  return entry.EventBusName.split('/').at(-1) ?? '';
}
