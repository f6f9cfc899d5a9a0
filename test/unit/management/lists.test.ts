import { beforeAll, describe, expect, it } from 'vitest';
import { withTables } from '../../support/dynamo-tables.ts';
import {
  type Answer,
  anAccountId,
  anArn,
  aRegistered,
  type ManagementWorld,
  managementWorld,
  TRUSTED,
} from '../../support/management-world.ts';

const TENANTS = 23;
const stores = withTables();
let world: ManagementWorld;
let ids: string[];

async function role(tenantId: string, proof: Parameters<ManagementWorld['proves']>[0]): Promise<void> {
  const accountId = anAccountId();
  await world.post(`/tenants/${tenantId}/roles`, { roleArn: anArn(accountId) });
  world.proves(proof);
  await world.post(`/tenants/${tenantId}/verification`, { accountId });
}

/** Every third has two trusted roles, every fifth an unsafe one beside, the first is suspended, the second has left. */
beforeAll(async () => {
  world = managementWorld(stores);
  ids = [];
  for (let index = 0; index < TENANTS; index += 1) ids.push(await aRegistered(world));
  for (const [index, tenantId] of ids.entries()) {
    if (index % 3 === 0) await role(tenantId, TRUSTED);
    if (index % 3 === 0) await role(tenantId, { ...TRUSTED, findings: ['trust.wholeAccountAccepted'] });
    if (index % 5 === 0)
      await role(tenantId, {
        status: 'quarantined',
        findings: ['trust.noExternalIdAccepted', 'trust.wholeAccountAccepted'],
      });
  }
  await world.post(`/tenants/${ids[0]}/suspension`, { reason: 'unpaid' });
  await world.del(`/tenants/${ids[1]}`, { reason: 'left' });
});

type Row = { tenantId: string };

/** All pages of a list, and how many there were. */
async function all(query: string): Promise<{ rows: Row[]; pages: number }> {
  const rows: Row[] = [];
  let pages = 0;
  let cursor: string | undefined;
  do {
    const page: Answer = await world.get('/tenants', `${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`);
    expect(page.statusCode).toBe(200);
    rows.push(...page.body.tenants);
    cursor = page.body.cursor;
    pages += 1;
  } while (cursor !== undefined);
  return { rows, pages };
}

const every = (step: number) => ids.filter((_, index) => index % step === 0);

describe('GET /tenants', () => {
  it.each([1, 2, 7, 22, 100])('lists every tenant that has not left, once, %i to a page', async (limit) => {
    const { rows, pages } = await all(`limit=${limit}`);
    expect(rows.map(({ tenantId }) => tenantId).sort()).toEqual(ids.filter((id) => id !== ids[1]).sort());
    expect(pages).toBeGreaterThanOrEqual(Math.ceil((TENANTS - 1) / limit));
  });

  it('counts the roles of each, and says what was found and who is suspended', async () => {
    const { rows } = await all('limit=100');
    expect(rows.find(({ tenantId }) => tenantId === ids[0])).toEqual({
      tenantId: ids[0],
      name: 'Acme Corp',
      status: 'active',
      suspended: true,
      roles: { pending: 0, trusted: 2, refused: 0, quarantined: 1 },
      findings: ['trust.noExternalIdAccepted', 'trust.wholeAccountAccepted'],
    });
    expect(rows.find(({ tenantId }) => tenantId === ids[2])).toMatchObject({
      suspended: false,
      roles: { pending: 0, trusted: 0, refused: 0, quarantined: 0 },
      findings: [],
    });
  });

  it.each<[string, () => string[]]>([
    ['status=active', () => ids.filter((id) => id !== ids[1])],
    ['status=offboarded', () => ids.slice(1, 2)],
    ['status=migrating', () => []],
    ['status=trusted', () => every(3)],
    ['status=quarantined', () => every(5)],
    ['status=refused', () => []],
    ['finding=trust.noExternalIdAccepted', () => every(5)],
    ['finding=trust.wholeAccountAccepted', () => [...new Set([...every(3), ...every(5)])]],
    ['finding=trust.wholeAccountAccepted&status=trusted', () => every(3)],
    ['finding=trust.wholeAccountAccepted&status=active', () => [...new Set([...every(3), ...every(5)])]],
    ['finding=trust.wholeAccountAccepted&status=migrating', () => []],
    ['finding=trust.brokerRefused', () => []],
  ])('lists each tenant once for %s, whatever the page', async (query, expected) => {
    for (const limit of [1, 3, 100]) {
      const { rows } = await all(`${query}&limit=${limit}`);
      expect(rows.map(({ tenantId }) => tenantId).sort()).toEqual(expected().sort());
    }
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=1e1',
    'limit=-1',
    'status=suspended',
    'status=Active',
    'finding=trust.nothing',
    'cursor=',
    'cursor=%00',
    'cursor=e30',
    'cursor=W10',
    `cursor=${Buffer.from('{"of":" ","part":9}').toString('base64url')}`,
    `cursor=${Buffer.from('{"of":" ","part":0,"after":"e30"}').toString('base64url')}`,
    `cursor=${Buffer.from('{"of":" ","part":-1}').toString('base64url')}`,
    `cursor=${'A'.repeat(3_000)}`,
  ])('refuses %.60s', async (query) => {
    expect(await world.get('/tenants', query)).toMatchObject({
      statusCode: 400,
      body: { error: { code: 'request.fieldInvalid' } },
    });
  });

  it('refuses a cursor of another list', async () => {
    const { body } = await world.get('/tenants', 'status=active&limit=2');
    expect(await world.get('/tenants', `status=trusted&limit=2&cursor=${body.cursor}`)).toMatchObject({
      statusCode: 400,
    });
    expect(await world.get(`/tenants/${ids[0]}/changes`, `cursor=${body.cursor}`)).toMatchObject({ statusCode: 400 });
  });

  it('says in which case a key is written', async () => {
    const answer = await world.get('/tenants', 'Status=active');
    expect(answer.body.error.message).toContain('did you mean status?');
  });
});

describe('GET /tenants/:tenantId/changes', () => {
  it('lists every change, the newest first, page by page', async () => {
    const tenantId = await aRegistered(world);
    for (let version = 1; version < 6; version += 1) {
      await world.patch(`/tenants/${tenantId}`, { version, name: `Name ${version}` });
    }
    const versions: number[] = [];
    let cursor: string | undefined;
    do {
      const { body }: Answer = await world.get(
        `/tenants/${tenantId}/changes`,
        `limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      );
      versions.push(...body.changes.map(({ version }: { version: number }) => version));
      cursor = body.cursor;
    } while (cursor !== undefined);
    expect(versions).toEqual([6, 5, 4, 3, 2, 1]);
  });
});
