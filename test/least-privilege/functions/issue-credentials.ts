import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
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
  tenants,
  touches,
  usualPowers,
} from '../resources.ts';
import { ENVELOPE_CONTEXT, sealedFor } from '../sealed-for.ts';
import { assumePowers, assumeRefusals } from './assume-powers.ts';
import { auditRefusals, limitRefusals, QUEUE_COUNTERS, SHARED_COUNTERS } from './kept-rows.ts';

const issuance = touches('scan-account.x', ['recordId', 'state', 'ticket', 'attempts', 'trail']);

/** Reads tenants, writes down, assumes, seals, hands over: it opens no envelope and changes no tenant. */
export const issueCredentials: FunctionTable = {
  name: 'issue-credentials',
  may: [
    ...usualPowers('issue-credentials'),
    ...assumePowers,
    { sid: 'ReadTenants', actions: dynamodb('GetItem', 'Query'), resources: [tenants], context: readsWhole('acme') },
    { sid: 'ReadSwitches', actions: dynamodb('BatchGetItem'), resources: [switches], context: readsWhole('global') },
    ...[SHARED_COUNTERS, QUEUE_COUNTERS].map((counters) => ({
      sid: 'CountLimits',
      actions: dynamodb('GetItem', 'UpdateItem'),
      resources: [limits],
      context: touches(counters, ['counter']),
    })),
    {
      sid: 'WriteLedger',
      actions: dynamodb('GetItem', 'PutItem', 'UpdateItem'),
      resources: [ledger],
      context: issuance,
    },
    {
      sid: 'SealEnvelopes',
      actions: actions('kms', 'GenerateDataKey'),
      resources: ['key:envelopes'],
      context: sealedFor('scan-account'),
    },
    {
      sid: 'InvokeJobs',
      actions: actions('lambda', 'InvokeFunction'),
      resources: [...jobCatalogue.keys()].map(functionArn),
    },
    {
      sid: 'HaveTrustVerified',
      actions: actions('lambda', 'InvokeFunction'),
      resources: [functionArn('verify-trust')],
    },
    {
      sid: 'ConsumeRequests',
      actions: actions('sqs', 'ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'),
      resources: [queue('requests')],
    },
    {
      sid: 'SendRequests',
      actions: actions('sqs', 'SendMessage'),
      resources: [queue('requests'), queue('requests-dlq')],
    },
  ],
  mustNot: [
    ...assumeRefusals,
    {
      because: 'what it sealed is not its to open',
      actions: actions('kms', 'Decrypt', 'ReEncryptFrom', 'GenerateDataKeyWithoutPlaintext'),
      resources: ['key:envelopes'],
      context: sealedFor('scan-account'),
    },
    {
      because: 'an envelope is bound to everything that it is for, and to nothing else',
      actions: actions('kms', 'GenerateDataKey'),
      resources: ['key:envelopes'],
      context: sealedFor('scan-account', [...ENVELOPE_CONTEXT, 'more']),
    },
    {
      because: 'and never to nothing',
      actions: actions('kms', 'GenerateDataKey'),
      resources: ['key:envelopes'],
      context: sealedFor('scan-account', []),
    },
    {
      because: 'tenants and switches are written by whoever manages them',
      actions: dynamodb('PutItem', 'UpdateItem'),
      resources: [tenants, switches],
      context: touches('acme'),
    },
    ...['claim', 'report'].map((attribute) => ({
      because: `${attribute} is what a job says`,
      actions: dynamodb('PutItem', 'UpdateItem'),
      resources: [ledger],
      context: touches('scan-account.x', ['recordId', attribute]),
    })),
    ...limitRefusals,
    ...auditRefusals(['PutItem', 'UpdateItem']),
    { because: 'it finds nothing by search', actions: dynamodb('Query'), resources: [ledger, switches, limits] },
    {
      because: 'it invokes what is in the catalogue',
      actions: actions('lambda', 'InvokeFunction'),
      resources: ['manage-tenants', 'vend-credentials', 'fan-out-schedule', 'another'].map(functionArn),
    },
    {
      because: 'other queues are others’',
      actions: actions('sqs', 'SendMessage', 'ReceiveMessage', 'DeleteMessage'),
      resources: [queue('job-failures'), queue('observations')],
    },
    {
      because: 'what it set aside is not its to take back',
      actions: actions('sqs', 'ReceiveMessage', 'DeleteMessage'),
      resources: [queue('requests-dlq')],
    },
  ],
  alsoReaches: {
    'answer-audit-query': ['ReadSettings dynamodb:GetItem'],
    'correlate-cloudtrail': ['ReadWhatWasAnnounced dynamodb:GetItem', 'WriteObservations dynamodb:GetItem'],
    'manage-dead-letters': ['LookAtProgress dynamodb:GetItem'],
    'manage-tenants': ['EndIssuances dynamodb:GetItem', 'EndIssuances dynamodb:UpdateItem'],
    'request-job': ['LookAtProgress dynamodb:GetItem'],
    'request-job-direct': ['LookAtProgress dynamodb:GetItem'],
    'sweep-issuances': ['MoveIssuances dynamodb:GetItem', 'MoveIssuances dynamodb:UpdateItem'],
    'vend-credentials': [
      'WriteLedger dynamodb:GetItem',
      'WriteLedger dynamodb:PutItem',
      'WriteLedger dynamodb:UpdateItem',
    ],
    'verify-trust': [
      'RecordProbes dynamodb:GetItem',
      'RecordProbes dynamodb:PutItem',
      'RecordProbes dynamodb:UpdateItem',
    ],
  },
};
