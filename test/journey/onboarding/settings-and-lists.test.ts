import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsCli, describeWith } from '../outside-clients/outside-clients.ts';
import { brokerAs } from './broker-cli.ts';
import { type Given, makeRole, withConditions, without } from './customer-roles.ts';
import { errorLines, journey } from './journey.ts';

const OPERATOR = 'arn:aws:iam::111111111111:user/operator';
const FIRST = '222222222222';
const SECOND = '222222222223';
const OPEN = '555555555555';

describeWith(awsCli, 'operators keep tenants in order', () => {
  const { stack, broker, json, customer, onboard } = journey();
  let given: Given;
  let open: Given;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'settings-'));
    given = await onboard({ tenantId: 'acme', accountId: FIRST, name: 'scanner' });
    open = JSON.parse((await broker('tenants', 'add', 'open', '--name', 'Open', '--format', 'json')).stdout);
    const trust = withConditions(open, without('StringEquals'));
    await makeRole(customer(OPEN), { name: 'open', given: open, trust });
    await json(4, 'tenants', 'connect', 'open', '--role-arn', `arn:aws:iam::${OPEN}:role/credential-broker/open`);
    await broker('tenants', 'add', 'waiting', '--name', 'Waits');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function file(name: string, content: string): Promise<string> {
    const written = path.join(folder, name);
    await writeFile(written, content);
    return written;
  }

  it('refuses the change of the one who read the tenant before the other changed it', async () => {
    const changed = Promise.withResolvers<undefined>();
    const slow = stack().faults.breakNext({
      service: 'dynamodb',
      action: 'PutItem',
      caller: 'credential-broker-local-manage-tenants',
      where: (input) => JSON.stringify(input).includes('of the first'),
      times: Number.POSITIVE_INFINITY,
      how: { heldUntil: changed.promise },
    });
    const first = broker('tenants', 'set', 'acme', '--notes', 'of the first');
    await expect.poll(slow.hits, { timeout: 30_000 }).toBeGreaterThan(0);
    const second = await broker('tenants', 'set', 'acme', '--notes', 'of the second', '--json');
    changed.resolve(undefined);
    expect(JSON.parse(second.stdout)).toMatchObject({ notes: 'of the second', version: 2 });
    const refused = await first;
    expect([refused.exitCode, refused.stdout, errorLines(refused)]).toEqual([
      3,
      '',
      [
        'registry.stale',
        'the tenant was changed meanwhile; read it and decide again',
        'Read it again and decide again; a change that is out of date is never merged.',
      ],
    ]);
    expect(await json(0, 'tenants', 'show', 'acme')).toMatchObject({ notes: 'of the second', version: 2 });
  });

  it('changes jobs, settings and schedule, and refuses settings that no job takes', async () => {
    const settings = await file('settings.json', '{"scan-account":{"bucketNamePrefixes":["acme-"]}}');
    const set = ['tenants', 'set', 'acme', '--settings', settings, '--schedule', 'scan-account=7d'];
    expect(await json(0, ...set)).toMatchObject({
      version: 3,
      settings: { 'scan-account': { bucketNamePrefixes: ['acme-'] } },
      schedule: { 'scan-account': { everyHours: 168 } },
    });
    const wrong = await file('wrong.json', '{"scan-account":{"bucketNamePrefixes":"acme-"}}');
    const refused = await broker('tenants', 'set', 'acme', '--settings', wrong);
    expect([refused.exitCode, errorLines(refused)[1]]).toEqual([3, expect.stringContaining('bucketNamePrefixes')]);
    expect(await json(0, 'tenants', 'show', 'acme')).toMatchObject({ version: 3 });
  });

  it('tells who changed what and when, before and after, and no external ID', async () => {
    const { changes } = await json(0, 'tenants', 'changes', 'acme', '--limit', '2');
    expect(changes).toEqual([
      {
        record: 'tenant',
        version: 3,
        change: 'tenant.settingsChanged',
        atMs: expect.any(Number),
        by: OPERATOR,
        before: { settings: {} },
        after: {
          settings: { 'scan-account': { bucketNamePrefixes: ['acme-'] } },
          schedule: { 'scan-account': { everyHours: 168 } },
        },
      },
      expect.objectContaining({ version: 2, by: OPERATOR, after: { notes: 'of the second' } }),
    ]);
    const { stdout } = await broker('tenants', 'changes', 'acme', '--all');
    expect(stdout).toContain('notes: (none) → of the second');
    expect(stdout).toContain('tenant.registered');
    expect(stdout).not.toContain(given.externalId);
  });

  it.each([
    [[], ['acme', 'open', 'waiting']],
    [
      ['--status', 'active'],
      ['acme', 'open', 'waiting'],
    ],
    [['--status', 'trusted'], ['acme']],
    [['--status', 'quarantined'], ['open']],
    [['--status', 'migrating'], []],
    [['--finding', 'trust.noExternalIdAccepted'], ['open']],
    [['--status', 'trusted', '--finding', 'trust.noExternalIdAccepted'], []],
  ])('lists with %j: %j', async (options, tenants) => {
    const listed = await json(0, 'tenants', 'list', '--all', ...options);
    expect(listed.tenants.map(({ tenantId }: { tenantId: string }) => tenantId)).toEqual(tenants);
  });

  it('lists and shows tables that people read', async () => {
    const listed = await broker('tenants', 'list');
    const [head, ...rows] = listed.stdout.trimEnd().split('\n');
    expect(head).toMatch(/^TENANT +NAME +STATUS +ROLES +FINDINGS +ROTATION$/);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual([
      ['acme', 'A customer', 'active', '1 trusted'],
      ['open', 'Open', 'active', '1 quarantined'],
      ['waiting', 'Waits', 'active', 'none'],
    ]);
    const { stdout } = await broker('tenants', 'show', 'open');
    expect(stdout).toMatch(/^555555555555 {2}open {2}quarantined {2}all .* 3$/m);
    expect(stdout).toMatch(/^ {10}fix: In the statement that allows sts:AssumeRole, require "StringEquals"/m);
  });

  it('has the deployment examined, which says what is not well and how to mend it', async () => {
    const { exitCode, stdout } = await broker('doctor');
    const checks = stdout.split('\n').filter((line) => /^(ok|not ok) /.test(line));
    expect([exitCode, checks.filter((line) => line.startsWith('not ok'))]).toEqual([
      4,
      [expect.stringMatching(/^not ok {2}trust of the roles +1 role quarantined$/)],
    ]);
    expect(checks.length).toBeGreaterThanOrEqual(11);
    expect(stdout).toContain('fix: `broker tenants list --status quarantined` names them');
  });

  it('finds it healthy once the customer has mended its trust', async () => {
    const trust = ['--role-name', 'open', '--policy-document', JSON.stringify(open.trustPolicy)];
    expect((await customer(OPEN)('iam', 'update-assume-role-policy', ...trust)).exitCode).toBe(0);
    expect(await json(0, 'tenants', 'verify', 'open')).toMatchObject([{ status: 'trusted', findings: [] }]);
    const { exitCode, stdout, stderr } = await broker('doctor');
    expect([exitCode, stderr]).toEqual([0, 'Everything is well.\n']);
    expect(stdout).not.toContain('not ok');
  });

  it('connects the accounts of a file, one of which is connected already', async () => {
    await makeRole(customer(SECOND), { name: 'scanner', given });
    const accounts = await file('accounts.csv', `accountId,roleName\n${FIRST},scanner\n${SECOND},scanner\n`);
    const connect = ['tenants', 'connect', 'acme', '--from', accounts];
    const connected = await broker(...connect);
    expect([connected.exitCode, connected.stdout]).toEqual([0, '']);
    expect(connected.stderr).toBe('Accounts: 1 trusted now, 1 trusted before, 0 not proven, 0 failed.\n');
    expect((await broker(...connect)).stderr).toBe(
      'Accounts: 0 trusted now, 2 trusted before, 0 not proven, 0 failed.\n',
    );
    const shown = await json(0, 'tenants', 'show', 'acme');
    expect(
      shown.roles.map(({ accountId, status }: { accountId: string; status: string }) => [accountId, status]),
    ).toEqual([
      [FIRST, 'trusted'],
      [SECOND, 'trusted'],
    ]);
  });

  it.each([['list'], ['show', 'acme'], ['suspend', 'acme', '--reason', 'because I can']])(
    'lets no stranger %s',
    async (...args) => {
      const stranger = brokerAs(() => stack().awsConfigFile, 'stranger');
      const refused = await stranger('tenants', ...args);
      expect([refused.exitCode, refused.stdout, errorLines(refused)[0]]).toEqual([3, '', 'client.accessDenied']);
      expect(refused.stderr).toContain('arn:aws:iam::111111111111:user/stranger');
      expect(await json(0, 'tenants', 'show', 'acme')).not.toHaveProperty('suspension');
    },
  );
});
