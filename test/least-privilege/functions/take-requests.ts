import { PROGRESS_ATTRIBUTES } from '../../../lib/on-demand/request-progress.ts';
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

/** Both ways in on demand: a request is put on the queue, and what became of it is told. */
export function takesRequests(name: string): FunctionTable {
  const secret = ['ticket', 'input', 'trail', 'roleArn', 'attempts', 'claim', 'report', 'requester'];
  return {
    name,
    may: [
      ...usualPowers(name),
      { sid: 'SendRequests', actions: actions('sqs', 'SendMessage'), resources: [queue('requests')] },
      {
        sid: 'LookAtProgress',
        actions: dynamodb('GetItem'),
        resources: [ledger],
        context: projects('req_x', PROGRESS_ATTRIBUTES),
      },
    ],
    mustNot: [
      ...secret.map((attribute) => ({
        because: `an answer never tells ${attribute}`,
        actions: dynamodb('GetItem'),
        resources: [ledger],
        context: projects('req_x', [...PROGRESS_ATTRIBUTES, attribute]),
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
        because: 'it decides nothing',
        actions: dynamodb('GetItem', 'Query', 'PutItem'),
        resources: [tenants, switches, limits],
        context: projects('acme', ['recordId']),
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
        because: 'it puts on one queue and takes from none',
        actions: actions('sqs', 'ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility'),
        resources: [queue('requests')],
      },
      {
        because: 'other queues are others’',
        actions: actions('sqs', 'SendMessage'),
        resources: ['requests-dlq', 'job-failures', 'observations'].map(queue),
      },
    ],
  };
}
