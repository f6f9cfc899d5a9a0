import type { FunctionTable } from '../function-table.ts';
import {
  actions,
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
import { sealedFor } from '../sealed-for.ts';
import { auditRefusals } from './kept-rows.ts';

const readLimits = { actions: dynamodb('GetItem'), resources: [limits] };
const issuance = touches('scan-account.x', ['recordId', 'state', 'ticket', 'trail']);

/** Writes tenants and switches, ends what a suspended tenant has, has roles verified: it enters no account. */
export const manageTenants: FunctionTable = {
  name: 'manage-tenants',
  may: [
    ...usualPowers('manage-tenants'),
    {
      sid: 'WriteTenants',
      actions: dynamodb('DeleteItem', 'GetItem', 'PutItem', 'Query'),
      resources: [tenants],
      context: readsWhole('acme'),
    },
    {
      sid: 'ListTenants',
      actions: dynamodb('Query'),
      resources: [`${tenants}/index/byStatus`],
      context: touches('active'),
    },
    {
      sid: 'WriteSwitches',
      actions: dynamodb('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem'),
      resources: [switches],
      context: readsWhole('global'),
    },
    { sid: 'EndIssuances', actions: dynamodb('GetItem', 'UpdateItem'), resources: [ledger], context: issuance },
    {
      sid: 'FindIssuances',
      actions: dynamodb('Query'),
      resources: [`${ledger}/index/byTenant`],
      context: touches('acme'),
    },
    ...['schedule#nightly', 'verification', 'window#nightly#x'].map((key) => ({
      sid: 'ReadLimits',
      ...readLimits,
      context: touches(key, ['counter']),
    })),
    {
      sid: 'HaveTrustVerified',
      actions: actions('lambda', 'InvokeFunction'),
      resources: [functionArn('verify-trust')],
    },
    {
      sid: 'RunSchedules',
      actions: actions('lambda', 'InvokeFunction'),
      resources: [functionArn('fan-out-schedule')],
    },
  ],
  mustNot: [
    ...['claim', 'report'].map((attribute) => ({
      because: `${attribute} is what a job says`,
      actions: dynamodb('UpdateItem'),
      resources: [ledger],
      context: touches('scan-account.x', ['recordId', attribute]),
    })),
    ...auditRefusals(['UpdateItem']),
    {
      because: 'it makes no record and takes none away',
      actions: dynamodb('PutItem', 'DeleteItem', 'Query', 'BatchGetItem'),
      resources: [ledger],
      context: issuance,
    },
    {
      because: 'it finds by tenant alone',
      actions: dynamodb('Query'),
      resources: [
        ...['due', 'byAccount', 'byDay'].map((index) => `${ledger}/index/${index}`),
        `${tenants}/index/bySlot`,
      ],
      context: touches('x'),
    },
    ...['breaker#sts', 'rate#tenant#acme', 'correlation'].map((key) => ({
      because: `${key} is not its to see`,
      ...readLimits,
      context: touches(key, ['counter']),
    })),
    { because: 'no key of a limit', ...readLimits, context: touches([], ['counter']) },
    {
      because: 'what is counted is not its to change',
      actions: dynamodb('PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
      resources: [limits],
      context: touches('breaker#sts'),
    },
    {
      because: 'a tenant is written whole',
      actions: dynamodb('UpdateItem'),
      resources: [tenants],
      context: readsWhole('acme'),
    },
    {
      because: 'a switch is on or off',
      actions: dynamodb('UpdateItem', 'Query'),
      resources: [switches],
      context: touches('global'),
    },
    {
      because: 'it enters no account',
      actions: actions('sts', 'AssumeRole', 'TagSession', 'SetSourceIdentity'),
      resources: [tenantRole],
      context: withId,
    },
    {
      because: 'it sees no envelope',
      actions: actions('kms', 'GenerateDataKey', 'Decrypt'),
      resources: ['key:envelopes'],
      context: sealedFor('scan-account'),
    },
    {
      because: 'it puts nothing on a queue',
      actions: actions('sqs', 'SendMessage', 'ReceiveMessage', 'DeleteMessage'),
      resources: ['requests', 'requests-dlq', 'job-failures'].map(queue),
    },
    {
      because: 'it starts no job',
      actions: actions('lambda', 'InvokeFunction'),
      resources: ['scan-account', 'process-logs', 'issue-credentials', 'vend-credentials'].map(functionArn),
    },
  ],
  alsoReaches: {
    'answer-audit-query': ['FindRecords dynamodb:Query', 'ReadSettings dynamodb:GetItem'],
    'correlate-cloudtrail': ['ReadWhatWasAnnounced dynamodb:GetItem', 'WriteObservations dynamodb:GetItem'],
    'fan-out-schedule': ['KeepWindows dynamodb:GetItem'],
    'issue-credentials': ['WriteLedger dynamodb:GetItem', 'WriteLedger dynamodb:UpdateItem'],
    'manage-dead-letters': ['LookAtProgress dynamodb:GetItem'],
    'request-job': ['LookAtProgress dynamodb:GetItem'],
    'request-job-direct': ['LookAtProgress dynamodb:GetItem'],
    'vend-credentials': ['WriteLedger dynamodb:GetItem', 'WriteLedger dynamodb:UpdateItem'],
    'verify-trust': [
      'WriteFindings dynamodb:PutItem',
      'RecordProbes dynamodb:GetItem',
      'RecordProbes dynamodb:UpdateItem',
    ],
  },
};
