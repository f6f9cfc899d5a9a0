import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeTenantDirectory } from '../../lib/tenants/dynamo-tenant-directory.ts';
import type { Page, PageOf } from '../../lib/tenants/tenant-registry.ts';
import { aRole, aTenant } from '../support/a-tenant.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';

const dynamo = withTables();
const TENANTS = Array.from({ length: 130 }, (_, index) => `tenant-${String(index).padStart(3, '0')}`);

function aDirectory() {
  const client = dynamo.client();
  const counted = { directory: makeTenantDirectory({ dynamo: client, config: tables }), calls: 0 };
  client.middlewareStack.add((next) => (input) => {
    counted.calls += 1;
    return next(input);
  });
  return counted;
}

async function allOf<Row>(read: (page: Page) => Promise<PageOf<Row>>, limit: number) {
  const pages: (readonly Row[])[] = [];
  let after: string | undefined;
  do {
    const page = await read({ limit, ...(after === undefined ? {} : { after }) });
    pages.push(page.rows);
    after = page.next;
  } while (after !== undefined);
  return pages;
}

const token = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url');

describe('the directory of tenants', () => {
  beforeAll(async () => {
    const client = dynamo.client();
    const put = (Item: Record<string, unknown>) =>
      client.send(new PutCommand({ TableName: tables.tenantsTable, Item }));
    for (const [index, tenantId] of TENANTS.entries()) {
      const tenant = index % 13 === 0 ? { status: 'migrating' as const } : {};
      const findings = index % 40 === 5 ? (['trust.wholeAccountAccepted'] as const) : [];
      const first = aRole({ tenantId, verifySlot: 'slot-007', findings: [...findings] });
      const second = aRole({ tenantId, accountId: '222222222223', status: 'pending', verifySlot: 'slot-008' });
      const reading = aTenant({ tenantId, tenant, roles: [first, second] });
      for (const item of [reading.tenant, ...reading.roles]) await put(item);
    }
    await put({ tenantId: 'gone', record: 'tenant', gone: true, version: 2 });
    await put({ tenantId: 'gone', record: 'role#222222222222#scanner', gone: true, version: 2 });
  });

  it('lists the tenants of a status, each once, in the order of their ids, one query a page', async () => {
    const counted = aDirectory();
    const pages = await allOf((page) => counted.directory.listTenants({ status: 'active', ...page }), 50);
    const rows = pages.flat();
    expect(rows.map(({ tenantId }) => tenantId)).toEqual(TENANTS.filter((_, index) => index % 13 !== 0));
    expect(pages[0]).toHaveLength(50);
    expect(counted.calls).toBe(pages.length);
    expect(rows[0]).toEqual({
      tenantId: 'tenant-001',
      record: 'tenant',
      name: 'tenant-001',
      status: 'active',
      enabledJobs: ['scan-account'],
      createdAtMs: 1,
    });
    expect(JSON.stringify(rows)).not.toContain('cb-');
    expect(await counted.directory.listTenants({ status: 'offboarded', limit: 50 })).toEqual({ rows: [] });
  });

  it('lists the roles of a status, also several of one tenant', async () => {
    const { directory } = aDirectory();
    const trusted = (await allOf((page) => directory.listRoles({ status: 'trusted', ...page }), 7)).flat();
    expect(trusted.map(({ tenantId }) => tenantId)).toEqual(TENANTS);
    expect(trusted[0]).toMatchObject({ record: 'role#222222222222#scanner', findings: [], verifiedAtMs: 1 });
  });

  it('finds the roles with a finding, whatever the size of the page', async () => {
    for (const limit of [1, 2, 50]) {
      const counted = aDirectory();
      const of = { status: 'trusted', finding: 'trust.wholeAccountAccepted' } as const;
      const pages = await allOf((page) => counted.directory.listRoles({ ...of, ...page }), limit);
      const found = pages.flat().map(({ tenantId }) => tenantId);
      expect(found).toEqual(['tenant-005', 'tenant-045', 'tenant-085', 'tenant-125']);
      expect(pages.every((rows) => rows.length <= limit)).toBe(true);
    }
  });

  it('lists the roles of a verification slot, by their keys alone', async () => {
    const { directory } = aDirectory();
    const rows = (await allOf((page) => directory.rolesInVerifySlot({ slot: 'slot-007', ...page }), 60)).flat();
    expect(rows).toEqual(TENANTS.map((tenantId) => ({ tenantId, record: 'role#222222222222#scanner' })));
    expect(await directory.rolesInVerifySlot({ slot: 'slot-009', limit: 60 })).toEqual({ rows: [] });
  });

  it('stays in its list, whatever page was asked for before', async () => {
    const { directory } = aDirectory();
    const { next = '' } = await directory.listTenants({ status: 'active', limit: 1 });
    const { rows } = await directory.listRoles({ status: 'pending', limit: 200, after: next });
    expect(rows.every(({ status }) => status === 'pending')).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['no token', 'x'],
    ['other letters', `${token({ tenantId: 'acme', record: 'tenant' })}%`],
    ['a list', token(['acme', 'tenant'])],
    ['no record', token({ tenantId: 'acme' })],
    ['a status of its own', token({ tenantId: 'acme', record: 'tenant', status: 'offboarded' })],
    ['a slot of its own', token({ tenantId: 'acme', record: 'role#1#x', verifySlot: 'slot-001' })],
    ['a tenant id that is none', token({ tenantId: 'binding#x', record: 'tenant' })],
    ['a record that is none', token({ tenantId: 'acme', record: 'change#tenant#00000001' })],
    ['a long one', token({ tenantId: 'acme', record: `role#${'x'.repeat(5_000)}` })],
  ])('goes on from no page that it did not give: %s', async (_, after) => {
    const { directory } = aDirectory();
    for (const list of [
      directory.listTenants({ status: 'active', limit: 5, after }),
      directory.listRoles({ status: 'trusted', limit: 5, after }),
      directory.rolesInVerifySlot({ slot: 'slot-007', limit: 5, after }),
    ]) {
      await expect(list).rejects.toMatchObject({ code: 'request.fieldInvalid' });
    }
  });
});
