import type { FunctionTable } from '../function-table.ts';
import {
  actions,
  dynamodb,
  ledger,
  limits,
  queue,
  switches,
  tenantRole,
  tenants,
  touches,
  usualPowers,
  withId,
} from '../resources.ts';
import { sealedFor } from '../sealed-for.ts';
import { auditRefusals } from './kept-rows.ts';

const issuance = touches('scan-account.x', ['recordId', 'state', 'ticket', 'trail']);

/** Ends what was left open and asks again: it never sees a tenant, STS or an envelope. */
export const sweepIssuances: FunctionTable = {
  name: 'sweep-issuances',
  may: [
    ...usualPowers('sweep-issuances'),
    {
      sid: 'FindDueIssuances',
      actions: dynamodb('Query'),
      resources: [`${ledger}/index/due`],
      context: touches('due'),
    },
    { sid: 'MoveIssuances', actions: dynamodb('GetItem', 'UpdateItem'), resources: [ledger], context: issuance },
    { sid: 'SendRequests', actions: actions('sqs', 'SendMessage'), resources: [queue('requests')] },
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
      actions: dynamodb('PutItem', 'DeleteItem', 'BatchGetItem', 'Query'),
      resources: [ledger],
      context: issuance,
    },
    {
      because: 'it finds by due time alone',
      actions: dynamodb('Query'),
      resources: ['byTenant', 'byAccount', 'byDay', 'byException'].map((index) => `${ledger}/index/${index}`),
      context: touches('x'),
    },
    {
      because: 'it knows no tenant, switch or limit',
      actions: dynamodb('GetItem', 'Query', 'BatchGetItem', 'PutItem', 'UpdateItem'),
      resources: [tenants, switches, limits],
      context: touches('acme'),
    },
    {
      because: 'it enters no account',
      actions: actions('sts', 'AssumeRole', 'TagSession'),
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
      because: 'it takes from no queue, and puts on one',
      actions: actions('sqs', 'ReceiveMessage', 'DeleteMessage'),
      resources: [queue('requests'), queue('requests-dlq')],
    },
    {
      because: 'other queues are others’',
      actions: actions('sqs', 'SendMessage'),
      resources: ['requests-dlq', 'job-failures', 'observations'].map(queue),
    },
  ],
  alsoReaches: {
    'answer-audit-query': ['FindRecords dynamodb:Query'],
    'correlate-cloudtrail': [
      'ReadWhatWasAnnounced dynamodb:GetItem',
      'FindRecords dynamodb:Query',
      'WriteObservations dynamodb:GetItem',
    ],
    'issue-credentials': ['WriteLedger dynamodb:GetItem', 'WriteLedger dynamodb:UpdateItem'],
    'manage-dead-letters': ['LookAtProgress dynamodb:GetItem'],
    'request-job': ['LookAtProgress dynamodb:GetItem'],
    'request-job-direct': ['LookAtProgress dynamodb:GetItem'],
    'vend-credentials': ['WriteLedger dynamodb:GetItem', 'WriteLedger dynamodb:UpdateItem'],
    'verify-trust': ['RecordProbes dynamodb:GetItem', 'RecordProbes dynamodb:UpdateItem'],
  },
};
