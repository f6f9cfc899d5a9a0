import { beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../lib/platform/ids.ts';
import { withTables } from '../../support/dynamo-tables.ts';
import {
  anAccountId,
  anArn,
  anId,
  aRegistered,
  type ManagementWorld,
  managementWorld,
  TRUSTED,
} from '../../support/management-world.ts';
import { OPERATOR } from '../../support/url-event.ts';

const EXTERNAL_ID = /cb-test1-[0-9a-f]{8}-[0-9a-f-]{27}/;
const stores = withTables();
let world: ManagementWorld;
beforeAll(() => {
  world = managementWorld(stores);
});

/** No two tenants came with one key. */
const keyIdOf = (tenantId: string) => `AKIA${tenantId.replace(/\D/g, '').padStart(16, '0')}`;

async function changesOf(tenantId: string) {
  const { body } = await world.get(`/tenants/${tenantId}/changes`);
  return body.changes.map(({ change, by, reason }: { change: string; by: string; reason?: string }) => ({
    change,
    by,
    reason,
  }));
}

describe('a suspension', () => {
  it('holds until it is lifted, and both are recorded with their reason', async () => {
    const tenantId = await aRegistered(world);
    const path = `/tenants/${tenantId}/suspension`;
    const suspended = await world.post(path, { reason: 'unpaid since March' });
    expect(suspended).toMatchObject({ statusCode: 200, body: { tenantId, sinceMs: world.clock.nowMs(), alive: [] } });
    expect((await world.get(`/tenants/${tenantId}`)).body.suspension).toEqual({
      sinceMs: world.clock.nowMs(),
      by: OPERATOR,
      reason: 'unpaid since March',
    });
    const resumed = await world.del(path, { reason: 'paid' });
    expect(resumed).toMatchObject({ statusCode: 200, body: { tenantId, status: 'active' } });
    expect(resumed.body).not.toHaveProperty('suspension');
    expect((await changesOf(tenantId)).slice(0, 2)).toEqual([
      { change: 'tenant.resumed', by: OPERATOR, reason: 'paid' },
      { change: 'tenant.suspended', by: OPERATOR, reason: 'unpaid since March' },
    ]);
  });

  it.each([{}, { reason: '' }, { reason: 'x'.repeat(257) }, { reason: 'a\nb' }])('needs a reason: %j', async (body) => {
    const tenantId = await aRegistered(world);
    const answer = await world.post(`/tenants/${tenantId}/suspension`, body);
    expect(answer).toMatchObject({ statusCode: 400, body: { error: { code: 'request.fieldInvalid' } } });
    expect((await world.get(`/tenants/${tenantId}`)).body).not.toHaveProperty('suspension');
  });
});

describe('an offboarding', () => {
  it('lets the tenant go, keeps its changes, and refuses what comes after', async () => {
    const tenantId = await aRegistered(world);
    const roleArn = anArn(anAccountId());
    await world.post(`/tenants/${tenantId}/roles`, { roleArn });
    expect(await world.del(`/tenants/${tenantId}`, { reason: 'left' })).toMatchObject({
      statusCode: 200,
      body: { tenantId },
    });
    expect((await world.get(`/tenants/${tenantId}`)).body).toMatchObject({ status: 'offboarded', roles: [] });
    expect(await changesOf(tenantId)).toContainEqual({ change: 'tenant.offboarded', by: OPERATOR, reason: 'left' });
    for (const answer of [
      await world.patch(`/tenants/${tenantId}`, { version: 5, name: 'x' }),
      await world.post(`/tenants/${tenantId}/roles`, { roleArn }),
      await world.post(`/tenants/${tenantId}/verification`, {}),
      await world.post(`/tenants/${tenantId}/rotation`, { step: 'start' }),
      await world.get(`/tenants/${tenantId}/onboarding`),
    ]) {
      expect(answer).toMatchObject({ statusCode: 409, body: { error: { code: 'tenant.offboarded' } } });
    }
  });
});

describe('a rotation', () => {
  async function aRotation() {
    const tenantId = await aRegistered(world);
    const accountId = anAccountId();
    await world.post(`/tenants/${tenantId}/roles`, { roleArn: anArn(accountId) });
    return { tenantId, path: `/tenants/${tenantId}/rotation` };
  }

  it('shows the next external ID when it starts, and never again', async () => {
    const { path } = await aRotation();
    const started = await world.post(path, { step: 'start', deadlineDays: 7, format: 'json' });
    expect(started).toMatchObject({
      statusCode: 200,
      body: { onboarding: { format: 'json', externalId: expect.stringMatching(EXTERNAL_ID) } },
    });
    expect(started.body.rotation).toMatchObject({ deadlineMs: world.clock.nowMs() + 7 * 86_400_000, by: OPERATOR });
    const status = await world.get(path);
    expect(status).toMatchObject({ statusCode: 200, body: { roles: [{ takes: 'unproven' }] } });
    expect(JSON.stringify(status.body)).not.toMatch(EXTERNAL_ID);
    expect(await world.post(path, { step: 'start' })).toMatchObject({
      statusCode: 409,
      body: { error: { code: 'tenant.rotating' } },
    });
  });

  it('does not end before every role is proven, and ends when it is', async () => {
    const { tenantId, path } = await aRotation();
    const { body } = await world.post(path, { step: 'start', format: 'json' });
    world.clock.advance(1_000);
    world.proves({
      ...TRUSTED,
      findings: ['trust.previousExternalIdAccepted'],
      externalIdSha256: sha256Hex(body.onboarding.externalId),
    });
    expect(await world.post(path, { step: 'finish' })).toMatchObject({
      statusCode: 409,
      body: { error: { code: 'rotation.notProven' } },
    });
    world.proves({ ...TRUSTED, externalIdSha256: sha256Hex(body.onboarding.externalId) });
    const finished = await world.post(path, { step: 'finish' });
    expect(finished).toMatchObject({ statusCode: 200 });
    expect(finished.body).not.toHaveProperty('rotation');
    expect(await changesOf(tenantId)).toContainEqual({ change: 'rotation.finished', by: OPERATOR });
    world.proves(TRUSTED);
  });

  it('makes no external ID for an answer that it could not give', async () => {
    const { tenantId, path } = await aRotation();
    const { post, get } = managementWorld(stores, { templates: false });
    const refused = { statusCode: 400, body: { error: { code: 'request.formatUnavailable' } } };
    expect(await post(path, { step: 'start', format: 'quick-create' })).toMatchObject(refused);
    expect((await get(`/tenants/${tenantId}`)).body).not.toHaveProperty('rotation');
    const another = { tenantId: anId(), name: 'Acme', format: 'quick-create' };
    expect(await post('/tenants', another)).toMatchObject(refused);
    expect(await get(`/tenants/${another.tenantId}`)).toMatchObject({ statusCode: 404 });
  });

  it.each<[string, object, number, string]>([
    ['a step that there is not', { step: 'force' }, 400, 'request.fieldInvalid'],
    ['a deadline of no day', { step: 'start', deadlineDays: 0 }, 400, 'request.fieldInvalid'],
    ['a deadline of a year', { step: 'start', deadlineDays: 365 }, 400, 'request.fieldInvalid'],
    ['a format where nothing is made', { step: 'finish', format: 'json' }, 400, 'request.fieldNotAllowed'],
    ['a deadline where nothing starts', { step: 'abandon', deadlineDays: 3 }, 400, 'request.fieldNotAllowed'],
    ['an external ID of its own', { step: 'start', nextExternalId: 'cb-mine' }, 400, 'request.fieldNotAllowed'],
    ['an end of nothing', { step: 'finish' }, 409, 'tenant.notRotating'],
  ])('is refused with %s', async (_, body, statusCode, code) => {
    const { tenantId, path } = await aRotation();
    expect(await world.post(path, body)).toMatchObject({ statusCode, body: { error: { code } } });
    expect((await world.get(`/tenants/${tenantId}`)).body).not.toHaveProperty('rotation');
  });
});

describe('an import', () => {
  const aLine = (tenantId: string, changes: object = {}) => ({
    line: 2,
    tenant: { tenantId, name: 'Legacy', accessKeyIds: [keyIdOf(tenantId)], ...changes },
  });
  const anImport = (step: string, lines: readonly object[]) =>
    world.post('/imports', { importId: 'june', step, lines });

  it('is checked, applied and undone', async () => {
    const tenantId = anId();
    const lines = [aLine(tenantId)];
    expect(await anImport('check', lines)).toMatchObject({ statusCode: 200, body: { lines: [{ line: 2, tenantId }] } });
    expect(await world.get(`/tenants/${tenantId}`)).toMatchObject({ statusCode: 404 });
    expect(await anImport('apply', lines)).toMatchObject({ statusCode: 200 });
    expect((await world.get(`/tenants/${tenantId}`)).body).toMatchObject({
      status: 'migrating',
      legacyAccessKeyIds: [keyIdOf(tenantId)],
    });
    expect(await anImport('undo', lines)).toMatchObject({ statusCode: 200 });
    expect(await world.get(`/tenants/${tenantId}`)).toMatchObject({ statusCode: 404 });
  });

  it('takes 100 tenants with settings in one call', async () => {
    const ids = Array.from({ length: 100 }, anId);
    const settings = { 'scan-account': { bucketNamePrefixes: ['logs-'] } };
    const answer = await anImport(
      'check',
      ids.map((id) => aLine(id, { settings, notes: 'from the old tool' })),
    );
    expect(answer.body.lines.filter(({ problem }: { problem?: string }) => problem !== undefined)).toEqual([]);
    expect(answer).toMatchObject({ statusCode: 200 });
  });

  it.each<[string, () => readonly object[], number, string]>([
    [
      'a secret key',
      () => [aLine(anId(), { secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' })],
      422,
      'import.secretRefused',
    ],
    ['an external ID', () => [aLine(anId(), { externalId: 'cb-mine' })], 400, 'request.fieldNotAllowed'],
    ['no line', () => [], 400, 'request.fieldInvalid'],
    ['101 lines', () => Array.from({ length: 101 }, () => aLine(anId())), 400, 'request.fieldInvalid'],
    ['a line without a tenant', () => [{ line: 1 }], 400, 'request.fieldInvalid'],
  ])('is refused with %s', async (_, lines, statusCode, code) => {
    const answer = await anImport('apply', lines());
    expect(answer).toMatchObject({ statusCode, body: { error: { code } } });
    expect(JSON.stringify(answer.body)).not.toContain('wJalrXUt');
  });
});

describe('a migration', () => {
  async function anImported() {
    const tenantId = anId();
    const lines = [{ line: 1, tenant: { tenantId, name: 'Legacy', accessKeyIds: [keyIdOf(tenantId)] } }];
    await world.post('/imports', { importId: tenantId, step: 'apply', lines });
    return { tenantId, path: `/tenants/${tenantId}/migration` };
  }

  it('goes from keys to a proven role', async () => {
    const { tenantId, path } = await anImported();
    const started = await world.post(path, { step: 'start', format: 'json' });
    expect(started).toMatchObject({
      statusCode: 200,
      body: { tenant: { status: 'migrating' }, onboarding: { externalId: expect.stringMatching(EXTERNAL_ID) } },
    });
    expect(await world.post(path, { step: 'finish' })).toMatchObject({ statusCode: 409 });
    await world.post(`/tenants/${tenantId}/roles`, { roleArn: anArn(anAccountId()) });
    await world.post(`/tenants/${tenantId}/verification`, {});
    expect(await world.post(path, { step: 'finish' })).toMatchObject({
      statusCode: 200,
      body: { tenant: { status: 'active' } },
    });
    const done = await world.post(path, { step: 'keyDeleted', accessKeyId: keyIdOf(tenantId) });
    expect(done).toMatchObject({ statusCode: 200, body: { tenant: { status: 'active' } } });
    expect(done.body.tenant.legacyAccessKeyIds ?? []).toEqual([]);
  });

  it('shows the external ID once, and goes on when it is started again', async () => {
    const { path } = await anImported();
    await world.post(path, { step: 'start' });
    const again = await world.post(path, { step: 'start' });
    expect(again).toMatchObject({ statusCode: 200, body: { tenant: { status: 'migrating' } } });
    expect(JSON.stringify(again.body)).not.toMatch(EXTERNAL_ID);
  });

  it('is not of a tenant that came with a role', async () => {
    const tenantId = await aRegistered(world);
    const answer = await world.post(`/tenants/${tenantId}/migration`, { step: 'start' });
    expect(answer).toMatchObject({ statusCode: 409 });
    expect(JSON.stringify(answer.body)).not.toMatch(EXTERNAL_ID);
  });

  it.each([{ step: 'keyDeleted' }, { step: 'start', accessKeyId: 'AKIAABCDEFGHIJKLMNOP' }, {}])(
    'is refused with %j',
    async (body) => {
      const { path } = await anImported();
      expect(await world.post(path, body)).toMatchObject({ statusCode: 400 });
    },
  );
});
