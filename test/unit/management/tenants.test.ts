import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { tables, withTables } from '../../support/dynamo-tables.ts';
import { anId, aRegistered, type ManagementWorld, managementWorld } from '../../support/management-world.ts';
import { OPERATOR } from '../../support/url-event.ts';

const EXTERNAL_ID = /cb-test1-[0-9a-f]{8}-[0-9a-f-]{27}/;
const stores = withTables();
let world: ManagementWorld;
beforeAll(() => {
  world = managementWorld(stores);
});

async function item(tenantId: string) {
  const Key = { tenantId, record: 'tenant' };
  const { Item } = await world.dynamo.send(
    new GetCommand({ TableName: tables.tenantsTable, Key, ConsistentRead: true }),
  );
  return JSON.stringify(Item);
}

describe('POST /tenants', () => {
  it('makes the tenant and its external ID, which it shows', async () => {
    const tenantId = anId();
    const made = await world.post('/tenants', { tenantId, name: 'Acme Corp' });
    expect(made).toMatchObject({
      statusCode: 201,
      body: {
        tenant: { tenantId, name: 'Acme Corp', status: 'active', jobs: ['scan-account'], roles: [], version: 1 },
        onboarding: { format: 'quick-create', externalId: expect.stringMatching(EXTERNAL_ID) },
      },
    });
    expect(made.body.onboarding.text).toContain(made.body.onboarding.externalId);
    expect(await item(tenantId)).toContain(made.body.onboarding.externalId);
  });

  it('shows the external ID this once, and in no answer that follows', async () => {
    const tenantId = await aRegistered(world);
    const path = `/tenants/${tenantId}`;
    await world.patch(path, { version: 1, notes: 'seen' });
    const later = [
      await world.get(path),
      await world.get('/tenants', 'limit=100'),
      await world.get(`${path}/changes`),
      await world.get(`${path}/onboarding`),
      await world.get(`${path}/onboarding`, 'format=terraform'),
      await world.get(`${path}/rotation`),
      await world.post('/tenants', { tenantId, name: 'Acme Corp' }),
    ];
    expect(later.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200, 200, 409]);
    for (const { body } of later) expect(JSON.stringify(body)).not.toMatch(EXTERNAL_ID);
  });

  it.each(['quick-create', 'cli', 'json'])('does not show %s again, which bears the external ID', async (format) => {
    const tenantId = await aRegistered(world);
    expect(await world.get(`/tenants/${tenantId}/onboarding`, `format=${format}`)).toMatchObject({
      statusCode: 400,
      body: { error: { code: 'request.formatUnavailable' } },
    });
  });

  const name = 'Acme';
  it.each<[string, object, number, string, string]>([
    ['an id in upper case', { tenantId: 'Acme', name }, 400, 'tenant.idInvalid', 'U+0041'],
    ['an id of another alphabet', { tenantId: '\u0430cme', name }, 400, 'tenant.idInvalid', 'U+0430'],
    ['no id', { name }, 400, 'request.fieldInvalid', 'tenantId: is missing'],
    ['no name', { tenantId: 'no-name' }, 400, 'request.fieldInvalid', 'name: is missing'],
    ['an empty name', { tenantId: 'no-name', name: '' }, 400, 'request.fieldInvalid', 'name: '],
    [
      'a name that a terminal obeys',
      { tenantId: 'odd-name', name: 'a\u001b[2J' },
      400,
      'request.fieldInvalid',
      'name: ',
    ],
    ['a name that turns around', { tenantId: 'odd-name', name: 'a\u202eb' }, 400, 'request.fieldInvalid', 'name: '],
    ['a job that there is not', { tenantId: 'odd-job', name, jobs: ['mine-coins'] }, 400, 'job.unknown', 'mine-coins'],
    ['a job of every object', { tenantId: 'odd-job', name, jobs: ['constructor'] }, 400, 'job.unknown', 'constructor'],
    [
      'a job twice',
      { tenantId: 'odd-job', name, jobs: ['scan-account', 'scan-account'] },
      400,
      'request.fieldInvalid',
      'jobs',
    ],
    [
      'a job without the settings that it needs',
      { tenantId: 'odd-job', name, jobs: ['process-logs'] },
      400,
      'policy.parameterInvalid',
      'process-logs',
    ],
    ['settings of no job', { tenantId: 'odd-set', name, settings: { nothing: {} } }, 400, 'job.unknown', 'nothing'],
    [
      'a setting that the job does not take',
      { tenantId: 'odd-set', name, settings: { 'scan-account': { bucketNamePrefixes: ['*s3cr3t*'] } } },
      400,
      'policy.parameterInvalid',
      'settings.scan-account.bucketNamePrefixes',
    ],
    [
      'a setting that the job does not know',
      { tenantId: 'odd-set', name, settings: { 'scan-account': { s3cr3t: 1 } } },
      400,
      'policy.parameterInvalid',
      'settings.scan-account',
    ],
    ['no jobs at all', { tenantId: 'no-jobs', name, jobs: [] }, 409, 'job.notEnabled', 'no job'],
    [
      'a format that there is not',
      { tenantId: 'odd-format', name, format: 'pulumi' },
      400,
      'request.fieldInvalid',
      'format',
    ],
    ['an unknown key', { tenantId: 'odd-key', name, tennantId: 'x' }, 400, 'request.fieldNotAllowed', 'tennantId'],
    [
      'a key in another case',
      { tenantId: 'odd-key', name, Jobs: [] },
      400,
      'request.fieldNotAllowed',
      'did you mean jobs?',
    ],
    [
      'an external ID',
      { tenantId: 'odd-id', name, externalId: 'cb-mine' },
      400,
      'request.fieldNotAllowed',
      'made here',
    ],
    [
      'an external ID among the settings',
      { tenantId: 'odd-id', name, settings: { 'scan-account': { external_id: 'x' } } },
      400,
      'request.fieldNotAllowed',
      'made here',
    ],
  ])('refuses %s, and makes nothing', async (_, body, statusCode, code, text) => {
    const answer = await world.post('/tenants', body);
    expect(answer).toMatchObject({ statusCode, body: { error: { code, message: expect.stringContaining(text) } } });
    expect(JSON.stringify(answer.body)).not.toContain('*s3cr3t*');
    const tenantId = 'tenantId' in body && typeof body.tenantId === 'string' ? body.tenantId : 'nobody';
    expect(await item(tenantId)).toBeUndefined();
  });

  it('refuses a second tenant of a deployment that is dedicated, and shows no external ID there', async () => {
    const dedicated = managementWorld(stores, { mode: 'dedicated' });
    const first = await dedicated.post('/tenants', { tenantId: anId(), name: 'Only', format: 'terraform' });
    const second = await dedicated.post('/tenants', { tenantId: anId(), name: 'Other' });
    expect(first).toMatchObject({ statusCode: 201, body: { onboarding: { format: 'terraform' } } });
    expect(first.body.onboarding).not.toHaveProperty('externalId');
    expect(second).toMatchObject({ statusCode: 409, body: { error: { code: 'tenant.customerLimit' } } });
  });
});

