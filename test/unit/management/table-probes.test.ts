import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeTableProbes } from '../../../lib/management/table-probes.ts';
import { tables, withTables } from '../../support/dynamo-tables.ts';
import { failingWith } from '../../support/failing-dynamo.ts';

const stores = withTables();
const PROBES = ['tenants', 'switches', 'ledger'] as const;

/** What stands where the probes write, should anybody ever put it there. */
const ITEMS = [
  { TableName: tables.tenantsTable, Item: { tenantId: 'no-such-tenant', record: 'tenant' } },
  { TableName: tables.switchesTable, Item: { switchId: 'tenant#no-such-tenant' } },
  { TableName: tables.ledgerTable, Item: { recordId: 'req_none', ticket: 'kept' } },
];

describe.each(PROBES)('a write to %s that cannot happen', (name) => {
  it('shows that one could, and leaves the tables empty', async () => {
    const dynamo = stores.client();
    await makeTableProbes({ dynamo, config: tables })[name]();
    for (const TableName of Object.values(tables)) {
      expect((await dynamo.send(new ScanCommand({ TableName }))).Count).toBe(0);
    }
  });

  it.each([
    ['AccessDeniedException', 'store.unavailable'],
    ['ResourceNotFoundException', 'store.unavailable'],
    ['ThrottlingException', 'store.busy'],
  ])('shows that none could: %s', async (error, code) => {
    const dynamo = failingWith(stores.client(), Object.assign(new Error('x'), { name: error }));
    await expect(makeTableProbes({ dynamo, config: tables })[name]()).rejects.toMatchObject({ code });
  });
});

it('takes nothing that stands there', async () => {
  const dynamo = stores.client();
  for (const item of ITEMS) await dynamo.send(new PutCommand(item));
  const probes = makeTableProbes({ dynamo, config: tables });
  for (const name of PROBES) await probes[name]();
  for (const { TableName, Item } of ITEMS) {
    expect((await dynamo.send(new ScanCommand({ TableName }))).Items).toEqual([Item]);
  }
});
