import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsCli, describeWith, type Ran } from '../outside-clients/outside-clients.ts';
import { type Given, makeRole } from './customer-roles.ts';
import { errorLines, journey } from './journey.ts';

const ACCOUNT = '444444444444';
const KEYS = ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPL2'] as const;
/** Of AWS's own documentation; it opens nothing. */
const SECRET = ['wJalrXUtnFEMI', 'K7MDENG', 'bPxRfiCYEXAMPLEKEY'].join('/');
const HEAD = 'tenantId,name,jobs,settings,schedule,notes,accessKeyIds';
const SETTINGS = { 'scan-account': { bucketNamePrefixes: ['initech-'] } };
const SCHEDULE = { 'scan-account': { everyHours: 24 } };

describeWith(awsCli, 'a tenant with access keys of IAM users is taken to a role', () => {
  const { broker, json, customer, ask } = journey();
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'import-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function importing(name: string, content: string, ...args: readonly string[]): Promise<Ran> {
    const file = path.join(folder, name);
    await writeFile(file, content);
    return broker('tenants', 'import', '--from', file, ...args);
  }

  async function tenants(): Promise<readonly string[]> {
    const { tenants: rows } = await json(0, 'tenants', 'list', '--all');
    return rows.map(({ tenantId }: { tenantId: string }) => tenantId);
  }

  it.each([
    [
      'a CSV file',
      'secret.csv',
      `${HEAD}\none,One,,,,,AKIAIOSFODNN7EXAMPL7\ntwo,Two,,,,${SECRET},AKIAIOSFODNN7EXAMPL8\n`,
    ],
    [
      'a JSON file',
      'secret.json',
      JSON.stringify([
        { tenantId: 'one', name: 'One', accessKeyIds: ['AKIAIOSFODNN7EXAMPL7'] },
        { tenantId: 'two', name: 'Two', accessKeyIds: ['AKIAIOSFODNN7EXAMPL8'], notes: SECRET },
      ]),
    ],
  ])('refuses %s with a secret key, imports nothing of it, and does not repeat it', async (_, name, content) => {
    const refused = await importing(name, content);
    const [code, message] = errorLines(refused);
    const line = name.endsWith('.csv') ? 3 : 2;
    expect([refused.exitCode, refused.stdout, code, message]).toEqual([
      3,
      '',
      'import.secretRefused',
      `What looks like a secret access key stands in line ${line} (notes). Nothing was sent.`,
    ]);
    expect(refused.stderr).not.toContain(SECRET);
    expect(await tenants()).toEqual([]);
  });

  it('imports nothing of a file with one bad line, and names the line', async () => {
    const good = 'one,One,scan-account,,,,AKIAIOSFODNN7EXAMPL7';
    const refused = await importing('bad.csv', `${HEAD}\n${good}\ntwo,Two,no-such-job,,,,AKIAIOSFODNN7EXAMPL8\n`);
    expect([refused.exitCode, refused.stdout]).toEqual([
      3,
      'LINE  TENANT  PROBLEM\n' +
        '3     two     the catalogue has no job "no-such-job"; it has scan-account, process-logs\n',
    ]);
    expect(errorLines(refused)).toEqual([
      'import.invalid',
      '1 line cannot be taken in; nothing was imported.',
      'Correct the lines that are named, and import the whole file again.',
    ]);
    expect(await tenants()).toEqual([]);
  });

  it('takes in CSV and JSON as migrating', async () => {
    const quoted = (value: unknown) => `"${JSON.stringify(value).replaceAll('"', '""')}"`;
    const row = `initech,Initech,scan-account,${quoted(SETTINGS)},${quoted(SCHEDULE)},since 2019,${KEYS.join(';')}`;
    const csv = `${HEAD}\n${row}\n`;
    const checked = await importing('tenants.csv', csv, '--check');
    expect([checked.exitCode, checked.stderr]).toEqual([0, '1 tenant can be imported. Nothing was imported.\n']);
    expect(await tenants()).toEqual([]);
    expect((await importing('tenants.csv', csv)).exitCode).toBe(0);
    const others = [{ tenantId: 'umbrella', name: 'Umbrella', accessKeyIds: ['AKIAIOSFODNN7EXAMPL3'] }];
    expect((await importing('tenants.json', JSON.stringify(others))).exitCode).toBe(0);
    expect(await tenants()).toEqual(['initech', 'umbrella']);
    const shown = await json(0, 'tenants', 'show', 'initech');
    expect(shown).toMatchObject({
      status: 'migrating',
      jobs: ['scan-account'],
      settings: SETTINGS,
      schedule: SCHEDULE,
      notes: 'since 2019',
      legacyAccessKeyIds: KEYS,
    });
  });

  it('does not take in one that is there already', async () => {
    const again = [{ tenantId: 'umbrella', name: 'Another', accessKeyIds: ['AKIAIOSFODNN7EXAMPL9'] }];
    const refused = await importing('again.json', JSON.stringify(again));
    expect([refused.exitCode, refused.stdout]).toEqual([3, expect.stringContaining('is registered already')]);
  });

  it('has nothing brokered for it, and a request says why', async () => {
    const { request, issuances } = await ask('initech');
    expect([request.decision, request.refusal, issuances]).toEqual([
      'refused',
      { reason: 'tenant.migrating', explanation: expect.stringContaining('broker tenants migrate initech') },
      [],
    ]);
  });

  it('is migrated: external ID, role, proof, and then requests work', async () => {
    const started = await broker('tenants', 'migrate', 'initech', '--format', 'json');
    expect(started.exitCode).toBe(4);
    const given: Given = JSON.parse(started.stdout);
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/credential-broker/migrated`;
    const early = await broker('tenants', 'migrate', 'initech', '--role-arn', roleArn);
    expect([early.exitCode, early.stderr]).toEqual([
      4,
      expect.stringContaining('Then go on with: broker tenants migrate initech\n'),
    ]);
    expect((await ask('initech')).request.refusal?.reason).toBe('tenant.migrating');
    await makeRole(customer(ACCOUNT), { name: 'migrated', given });
    const migrated = await broker('tenants', 'migrate', 'initech', '--wait');
    expect(migrated.exitCode).toBe(0);
    expect(migrated.stderr).toContain('initech is active, with its settings, schedule and history.\n');
    for (const key of KEYS) expect(migrated.stderr).toContain(`The customer must delete the access key ${key}.`);
    const shown = await json(0, 'tenants', 'show', 'initech');
    expect(shown).toMatchObject({ status: 'active', settings: SETTINGS, schedule: SCHEDULE, notes: 'since 2019' });
    const { request, issuances } = await ask('initech');
    expect([request.decision, issuances.map(({ state }) => state)]).toEqual(['allowed', ['completed']]);
  });

  it('has its keys listed until it is told that they are gone', async () => {
    const [first, second] = KEYS;
    const deleted = (key: string) => broker('tenants', 'migrate', 'initech', '--key-deleted', key);
    expect(await deleted(first)).toMatchObject({ exitCode: 0, stderr: `Left: ${second}\n` });
    const again = await deleted(first);
    expect([again.exitCode, errorLines(again)[1]]).toEqual([3, expect.stringContaining(second)]);
    expect((await broker('tenants', 'show', 'initech')).stdout).toMatch(new RegExp(`^keys to delete +${second}$`, 'm'));
    expect(await deleted(second)).toMatchObject({ exitCode: 0, stderr: 'No access key is left to delete.\n' });
    expect((await broker('tenants', 'show', 'initech')).stdout).not.toContain('AKIA');
  });

  it('keeps its history from the import on', async () => {
    const { changes } = await json(0, 'tenants', 'changes', 'initech', '--all');
    const ofTenant = changes.filter(({ record }: { record: string }) => record === 'tenant');
    expect(ofTenant.map(({ change }: { change: string }) => change)).toEqual([
      'legacyKey.deleted',
      'legacyKey.deleted',
      'tenant.migrated',
      'migration.started',
      'tenant.imported',
    ]);
  });
});