describe('a tenant that there is not', () => {
  it.each<[string, string, unknown?]>([
    ['GET', ''],
    ['PATCH', '', { version: 1, name: 'x' }],
    ['DELETE', '', { reason: 'left' }],
    ['GET', '/changes'],
    ['GET', '/onboarding'],
    ['POST', '/roles', { roleArn: 'arn:aws:iam::222222222222:role/credential-broker/x' }],
    ['DELETE', '/roles/222222222222/x'],
    ['POST', '/verification', {}],
    ['GET', '/rotation'],
    ['POST', '/rotation', { step: 'start' }],
    ['POST', '/rotation', { step: 'finish' }],
    ['POST', '/suspension', { reason: 'x' }],
    ['DELETE', '/suspension', { reason: 'x' }],
    ['POST', '/migration', { step: 'start' }],
    ['POST', '/migration', { step: 'finish' }],
  ])('is told: %s %s', async (method, rest, body) => {
    const answer = await world.send({
      method,
      path: `/tenants/nobody-here${rest}`,
      ...(body === undefined ? {} : { body }),
    });
    expect(answer).toMatchObject({ statusCode: 404, body: { error: { code: 'tenant.unknown' } } });
  });

  it.each(['Acme', 'a', 'acme-', 'a'.repeat(64), 'acme%00', 'binding%23external-id%23x'])(
    'is no tenant: %s',
    async (id) => {
      const answer = await world.get(`/tenants/${id}`);
      expect(answer).toMatchObject({ statusCode: 400, body: { error: { code: 'tenant.idInvalid' } } });
    },
  );

  it.each(Object.getOwnPropertyNames(Object.prototype))('is never made of %s', async (name) => {
    const answer = await world.get(`/tenants/${encodeURIComponent(name)}`);
    expect([400, 404]).toContain(answer.statusCode);
  });
});

