import { AUDITED_ATTRIBUTES } from '../../../lib/audit/questions/ledger-attributes.ts';
import type { FunctionTable, Refusal } from '../function-table.ts';
import {
  actions,
  archive,
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
  usualPowers,
  withId,
} from '../resources.ts';

const INDEXES = ['byTenant', 'byAccount', 'byDay', 'byException', 'byAccessKey', 'byStsRequest', 'due'];
const INDEXED = [
  ...['recordId', 'recordedAtMs', 'recordType', 'tenantId', 'accountId', 'job', 'requester', 'day', 'exception'],
  ...['lastAccessKeyId', 'lastStsRequestId', 'dueShard', 'dueAtMs'],
];
const HASH = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' };
const find = { actions: dynamodb('Query'), resources: INDEXES.map((index) => `${ledger}/index/${index}`) };
const read = { actions: dynamodb('BatchGetItem'), resources: [ledger] };
const settings = { actions: dynamodb('GetItem'), resources: [tenants] };
const place = { actions: dynamodb('GetItem'), resources: [limits] };
const sign = { actions: actions('kms', 'Sign'), resources: ['key:receipts'] };

/** Answers who had which access: every attribute but the ticket, and not one write. */
export const answerAuditQuery: FunctionTable = {
  name: 'answer-audit-query',
  may: [
    ...usualPowers('answer-audit-query', ['Decrypt']),
    { sid: 'FindRecords', ...find, context: projects('x', INDEXED) },
    { sid: 'ReadRecordsWithoutTickets', ...read, context: projects(['req_x', 'scan-account.x'], AUDITED_ATTRIBUTES) },
    { sid: 'ReadSettings', ...settings, context: projects('acme', ['tenantId', 'record', 'settings']) },
    { sid: 'ReadHowFarCloudTrailWas', ...place, context: projects('correlation', ['counter', 'correlatedUpToMs']) },
    { sid: 'SignReceipts', ...sign, context: HASH },
    { sid: 'ShowPublicKeys', actions: actions('kms', 'GetPublicKey'), resources: ['key:receipts', 'key:digests'] },
  ],
  mustNot: [...readRefusals(), ...writeRefusals(), ...otherRefusals()],
};

function readRefusals(): Refusal[] {
  const unsaid = 'nor may the attributes stay unsaid';
  return [
    { because: 'the ticket is a job’s alone', ...read, context: projects('scan-account.x', ['recordId', 'ticket']) },
    { because: 'a whole row has its ticket', ...read, context: readsWhole('scan-account.x') },
    { because: unsaid, ...read, context: projects('scan-account.x', []) },
    { because: 'no index tells of tickets', ...find, context: projects('x', ['recordId', 'ticket']) },
    {
      because: 'an index is not read whole',
      ...find,
      context: touches('x', ['recordId'], { 'dynamodb:Select': 'ALL_PROJECTED_ATTRIBUTES' }),
    },
    { because: unsaid, ...find, context: projects('x', []) },
    {
      because: 'records are found by index',
      actions: dynamodb('Query', 'GetItem'),
      resources: [ledger],
      context: projects('x', ['recordId']),
    },
    ...['externalIds', 'legacyAccessKeyIds', 'notes'].map((attribute) => ({
      because: `${attribute} of a tenant made no session policy`,
      ...settings,
      context: projects('acme', ['tenantId', attribute]),
    })),
    { because: 'a whole tenant has its external IDs', ...settings, context: readsWhole('acme', ['tenantId']) },
    { because: unsaid, ...settings, context: projects('acme', []) },
    {
      because: 'tenants are not sought',
      actions: dynamodb('Query'),
      resources: [tenants, `${tenants}/index/byStatus`],
      context: projects('acme', ['tenantId']),
    },
    { because: 'what else is counted', ...place, context: projects('breaker#sts', ['counter']) },
    { because: 'what else is kept of it', ...place, context: projects('correlation', ['counter', 'cursor']) },
    { because: 'no key', ...place, context: projects([], ['counter']) },
    { because: 'nor whole', ...place, context: readsWhole('correlation', ['counter']) },
    { because: unsaid, ...place, context: projects('correlation', []) },
    {
      because: 'switches decide nothing of the past',
      actions: dynamodb('GetItem', 'BatchGetItem', 'Query'),
      resources: [switches],
      context: projects('global', ['switchId']),
    },
  ];
}

function writeRefusals(): Refusal[] {
  const writes = dynamodb('PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem');
  return [
    {
      because: 'it writes nothing to the ledger',
      actions: writes,
      resources: [ledger],
      context: projects('x', ['recordId']),
    },
    {
      because: 'nor of a tenant',
      actions: writes,
      resources: [tenants, switches],
      context: projects('acme', ['tenantId', 'settings']),
    },
    { because: 'nor its place', actions: writes, resources: [limits], context: projects('correlation', ['counter']) },
    {
      because: 'nor any index',
      actions: dynamodb('PartiQLUpdate'),
      resources: find.resources,
      context: projects('x', ['recordId']),
    },
  ];
}

function otherRefusals(): Refusal[] {
  return [
    { because: 'a receipt’s key signs hashes', ...sign, context: { ...HASH, 'kms:MessageType': 'RAW' } },
    { because: 'the archive’s digests are signed by another', ...sign, resources: ['key:digests'], context: HASH },
    {
      because: 'its keys are for signing alone',
      actions: actions('kms', 'Verify', 'DeriveSharedSecret'),
      resources: ['key:receipts', 'key:digests'],
    },
    {
      because: 'there are no public keys of the others',
      actions: actions('kms', 'GetPublicKey'),
      resources: ['key:envelopes', 'key:tables'],
    },
    {
      because: 'it does not enter accounts',
      actions: actions('sts', 'AssumeRole'),
      resources: [tenantRole],
      context: withId,
    },
    {
      because: 'it starts nothing',
      actions: actions('lambda', 'InvokeFunction'),
      resources: ['scan-account', 'issue-credentials'].map(functionArn),
    },
    {
      because: 'it asks for nothing',
      actions: actions('sqs', 'SendMessage', 'ReceiveMessage'),
      resources: [queue('requests')],
    },
    {
      because: 'auditors read the archive themselves',
      actions: actions('s3', 'GetObject', 'PutObject'),
      resources: [`${archive}/changes/x`],
    },
    {
      because: 'it tells whoever asks, and nobody else',
      actions: actions('events', 'PutEvents'),
      resources: [bus],
      context: { 'events:source': 'credential-broker', 'events:detail-type': 'IssuanceRecorded' },
    },
  ];
}
