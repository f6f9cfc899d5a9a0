import { prefix } from '../../architecture/packaged-access.ts';
import type { FunctionTable, Refusal } from '../function-table.ts';
import {
  actions,
  bus,
  dynamodb,
  functionArn,
  ledger,
  limits,
  ownRole,
  queue,
  readsWhole,
  switches,
  tenantRole,
  tenants,
  touches,
  usualPowers,
  withId,
} from '../resources.ts';
import { sealedFor } from '../sealed-for.ts';

const decoy = ownRole(`${prefix}-decoy`);
const OF_ROLE = ['tenantId', 'record', 'status', 'findings', 'verifiedAtMs', 'version', 'lastChange'];
const OF_TENANT = [
  ...['createdAtMs', 'enabledJobs', 'externalIds', 'importId', 'legacyAccessKeyIds'],
  ...['name', 'notes', 'rotation', 'schedule', 'settings'],
];
const write = { actions: dynamodb('PutItem', 'UpdateItem'), resources: [tenants] };

/** Tries tenants' roles, also as nobody should be able to, and writes what it found. */
export const verifyTrust: FunctionTable = {
  name: 'verify-trust',
  may: [
    ...usualPowers('verify-trust'),
    // Without an external ID too: no probe could tell otherwise.
    { sid: 'ProbeTenantRoles', actions: actions('sts', 'AssumeRole'), resources: [tenantRole], context: withId },
    { sid: 'ProbeTenantRoles', actions: actions('sts', 'AssumeRole'), resources: [tenantRole] },
    { sid: 'AssumeDecoy', actions: actions('sts', 'AssumeRole'), resources: [decoy] },
    { sid: 'MarkTenantSessions', actions: actions('sts', 'TagSession', 'SetSourceIdentity'), resources: [tenantRole] },
    { sid: 'ReadTenants', actions: dynamodb('GetItem', 'Query'), resources: [tenants], context: readsWhole('acme') },
    {
      sid: 'ReadTenants',
      actions: dynamodb('Query'),
      resources: [`${tenants}/index/byVerifySlot`],
      context: touches('slot-000'),
    },
    { sid: 'WriteFindings', actions: dynamodb('PutItem'), resources: [tenants], context: touches('acme', OF_ROLE) },
    {
      sid: 'RecordProbes',
      actions: dynamodb('GetItem', 'PutItem', 'UpdateItem'),
      resources: [ledger],
      context: touches('probe_x'),
    },
    {
      sid: 'KeepItsPlace',
      actions: dynamodb('GetItem', 'PutItem'),
      resources: [limits],
      context: touches('verification', ['counter']),
    },
    { sid: 'OrderProbes', actions: actions('sqs', 'SendMessage'), resources: [queue('requests')] },
    {
      sid: 'TellOfChanges',
      actions: actions('events', 'PutEvents'),
      resources: [bus],
      context: { 'events:source': 'credential-broker', 'events:detail-type': 'TrustChanged' },
    },
  ],
  mustNot: [...tenantRefusals(), ...rowRefusals(), ...otherRefusals()],
  alsoReaches: {
    'answer-audit-query': ['ReadSettings dynamodb:GetItem'],
    'manage-tenants': ['WriteTenants dynamodb:PutItem'],
  },
};

function tenantRefusals(): Refusal[] {
  return [
    ...OF_TENANT.map((attribute) => ({
      because: `${attribute} is for whoever manages tenants`,
      ...write,
      context: touches('acme', [...OF_ROLE, attribute]),
    })),
    {
      because: 'what was found is written whole',
      actions: dynamodb('UpdateItem'),
      resources: [tenants],
      context: touches('acme', OF_ROLE),
    },
    { because: 'whose a role is', ...write, context: touches('binding#external-id#x', OF_ROLE) },
    { because: 'whose a role is, among others', ...write, context: touches(['acme', 'binding#role#x'], OF_ROLE) },
    {
      because: 'it finds tenants by their slot for verification',
      actions: dynamodb('Query'),
      resources: [`${tenants}/index/byStatus`, `${tenants}/index/bySlot`],
      context: touches('active'),
    },
  ];
}

function rowRefusals(): Refusal[] {
  const rows = { actions: dynamodb('GetItem', 'PutItem', 'UpdateItem'), resources: [ledger] };
  const place = { actions: dynamodb('GetItem', 'PutItem'), resources: [limits] };
  return [
    ...['scan-account.x', 'req_x', 'seen_x', 'pointer_x'].map((key) => ({
      because: `${key} is no probe`,
      ...rows,
      context: touches(key),
    })),
    { because: 'no key', ...rows, context: touches([]) },
    { because: 'a probe among others', ...rows, context: touches(['probe_x', 'req_x']) },
    { because: 'no key of a limit', ...place, context: touches([]) },
    { because: 'what others count', ...place, context: touches('breaker#sts') },
    {
      because: 'its place is not updated in parts, nor are probes sought',
      actions: dynamodb('UpdateItem', 'Query'),
      resources: [limits],
      context: touches('verification'),
    },
    {
      because: 'probes are read by key',
      actions: dynamodb('Query', 'BatchGetItem'),
      resources: [ledger, `${ledger}/index/due`],
      context: touches('probe_x'),
    },
    {
      because: 'switches are not its business',
      actions: dynamodb('GetItem', 'BatchGetItem', 'PutItem'),
      resources: [switches],
      context: touches('global'),
    },
  ];
}

function otherRefusals(): Refusal[] {
  const tell = { actions: actions('events', 'PutEvents'), resources: [bus] };
  return [
    { because: 'the decoy is not marked', actions: actions('sts', 'TagSession'), resources: [decoy] },
    {
      because: 'of our own roles only the decoy',
      actions: actions('sts', 'AssumeRole'),
      resources: [ownRole(`${prefix}-issue-credentials`)],
      context: withId,
    },
    {
      because: 'of our own roles only the decoy, by ARN alone',
      actions: actions('sts', 'AssumeRole'),
      resources: [ownRole(`${prefix}-issue-credentials`)],
      resourceAccountId: '222222222222',
    },
    {
      because: 'the decoy is in the home region',
      actions: actions('sts', 'AssumeRole'),
      resources: [decoy],
      region: 'us-east-1',
    },
    {
      because: 'it seals and opens nothing',
      actions: actions('kms', 'GenerateDataKey', 'Decrypt'),
      resources: ['key:envelopes'],
      context: sealedFor('scan-account'),
    },
    {
      because: 'it invokes nothing',
      actions: actions('lambda', 'InvokeFunction'),
      resources: ['scan-account', 'process-logs', 'issue-credentials'].map(functionArn),
    },
    {
      because: 'it puts on one queue and takes from none',
      actions: actions('sqs', 'ReceiveMessage', 'DeleteMessage'),
      resources: [queue('requests')],
    },
    {
      because: 'other queues are others’',
      actions: actions('sqs', 'SendMessage'),
      resources: ['requests-dlq', 'job-failures', 'observations'].map(queue),
    },
    { because: 'as nobody', ...tell, context: { 'events:detail-type': 'TrustChanged' } },
    {
      because: 'as a service',
      ...tell,
      context: { 'events:source': 'com.example.scans', 'events:detail-type': 'TrustChanged' },
    },
  ];
}
