import { beforeAll, describe, expect, it } from 'vitest';
import { withTables } from '../../support/dynamo-tables.ts';
import { anId, aRegistered, type ManagementWorld, managementWorld } from '../../support/management-world.ts';

const stores = withTables();
let world: ManagementWorld;
let tenantId: string;
beforeAll(async () => {
  world = managementWorld(stores);
  tenantId = await aRegistered(world);
});

describe('a route that takes no query', () => {
  it.each<[string, string, object?]>([
    ['GET', ''],
    ['PATCH', '', { version: 1, name: 'other' }],
    ['DELETE', '', { reason: 'left' }],
    ['POST', '/suspension', { reason: 'unpaid' }],
    ['POST', '/rotation', { step: 'start' }],
    ['POST', '/verification', {}],
    ['GET', '/rotation'],
  ])('refuses one, and does nothing: %s %s', async (method, rest, body) => {
    const path = `/tenants/${tenantId}${rest}`;
    const before = await world.get(`/tenants/${tenantId}`);
    const answer = await world.send({ method, path, query: 'force=true', ...(body === undefined ? {} : { body }) });
    expect(answer).toMatchObject({ statusCode: 400, body: { error: { code: 'request.fieldInvalid' } } });
    expect(await world.get(`/tenants/${tenantId}`)).toEqual(before);
  });
});

describe('a deadline of a rotation', () => {
  it.each([
    [1, 200],
    [90, 200],
    [0, 400],
    [91, 400],
    [1.5, 400],
  ])('of %d days answers %i', async (deadlineDays, statusCode) => {
    const path = `/tenants/${await aRegistered(world)}/rotation`;
    expect(await world.post(path, { step: 'start', deadlineDays })).toMatchObject({ statusCode });
  });
});

describe('a migration', () => {
  it('makes no external ID for an answer that it could not give', async () => {
    const legacy = anId();
    const keyId = `AKIA${legacy.toUpperCase().replaceAll('-', '').padEnd(16, '0')}`;
    const lines = [{ line: 1, tenant: { tenantId: legacy, name: 'Legacy', accessKeyIds: [keyId] } }];
    expect(await world.post('/imports', { importId: legacy, step: 'apply', lines })).toMatchObject({ statusCode: 200 });
    const path = `/tenants/${legacy}/migration`;
    const without = managementWorld(stores, { templates: false });
    const refused = { statusCode: 400, body: { error: { code: 'request.formatUnavailable' } } };
    expect(await without.post(path, { step: 'start', format: 'quick-create' })).toMatchObject(refused);
    // Nothing was made then: it is now, and shown.
    const started = await world.post(path, { step: 'start', format: 'json' });
    expect(started.body.onboarding).toHaveProperty('externalId');
  });
});