describe('PATCH /tenants/:tenantId', () => {
  it('changes what is given, and says who did', async () => {
    const tenantId = await aRegistered(world);
    const settings = { 'process-logs': { bucket: 'acme-logs', prefix: 'trail/' } };
    const jobs = ['scan-account', 'process-logs'];
    const schedule = { 'process-logs': { everyHours: 24 } };
    const changed = await world.patch(`/tenants/${tenantId}`, { version: 1, jobs, settings, schedule, notes: 'big' });
    expect(changed).toMatchObject({ statusCode: 200, body: { jobs, settings, schedule, notes: 'big', version: 2 } });
    expect((await world.get(`/tenants/${tenantId}/changes`)).body.changes).toMatchObject([
      { change: 'tenant.settingsChanged', by: OPERATOR, version: 2, before: { enabledJobs: ['scan-account'] } },
      { change: 'tenant.registered', by: OPERATOR, version: 1 },
    ]);
  });

  it.each<[string, object, number, string, string]>([
    ['an older version', { version: 0, name: 'x' }, 409, 'registry.stale', 'version 1, not 0'],
    ['a later version', { version: 2, name: 'x' }, 409, 'registry.stale', 'version 1, not 2'],
    ['no version', { name: 'x' }, 400, 'request.fieldInvalid', 'version: is missing'],
    ['no change', { version: 1 }, 400, 'request.fieldInvalid', 'changes nothing'],
    ['a status', { version: 1, status: 'active' }, 400, 'request.fieldNotAllowed', 'status'],
    [
      'a schedule of a job that is not enabled',
      { version: 1, schedule: { 'process-logs': {} } },
      409,
      'job.notEnabled',
      'schedule.process-logs',
    ],
    ['a schedule of a job that there is not', { version: 1, schedule: { nothing: {} } }, 400, 'job.unknown', 'nothing'],
    [
      'a schedule of half an hour',
      { version: 1, schedule: { 'scan-account': { everyHours: 0.5 } } },
      400,
      'request.fieldInvalid',
      'everyHours',
    ],
    [
      'a key of a schedule in another case',
      { version: 1, schedule: { 'scan-account': { EveryHours: 1 } } },
      400,
      'request.fieldNotAllowed',
      'did you mean everyHours?',
    ],
    ['an external ID', { version: 1, externalId: 'cb-test1-mine' }, 400, 'request.fieldNotAllowed', 'made here'],
    ['the external IDs', { version: 1, externalIds: { current: 'x' } }, 400, 'request.fieldNotAllowed', 'made here'],
    ['an EXTERNAL_ID', { version: 1, name: 'x', EXTERNAL_ID: null }, 400, 'request.fieldNotAllowed', 'made here'],
  ])('refuses %s, and leaves every byte as it was', async (_, body, statusCode, code, text) => {
    const tenantId = await aRegistered(world);
    const before = await item(tenantId);
    const answer = await world.patch(`/tenants/${tenantId}`, body);
    expect(answer).toMatchObject({ statusCode, body: { error: { code, message: expect.stringContaining(text) } } });
    expect(await item(tenantId)).toBe(before);
  });

  it('refuses to disable a job that its schedule still names', async () => {
    const tenantId = await aRegistered(world);
    const path = `/tenants/${tenantId}`;
    await world.patch(path, { version: 1, schedule: { 'scan-account': { paused: true } } });
    expect(await world.patch(path, { version: 2, jobs: [] })).toMatchObject({
      body: { error: { code: 'job.notEnabled' } },
    });
    expect(await world.patch(path, { version: 2, jobs: [], schedule: {} })).toMatchObject({ statusCode: 200 });
  });

  it('lets one of two changes of the same version through', async () => {
    const tenantId = await aRegistered(world);
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => world.patch(`/tenants/${tenantId}`, { version: 1, name })),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409, 409, 409]);
    expect(answers.filter(({ body }) => body.error?.code === 'registry.stale')).toHaveLength(3);
  });
});
