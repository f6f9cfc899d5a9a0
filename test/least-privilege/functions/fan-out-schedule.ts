import type { FunctionTable } from '../function-table.ts';
import {
  actions,
  bus,
  dynamodb,
  functionArn,
  ledger,
  limits,
  queue,
  readsWhole,
  switches,
  tenantRole,
  tenants,
  touches,
  usualPowers,
  withId,
} from '../resources.ts';

const SOURCE = 'credential-broker.schedule.monthly-scans';
const put = { actions: actions('events', 'PutEvents'), resources: [bus] };
const keep = { actions: dynamodb('GetItem', 'PutItem'), resources: [limits] };

/** Finds tenants by slot, keeps its place and asks as a schedule: everything else is denied. */
export const fanOutSchedule: FunctionTable = {
  name: 'fan-out-schedule',
  may: [
    ...usualPowers('fan-out-schedule'),
    {
      sid: 'FindTenantsBySlot',
      actions: dynamodb('Query'),
      resources: [`${tenants}/index/bySlot`],
      context: touches('slot-000'),
    },
    { sid: 'ReadSwitches', actions: dynamodb('BatchGetItem'), resources: [switches], context: readsWhole('global') },
    { sid: 'KeepWindows', ...keep, context: touches('schedule#nightly') },
    { sid: 'KeepWindows', ...keep, context: touches('window#nightly#2031-05-07T03:00:00Z') },
    { sid: 'AskAsSchedules', ...put, context: { 'events:source': SOURCE, 'events:detail-type': 'RunJob' } },
  ],
  mustNot: [
    ...['breaker#sts', 'rate#tenant#acme', 'verification', 'correlation'].map((key) => ({
      because: `${key} is counted by others`,
      ...keep,
      context: touches(key),
    })),
    { because: 'no key', ...keep, context: touches([]) },
    { because: 'one of its own among others', ...keep, context: touches(['schedule#nightly', 'breaker#sts']) },
    {
      because: 'its place is written whole',
      actions: dynamodb('UpdateItem', 'Query'),
      resources: [limits],
      context: touches('schedule#x'),
    },
    ...['com.example.scans', 'credential-broker'].map((source) => ({
      because: `never as ${source}`,
      ...put,
      context: { 'events:source': source, 'events:detail-type': 'RunJob' },
    })),
    { because: 'nor as nobody', ...put, context: { 'events:detail-type': 'RunJob' } },
    {
      because: 'it tells nothing, it asks',
      ...put,
      context: { 'events:source': SOURCE, 'events:detail-type': 'TrustBroken' },
    },
    {
      because: 'on this bus alone',
      ...put,
      resources: [bus.replace(/event-bus.*/, 'event-bus/default')],
      context: { 'events:source': SOURCE, 'events:detail-type': 'RunJob' },
    },
    {
      because: 'a tenant’s item has its external IDs',
      actions: dynamodb('GetItem', 'Query', 'PutItem', 'UpdateItem'),
      resources: [tenants],
      context: touches('acme'),
    },
    {
      because: 'it finds by slot alone',
      actions: dynamodb('Query'),
      resources: [`${tenants}/index/byStatus`, `${tenants}/index/byVerifySlot`, `${ledger}/index/due`],
      context: touches('x'),
    },
    {
      because: 'no record is its to see',
      actions: dynamodb('GetItem', 'PutItem', 'UpdateItem', 'Query'),
      resources: [ledger],
      context: touches('req_x'),
    },
    {
      because: 'switches are for others to turn',
      actions: dynamodb('PutItem', 'UpdateItem'),
      resources: [switches],
      context: touches('global'),
    },
    {
      because: 'it enters no account',
      actions: actions('sts', 'AssumeRole'),
      resources: [tenantRole],
      context: withId,
    },
    {
      because: 'it starts nothing but by the bus',
      actions: actions('lambda', 'InvokeFunction'),
      resources: ['scan-account', 'issue-credentials'].map(functionArn),
    },
    { because: 'nor by the queue', actions: actions('sqs', 'SendMessage'), resources: [queue('requests')] },
  ],
  alsoReaches: {
    'manage-tenants': ['ReadLimits dynamodb:GetItem'],
  },
};
