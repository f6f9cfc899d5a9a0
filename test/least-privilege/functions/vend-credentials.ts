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
import { sealedFor } from '../sealed-for.ts';
import { assumePowers, assumeRefusals } from './assume-powers.ts';
import { auditRefusals, limitRefusals, QUEUE_COUNTERS, SHARED_COUNTERS } from './kept-rows.ts';

/** As issue-credentials, without queue, envelope and job. */
export const vendCredentials: FunctionTable = {
  name: 'vend-credentials',
  may: [
    ...usualPowers('vend-credentials'),
    ...assumePowers,
    { sid: 'ReadTenants', actions: dynamodb('GetItem', 'Query'), resources: [tenants], context: readsWhole('acme') },
    { sid: 'ReadSwitches', actions: dynamodb('BatchGetItem'), resources: [switches], context: readsWhole('global') },
    {
      sid: 'CountLimits',
      actions: dynamodb('GetItem', 'UpdateItem'),
      resources: [limits],
      context: touches(SHARED_COUNTERS, ['counter']),
    },
    {
      sid: 'WriteLedger',
      actions: dynamodb('GetItem', 'PutItem', 'UpdateItem'),
      resources: [ledger],
      context: touches('vend.x', ['recordId', 'state', 'attempts', 'trail']),
    },
  ],
  mustNot: [
    ...assumeRefusals,
    {
      because: 'it seals and opens nothing',
      actions: actions('kms', 'GenerateDataKey', 'Decrypt'),
      resources: ['key:envelopes'],
      context: sealedFor('scan-account'),
    },
    {
      because: 'tenants and switches are written by whoever manages them',
      actions: dynamodb('PutItem', 'UpdateItem'),
      resources: [tenants, switches],
      context: touches('acme'),
    },
    ...['claim', 'report', 'ticket'].map((attribute) => ({
      because: `nothing of its own is claimed: ${attribute}`,
      actions: dynamodb('PutItem', 'UpdateItem'),
      resources: [ledger],
      context: touches('scan-account.x', ['recordId', attribute]),
    })),
    ...QUEUE_COUNTERS.map((key) => ({
      because: `${key} is counted of what comes over the queue`,
      actions: dynamodb('GetItem', 'UpdateItem'),
      resources: [limits],
      context: touches(key, ['counter']),
    })),
    ...limitRefusals,
    ...auditRefusals(['PutItem', 'UpdateItem']),
    { because: 'it finds nothing by search', actions: dynamodb('Query'), resources: [ledger, switches, limits] },
    {
      because: 'it has no queue',
      actions: actions('sqs', 'SendMessage', 'ReceiveMessage', 'DeleteMessage'),
      resources: ['requests', 'requests-dlq', 'job-failures'].map(queue),
    },
    {
      because: 'it starts nothing',
      actions: actions('lambda', 'InvokeFunction'),
      resources: ['scan-account', 'process-logs', 'verify-trust'].map(functionArn),
    },
  ],
  alsoReaches: {
    'answer-audit-query': ['ReadSettings dynamodb:GetItem'],
    'correlate-cloudtrail': ['ReadWhatWasAnnounced dynamodb:GetItem', 'WriteObservations dynamodb:GetItem'],
    'issue-credentials': ['WriteLedger dynamodb:GetItem'],
    'manage-dead-letters': ['LookAtProgress dynamodb:GetItem'],
    'manage-tenants': ['EndIssuances dynamodb:GetItem'],
    'request-job': ['LookAtProgress dynamodb:GetItem'],
    'request-job-direct': ['LookAtProgress dynamodb:GetItem'],
    'sweep-issuances': ['MoveIssuances dynamodb:GetItem'],
    'verify-trust': [
      'RecordProbes dynamodb:GetItem',
      'RecordProbes dynamodb:PutItem',
      'RecordProbes dynamodb:UpdateItem',
    ],
  },
};
