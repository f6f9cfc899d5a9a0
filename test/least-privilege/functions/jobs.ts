import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import type { FunctionTable, Refusal } from '../function-table.ts';
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

const CLAIM = ['recordId', 'state', 'ticket', 'claim', 'report'];
const returns = (values: string) => ({ 'dynamodb:ReturnValues': values });

/** A job claims and reports its own issuances and opens its own envelopes; with its own role it does nothing else. */
export function job(name: string): FunctionTable {
  const update = { actions: dynamodb('UpdateItem'), resources: [ledger] };
  const otherJobs = [...jobCatalogue.keys()].filter((other) => other !== name);
  const key = `${name}.x`;
  return {
    name,
    may: [
      ...usualPowers(name),
      { sid: 'ClaimAndReport', ...update, context: touches(key, CLAIM, returns('UPDATED_OLD')) },
      { sid: 'ClaimAndReport', ...update, context: touches(key, CLAIM, returns('NONE')) },
      { sid: 'ClaimAndReport', ...update, context: touches(key, CLAIM) },
      { sid: 'ReadSwitches', actions: dynamodb('BatchGetItem'), resources: [switches], context: readsWhole('global') },
      {
        sid: 'OpenOwnEnvelopes',
        actions: actions('kms', 'Decrypt'),
        resources: ['key:envelopes'],
        context: sealedFor(name),
      },
      { sid: 'SendFailures', actions: actions('sqs', 'SendMessage'), resources: [queue('job-failures')] },
    ],
    mustNot: [
      ...claimRefusals(name, otherJobs),
      ...otherRefusals(),
      {
        because: 'no job starts a job',
        actions: actions('lambda', 'InvokeFunction'),
        resources: [...otherJobs, 'issue-credentials', 'verify-trust'].map(functionArn),
      },
    ],
  };
}

function claimRefusals(name: string, otherJobs: readonly string[]): Refusal[] {
  const update = { actions: dynamodb('UpdateItem'), resources: [ledger] };
  const key = `${name}.x`;
  const old = returns('UPDATED_OLD');
  return [
    ...otherJobs.map((other) => ({
      because: `${other}’s rows`,
      ...update,
      context: touches(`${other}.x`, CLAIM, old),
    })),
    { because: 'a name that begins the same', ...update, context: touches(`${name}s.x`, CLAIM, old) },
    { because: 'one of its own among others', ...update, context: touches([key, 'req_x'], CLAIM, old) },
    { because: 'no key', ...update, context: touches([], CLAIM, old) },
    { because: 'no attributes', ...update, context: touches(key, [], old) },
    ...['trail', 'attempts', 'expiresAtMs'].map((attribute) => ({
      because: `${attribute} is the broker’s`,
      ...update,
      context: touches(key, [...CLAIM, attribute], old),
    })),
    ...['ALL_OLD', 'ALL_NEW', 'UPDATED_NEW'].map((values) => ({
      because: `the row as an answer (${values})`,
      ...update,
      context: touches(key, CLAIM, returns(values)),
    })),
    {
      because: 'its rows are not its to read, make or take away',
      actions: dynamodb('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'),
      resources: [ledger],
      context: touches(key, CLAIM, old),
    },
  ];
}

function otherRefusals(): Refusal[] {
  return [
    {
      because: 'tenants and limits are not a job’s to see',
      actions: dynamodb('GetItem', 'Query', 'BatchGetItem', 'PutItem', 'UpdateItem'),
      resources: [tenants, limits],
      context: touches('acme'),
    },
    {
      because: 'switches are not a job’s to turn',
      actions: dynamodb('PutItem', 'UpdateItem'),
      resources: [switches],
      context: touches('global'),
    },
    {
      because: 'it enters accounts with what it was handed',
      actions: actions('sts', 'AssumeRole', 'TagSession', 'SetSourceIdentity'),
      resources: [tenantRole],
      context: withId,
    },
    {
      because: 'an envelope of no job',
      actions: actions('kms', 'Decrypt'),
      resources: ['key:envelopes'],
      context: sealedFor('x', []),
    },
    {
      because: 'it seals nothing',
      actions: actions('kms', 'GenerateDataKey'),
      resources: ['key:envelopes'],
      context: sealedFor('scan-account'),
    },
    {
      because: 'it asks for nothing, and takes nothing that others gave up',
      actions: actions('sqs', 'SendMessage', 'ReceiveMessage', 'DeleteMessage'),
      resources: ['requests', 'requests-dlq'].map(queue),
    },
    {
      because: 'failures are read by people',
      actions: actions('sqs', 'ReceiveMessage', 'DeleteMessage'),
      resources: [queue('job-failures')],
    },
  ];
}
