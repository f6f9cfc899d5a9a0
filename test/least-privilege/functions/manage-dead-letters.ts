import { LETTER_ATTRIBUTES } from '../../../lib/dead-letters/letter-ledger.ts';
import type { FunctionTable } from '../function-table.ts';
import {
  actions,
  dynamodb,
  ledger,
  limits,
  projects,
  queue,
  readsWhole,
  switches,
  tenantRole,
  tenants,
  usualPowers,
  withId,
} from '../resources.ts';
import { sealedFor } from '../sealed-for.ts';

/** Looks into what was given up and puts a request back: never into a dead-letter queue. */
export const manageDeadLetters: FunctionTable = {
  name: 'manage-dead-letters',
  may: [
    ...usualPowers('manage-dead-letters'),
    {
      sid: 'LookAtDeadLetters',
      actions: actions('sqs', 'ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'),
      resources: ['requests-dlq', 'rule-dlq'].map(queue),
    },
    {
      sid: 'LookAtJobFailures',
      actions: actions('sqs', 'ReceiveMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'),
      resources: [queue('job-failures')],
    },
    { sid: 'SendRequests', actions: actions('sqs', 'SendMessage'), resources: [queue('requests')] },
    {
      sid: 'LookAtProgress',
      actions: dynamodb('GetItem'),
      resources: [ledger],
      context: projects('req_x', LETTER_ATTRIBUTES),
    },
  ],
  mustNot: [
    ...['ticket', 'input', 'trail', 'attempts', 'claim', 'report'].map((attribute) => ({
      because: `whether a request is settled needs no ${attribute}`,
      actions: dynamodb('GetItem'),
      resources: [ledger],
      context: projects('req_x', [...LETTER_ATTRIBUTES, attribute]),
    })),
    {
      because: 'a whole row has its ticket',
      actions: dynamodb('GetItem'),
      resources: [ledger],
      context: readsWhole('req_x'),
    },
    {
      because: 'nor may the attributes stay unsaid',
      actions: dynamodb('GetItem'),
      resources: [ledger],
      context: projects('req_x', []),
    },
    {
      because: 'by key only, and never to write',
      actions: dynamodb('Query', 'BatchGetItem', 'PutItem', 'UpdateItem'),
      resources: [ledger],
      context: projects('req_x', ['recordId']),
    },
    {
      because: 'it knows no tenant, switch or limit',
      actions: dynamodb('GetItem', 'Query', 'PutItem'),
      resources: [tenants, switches, limits],
      context: projects('acme', ['recordId']),
    },
    {
      because: 'a failure is never redriven, so nothing of it is taken away',
      actions: actions('sqs', 'DeleteMessage'),
      resources: [queue('job-failures')],
    },
    {
      because: 'what is put back goes to the request queue alone',
      actions: actions('sqs', 'SendMessage'),
      resources: ['requests-dlq', 'rule-dlq', 'job-failures', 'observations'].map(queue),
    },
    {
      because: 'what waits to be decided is not its to look at',
      actions: actions('sqs', 'ReceiveMessage', 'DeleteMessage'),
      resources: [queue('requests'), queue('observations-dlq')],
    },
    {
      because: 'it enters no account',
      actions: actions('sts', 'AssumeRole'),
      resources: [tenantRole],
      context: withId,
    },
    {
      because: 'it opens no envelope, and some lie before it',
      actions: actions('kms', 'GenerateDataKey', 'Decrypt'),
      resources: ['key:envelopes'],
      context: sealedFor('scan-account'),
    },
  ],
};
