import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { OWN, region } from '../architecture/packaged-access.ts';
import { deniedBeyondData } from './denied-beyond-data.ts';
import type { Refusal } from './function-table.ts';
import { actions, dynamodb, ledger, readsWhole, switches, table, tables, tenants } from './resources.ts';
import { sealedFor } from './sealed-for.ts';

/** Where not even what every function is denied applies, with the statement that says so. */
const DELETES: Readonly<Record<string, readonly string[]>> = { 'manage-tenants': [tenants, switches] };
const KEYS = ['tables', 'envelopes', 'digests', 'receipts'].map((name) => `key:${name}`);

/** What no function may, whatever it is there for. */
export function deniedToAll(name: string): Refusal[] {
  return [...ofTables(name), ...ofKeys(name), ...deniedBeyondData(name)];
}

function ofTables(name: string): Refusal[] {
  const mayDelete = DELETES[name] ?? [];
  const anyRow = readsWhole('x');
  return [
    {
      because: 'no record is ever deleted',
      actions: dynamodb('DeleteItem'),
      resources: tables.filter((one) => !mayDelete.includes(one)),
      context: anyRow,
    },
    {
      because: 'who may scan may read everything, and many writes at once are nobody’s',
      actions: dynamodb('Scan', 'BatchWriteItem', 'PartiQLSelect', 'PartiQLUpdate', 'PartiQLDelete', 'PartiQLInsert'),
      resources: tables,
      context: anyRow,
    },
    {
      because: 'tables are the deployment’s',
      actions: dynamodb('DeleteTable', 'UpdateTable', 'RestoreTableToPointInTime', 'ExportTableToPointInTime'),
      resources: [...tables, table('another')],
    },
    {
      because: 'no index beside the ones that are named may be read whole',
      actions: dynamodb('Scan'),
      resources: ['due', 'byTenant', 'byDay', 'byAccount'].map((index) => `${ledger}/index/${index}`),
    },
  ];
}

function ofKeys(name: string): Refusal[] {
  const viaDynamoDb = { 'kms:ViaService': `dynamodb.${region}.amazonaws.com`, 'kms:CallerAccount': OWN };
  const otherJobs = [...jobCatalogue.keys()].filter((job) => job !== name);
  const use = { actions: actions('kms', 'Decrypt', 'GenerateDataKey'), context: viaDynamoDb };
  return [
    { because: 'the tables’ key is for tables', ...use, resources: ['key:tables'], context: {} },
    {
      because: 'nor for another service',
      ...use,
      resources: ['key:tables'],
      context: { ...viaDynamoDb, 'kms:ViaService': `s3.${region}.amazonaws.com` },
    },
    { because: 'through DynamoDB there is no other key', ...use, resources: ['key:envelopes'] },
    ...otherJobs.map((job) => ({
      because: `only ${job} opens what is sealed for it`,
      actions: actions('kms', 'Decrypt'),
      resources: ['key:envelopes'],
      context: sealedFor(job),
    })),
    {
      because: 'keys are administered by people',
      actions: actions('kms', 'ScheduleKeyDeletion', 'DisableKey', 'PutKeyPolicy', 'CreateGrant', 'Encrypt'),
      resources: KEYS,
      context: viaDynamoDb,
    },
    { because: 'nothing is signed', actions: actions('kms', 'Sign'), resources: ['key:tables', 'key:envelopes'] },
  ];
}
