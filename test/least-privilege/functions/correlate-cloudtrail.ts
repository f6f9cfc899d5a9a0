import { ANNOUNCING_ATTRIBUTES } from '../../../lib/audit/correlation/announcing-record.ts';
import type { FunctionTable, Refusal } from '../function-table.ts';
import {
  actions,
  bus,
  dynamodb,
  functionArn,
  ledger,
  limits,
  projects,
  queue,
  readsWhole,
  switches,
  tenantRole,
  tenants,
  touches,
  trail,
  usualPowers,
  withId,
} from '../resources.ts';

const INDEXES = ['due', 'byStsRequest', 'byAccount', 'byDay'].map((index) => `${ledger}/index/${index}`);
const observe = { actions: dynamodb('GetItem', 'PutItem'), resources: [ledger] };
const keep = { actions: dynamodb('GetItem', 'PutItem'), resources: [limits] };
const read = { actions: dynamodb('GetItem'), resources: [ledger] };
const tell = { actions: actions('events', 'PutEvents'), resources: [bus] };

/** Reads what was announced, writes what CloudTrail showed, and tells: it changes nothing of an issuance. */
export const correlateCloudtrail: FunctionTable = {
  name: 'correlate-cloudtrail',
  may: [
    ...usualPowers('correlate-cloudtrail'),
    { sid: 'ReadWhatWasAnnounced', ...read, context: projects('scan-account.x', ANNOUNCING_ATTRIBUTES) },
    { sid: 'FindRecords', actions: dynamodb('Query'), resources: INDEXES, context: touches('x') },
    { sid: 'WriteObservations', ...observe, context: touches('seen_x', ['recordId', 'call']) },
    ...['correlation', 'missing#scan-account.x.1'].map((key) => ({
      sid: 'KeepItsPlace',
      ...keep,
      context: touches(key, ['counter']),
    })),
    {
      sid: 'KeepWhatWaits',
      actions: actions('sqs', 'SendMessage', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'),
      resources: [queue('observations')],
    },
    ...['DeniedCallStray', 'SessionMissing', 'SessionStray', 'TrailSilent', 'TrailUnfit'].map((detailType) => ({
      sid: 'TellOfStrays',
      ...tell,
      context: { 'events:source': 'credential-broker', 'events:detail-type': detailType },
    })),
    { sid: 'ListTrails', actions: actions('cloudtrail', 'DescribeTrails'), resources: ['*'] },
    {
      sid: 'LookAtTrails',
      actions: actions('cloudtrail', 'GetTrailStatus', 'GetEventSelectors'),
      resources: [trail(), trail('us-east-1', '222222222222')],
    },
  ],
  mustNot: [...ledgerRefusals(), ...otherRefusals()],
  alsoReaches: {
    'answer-audit-query': ['FindRecords dynamodb:Query', 'ReadHowFarCloudTrailWas dynamodb:GetItem'],
    'sweep-issuances': ['FindDueIssuances dynamodb:Query'],
  },
};

function ledgerRefusals(): Refusal[] {
  return [
    ...['ticket', 'input', 'report', 'claim'].map((attribute) => ({
      because: `${attribute} announces nothing`,
      ...read,
      context: projects('scan-account.x', ['recordId', attribute]),
    })),
    { because: 'a whole row has its ticket', ...read, context: readsWhole('scan-account.x') },
    { because: 'nor may the attributes stay unsaid', ...read, context: projects('scan-account.x', []) },
    ...['scan-account.x', 'probe_x', 'req_x', 'pointer_x'].map((key) => ({
      because: `${key} is no observation`,
      actions: dynamodb('PutItem', 'UpdateItem'),
      resources: [ledger],
      context: touches(key),
    })),
    { because: 'no key', ...observe, context: touches([]) },
    { because: 'one of its own among others', ...observe, context: touches(['seen_x', 'req_x']) },
    {
      because: 'an observation stays as it was written',
      actions: dynamodb('UpdateItem', 'DeleteItem', 'Query', 'BatchGetItem'),
      resources: [ledger],
      context: touches('seen_x'),
    },
    {
      because: 'it does not look by tenant',
      actions: dynamodb('Query'),
      resources: ['byTenant', 'byException', 'byAccessKey'].map((index) => `${ledger}/index/${index}`),
      context: touches('x'),
    },
  ];
}

function otherRefusals(): Refusal[] {
  return [
    ...['breaker#sts', 'verification', 'schedule#x'].map((key) => ({
      because: `${key} is counted by others`,
      ...keep,
      context: touches(key),
    })),
    { because: 'no key of a limit', ...keep, context: touches([]) },
    {
      because: 'its place is written whole',
      actions: dynamodb('UpdateItem', 'Query'),
      resources: [limits],
      context: touches('correlation'),
    },
    {
      because: 'it knows no tenant and no switch',
      actions: dynamodb('GetItem', 'Query', 'BatchGetItem', 'PutItem'),
      resources: [tenants, switches],
      context: touches('acme'),
    },
    { because: 'as nobody', ...tell, context: { 'events:detail-type': 'SessionStray' } },
    {
      because: 'as a service',
      ...tell,
      context: { 'events:source': 'com.example.scans', 'events:detail-type': 'SessionStray' },
    },
    {
      because: 'on this bus alone',
      ...tell,
      resources: [bus.replace(/event-bus.*/, 'event-bus/default')],
      context: { 'events:source': 'credential-broker', 'events:detail-type': 'SessionStray' },
    },
    {
      because: 'it asks for no job',
      actions: actions('sqs', 'SendMessage', 'ReceiveMessage'),
      resources: [queue('requests')],
    },
    {
      because: 'its queue is not emptied unread',
      actions: actions('sqs', 'ChangeMessageVisibility'),
      resources: [queue('observations')],
    },
    {
      because: 'it enters no account',
      actions: actions('sts', 'AssumeRole', 'TagSession'),
      resources: [tenantRole],
      context: withId,
    },
    {
      because: 'it starts nothing',
      actions: actions('lambda', 'InvokeFunction'),
      resources: [functionArn('scan-account')],
    },
    {
      because: 'trails alone, not what is stored of them',
      actions: actions('cloudtrail', 'GetTrailStatus', 'GetEventSelectors', 'GetQueryResults'),
      resources: [trail().replace(':trail/', ':eventdatastore/')],
    },
  ];
}
