import type { FunctionTable, Refusal } from '../function-table.ts';
import {
  actions,
  archive,
  bus,
  dynamodb,
  functionArn,
  ledger,
  limits,
  queue,
  switches,
  table,
  tenantRole,
  tenants,
  touches,
  usualPowers,
  withId,
} from '../resources.ts';
import { sealedFor } from '../sealed-for.ts';

const OBJECT = `${archive}/changes/x`;
const IS_NEW = { 's3:if-none-match': '*' };
const HASH = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' };
const point = { actions: dynamodb('PutItem'), resources: [ledger] };
const sign = { actions: actions('kms', 'Sign'), resources: ['key:digests'] };
const tell = { actions: actions('events', 'PutEvents'), resources: [bus] };

/** Archives changes, signs digests, tells facts: it reads no table, and of what it wrote it can take nothing back. */
export const archiveAudit: FunctionTable = {
  name: 'archive-audit',
  may: [
    ...usualPowers('archive-audit'),
    {
      sid: 'ReadChanges',
      actions: dynamodb('DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'),
      resources: ['stream:ledger'],
    },
    { sid: 'WritePointers', ...point, context: touches('pointer_x', ['recordId', 'to']) },
    {
      sid: 'PutAndReadArchive',
      actions: actions('s3', 'GetObject', 'PutObject'),
      resources: [OBJECT],
      context: IS_NEW,
    },
    { sid: 'ListArchive', actions: actions('s3', 'ListBucket'), resources: [archive] },
    { sid: 'SignDigests', ...sign, context: HASH },
    ...['IssuanceRecorded', 'IllegalChange', 'CanaryTouched'].map((detailType) => ({
      sid: 'TellFacts',
      ...tell,
      context: { 'events:source': 'credential-broker', 'events:detail-type': detailType },
    })),
  ],
  mustNot: [...ledgerRefusals(), ...archiveRefusals(), ...otherRefusals()],
};

function ledgerRefusals(): Refusal[] {
  return [
    ...['req_x', 'scan-account.x', 'seen_x', 'probe_x'].map((key) => ({
      because: `${key} is no pointer`,
      ...point,
      context: touches(key),
    })),
    { because: 'no key', ...point, context: touches([]) },
    { because: 'a pointer among others', ...point, context: touches(['pointer_x', 'req_x']) },
    {
      because: 'it reads changes, not tables',
      actions: dynamodb('GetItem', 'Query', 'BatchGetItem', 'UpdateItem'),
      resources: [ledger, tenants, switches, limits, `${ledger}/index/due`],
      context: touches('pointer_x'),
    },
    {
      because: 'of the ledger alone',
      actions: dynamodb('GetRecords', 'GetShardIterator'),
      resources: [`${table('tenants')}/stream/x`],
    },
    {
      because: 'it writes no other table',
      actions: dynamodb('PutItem'),
      resources: [tenants, switches, limits],
      context: touches('pointer_x'),
    },
  ];
}

function archiveRefusals(): Refusal[] {
  return [
    { because: 'a second version would hide the first', actions: actions('s3', 'PutObject'), resources: [OBJECT] },
    {
      because: 'a bucket of the same name that is somebody else’s',
      actions: actions('s3', 'GetObject', 'PutObject'),
      resources: [OBJECT],
      resourceAccountId: '222222222222',
      context: IS_NEW,
    },
    {
      because: 'nor is that listed',
      actions: actions('s3', 'ListBucket'),
      resources: [archive],
      resourceAccountId: '222222222222',
    },
    { because: 'it signs hashes', ...sign, context: { ...HASH, 'kms:MessageType': 'RAW' } },
    { because: 'in one way', ...sign, context: { ...HASH, 'kms:SigningAlgorithm': 'ECDSA_SHA_384' } },
    { because: 'receipts are signed by another', ...sign, resources: ['key:receipts'], context: HASH },
    {
      because: 'and never sealed or opened',
      actions: actions('kms', 'Decrypt', 'GenerateDataKey'),
      resources: ['key:envelopes'],
      context: sealedFor('scan-account'),
    },
    {
      because: 'its key says nothing about itself to it',
      actions: actions('kms', 'GetPublicKey', 'Verify'),
      resources: ['key:digests'],
      context: HASH,
    },
  ];
}

function otherRefusals(): Refusal[] {
  return [
    { because: 'as nobody', ...tell, context: { 'events:detail-type': 'IssuanceRecorded' } },
    {
      because: 'as a service',
      ...tell,
      context: { 'events:source': 'com.example.scans', 'events:detail-type': 'IssuanceRecorded' },
    },
    {
      because: 'on this bus alone',
      ...tell,
      resources: [bus.replace(/event-bus.*/, 'event-bus/default')],
      context: { 'events:source': 'credential-broker', 'events:detail-type': 'IssuanceRecorded' },
    },
    {
      because: 'it enters no account',
      actions: actions('sts', 'AssumeRole'),
      resources: [tenantRole],
      context: withId,
    },
    { because: 'it asks for nothing', actions: actions('sqs', 'SendMessage'), resources: [queue('requests')] },
    {
      because: 'it starts nothing',
      actions: actions('lambda', 'InvokeFunction'),
      resources: [functionArn('scan-account')],
    },
  ];
}
