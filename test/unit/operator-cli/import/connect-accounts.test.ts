import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Replies, SeenRequest } from '../../../support/function-url-server.ts';
import { aRoleView, aTenantView, findingView, refusal, roleArnOf } from '../../../support/management-answers.ts';
import { type BrokerRunOptions, runBroker } from '../../../support/run-broker.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'broker-accounts-'));
afterAll(() => rmSync(directory, { recursive: true }));

function connect(csv: string, options: BrokerRunOptions & { readonly more?: readonly string[] } = {}) {
  const file = path.join(directory, 'accounts.csv');
  writeFileSync(file, csv);
  return runBroker(['tenants', 'connect', 'acme', '--from', file, ...(options.more ?? [])], options);
}

const accountId = (number: number) => String(100_000_000_000 + number);
const connectedArns = (requests: readonly SeenRequest[]) =>
  requests.flatMap(({ asked, body }) => (asked === 'POST /tenants/acme/roles' ? [body] : []));

/** Each account's role ends as `statusOf` says. */
function accounts(roles: Parameters<typeof aTenantView>[0] = {}, statusOf = (_: string) => 'trusted'): Replies {
  return ({ asked, body }) => {
    if (asked === 'GET /tenants/acme') return { json: aTenantView(roles) };
    const { roleArn = '', accountId: named = '' } = body as { roleArn?: string; accountId?: string };
    const id = named || (roleArn.split(':')[4] ?? '');
    if (asked === 'POST /tenants/acme/roles') return { json: aRoleView({ accountId: id, status: 'pending' }) };
    const status = statusOf(id);
    if (status === 'quarantined') {
      const findings = [findingView('trust.noExternalIdAccepted')];
      return { json: { roles: [aRoleView({ accountId: id, status, findings })] } };
    }
    return status === 'trusted' || status === 'pending'
      ? { json: { roles: [aRoleView({ accountId: id, status })] } }
      : refusal(409, 'account.alreadyConnected');
  };
}

describe('connect --from', () => {
  it('connects a role of one name in each account, and counts', async () => {
    const csv = `accountId\n${[1, 2, 3].map(accountId).join('\n')}\n`;
    const { exitCode, stdout, stderr, requests } = await connect(csv, { replies: accounts() });
    expect(exitCode).toBe(0);
    expect(connectedArns(requests)).toEqual([1, 2, 3].map((number) => ({ roleArn: roleArnOf(accountId(number)) })));
    expect(stdout).toBe('');
    expect(stderr).toContain('Accounts: 3 trusted now, 0 trusted before, 0 not proven, 0 failed.');
  });

  it.each([
    [
      'a name and jobs of the line',
      `accountId,roleName,jobs\n${accountId(1)},audit,"scan-account, logs"`,
      [],
      { roleArn: roleArnOf(accountId(1), 'audit'), jobs: ['scan-account', 'logs'] },
    ],
    [
      'a name and jobs of the command line',
      `accountId\n${accountId(1)}`,
      ['--role-name', 'logs', '--jobs', 'process-logs'],
      { roleArn: roleArnOf(accountId(1), 'logs'), jobs: ['process-logs'] },
    ],
    [
      'a whole ARN',
      `roleArn\narn:aws-cn:iam::${accountId(1)}:role/a/b`,
      [],
      { roleArn: `arn:aws-cn:iam::${accountId(1)}:role/a/b` },
    ],
    [
      'a path',
      `accountId\n${accountId(1)}`,
      ['--role-path', '/x/'],
      { roleArn: `arn:aws:iam::${accountId(1)}:role/x/credential-broker` },
    ],
    [
      'a byte order mark, spaces and empty lines',
      `\ufeffaccountId , jobs\r\n\r\n ${accountId(1)} ,\r\n`,
      [],
      { roleArn: roleArnOf(accountId(1)) },
    ],
  ])('takes %s', async (_, csv, more, body) => {
    const { requests } = await connect(csv, { replies: accounts(), more });
    expect(connectedArns(requests)).toEqual([body]);
  });

  it('takes the partition from the roles of the tenant, and from the region where there are none', async () => {
    const csv = `accountId\n${accountId(1)}`;
    const inChina = await connect(csv, { replies: accounts(), region: 'cn-north-1' });
    expect(connectedArns(inChina.requests)).toEqual([{ roleArn: roleArnOf(accountId(1)).replace('aws:', 'aws-cn:') }]);
    const role = aRoleView({ roleArn: roleArnOf('222222222222').replace('aws:', 'aws-us-gov:') });
    const asTenant = await connect(csv, { replies: accounts({ roles: [role] }) });
    expect(connectedArns(asTenant.requests)).toEqual([
      { roleArn: roleArnOf(accountId(1)).replace('aws:', 'aws-us-gov:') },
    ]);
    const nowhere = await connect(csv, { replies: accounts(), region: 'moon-1' });
    expect(nowhere).toMatchObject({ exitCode: 2 });
    expect(nowhere.stderr).toContain('The partition of region moon-1 is not known.\nGive a column roleArn');
  });

  it('skips what is trusted already, with the same jobs', async () => {
    const csv = `accountId\n${[1, 2, 3].map(accountId).join('\n')}`;
    const roles = [
      aRoleView({ accountId: accountId(1) }),
      aRoleView({ accountId: accountId(2), status: 'refused' }),
      aRoleView({ accountId: accountId(3), jobs: ['scan-account'] }),
    ];
    const { requests, stderr, exitCode } = await connect(csv, { replies: accounts({ roles }) });
    expect(exitCode).toBe(0);
    expect(connectedArns(requests)).toEqual([2, 3].map((number) => ({ roleArn: roleArnOf(accountId(number)) })));
    expect(stderr).toContain('Accounts: 2 trusted now, 1 trusted before, 0 not proven, 0 failed.');
  });

  it('lists by line what is not trusted, and exits with the gravest', async () => {
    const csv = `accountId\n${[1, 2, 3, 4].map(accountId).join('\n')}`;
    const status = new Map([
      [accountId(2), 'quarantined'],
      [accountId(3), 'refusal'],
      [accountId(4), 'pending'],
    ]);
    const replies = accounts({}, (id) => status.get(id) ?? 'trusted');
    const { exitCode, stderr } = await connect(csv, { replies });
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`line 3: ${accountId(2)}: quarantined: trust.noExternalIdAccepted\n`);
    expect(stderr).toContain(`line 4: ${accountId(3)}: account.alreadyConnected: The role cannot be connected`);
    expect(stderr).toContain(`line 5: ${accountId(4)}: pending\n`);
    expect(stderr).toContain('Accounts: 1 trusted now, 0 trusted before, 2 not proven, 1 failed.');
    expect(stderr).toContain('Run the same command again for those that are not trusted.');
  });

  it('answers as JSON with a row for each role, those that were skipped too', async () => {
    const csv = `accountId\n${[1, 2].map(accountId).join('\n')}`;
    const roles = [aRoleView({ accountId: accountId(1) })];
    const replies = accounts({ roles }, () => 'quarantined');
    const { exitCode, stdout } = await connect(csv, { replies, more: ['--json'] });
    expect(exitCode).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject([
      { tenantId: 'acme', accountId: accountId(1), status: 'trusted', findings: [] },
      { accountId: accountId(2), status: 'quarantined', findings: [{ code: 'trust.noExternalIdAccepted' }] },
    ]);
  });

  it('stops when nothing answers any more, and says how many were not tried', async () => {
    const csv = `accountId\n${Array.from({ length: 40 }, (_, index) => accountId(index)).join('\n')}`;
    const replies: Replies = ({ asked }) =>
      asked.startsWith('GET') ? { json: aTenantView() } : { status: 502, raw: '' };
    const { exitCode, stderr, requests } = await connect(csv, { replies });
    expect(exitCode).toBe(5);
    expect(requests.length).toBeLessThan(20);
    expect(stderr).toMatch(/\d+ not tried, because nothing answers any more\./);
  });

  it('waits for each role where it is told to', async () => {
    let asked = 0;
    const replies = accounts({}, () => (asked++ === 0 ? 'pending' : 'trusted'));
    const { exitCode, sleptMs } = await connect(`accountId\n${accountId(1)}`, { replies, more: ['--wait'] });
    expect({ exitCode, sleptMs }).toEqual({ exitCode: 0, sleptMs: 10_000 });
  });

  it('says how to go on after Ctrl-C', async () => {
    const csv = `accountId\n${Array.from({ length: 40 }, (_, index) => accountId(index)).join('\n')}`;
    const { exitCode, stderr, requests } = await connect(csv, { replies: accounts(), interruptAfter: { requests: 9 } });
    expect(exitCode).toBe(130);
    expect(requests.length).toBeLessThan(16);
    expect(stderr).toContain('Run the same command again: accounts that are trusted are skipped.');
  });

  it.each([
    ['a line that is no account', 'accountId\n12', 'line 2: accountId is not 12 digits'],
    [
      'a column that there is not',
      `accountId,name\n${accountId(1)},x`,
      'line 2: there is no column "name"; they are accountId, roleName, roleArn, jobs',
    ],
    ['an account twice', `accountId\n${accountId(1)}\n${accountId(1)}`, 'line 3: the same role stands in line 2'],
    ['an ARN of something else', 'roleArn\narn:aws:s3:::x', 'line 2: roleArn is not the ARN of a role'],
    [
      'an ARN of another account',
      `accountId,roleArn\n${accountId(1)},${roleArnOf(accountId(2))}`,
      'line 2: roleArn is of another account or name',
    ],
    ['a head alone', 'accountId\n', 'has no line below its head'],
    ['nothing', '', 'has no line below its head'],
    ['a column twice', `accountId,accountId\n${accountId(1)},${accountId(1)}`, 'the head has a column twice'],
    [
      'a line that is too long',
      `accountId\n${accountId(1)},x`,
      'is not CSV near line 2 (CSV_RECORD_INCONSISTENT_COLUMNS)',
    ],
    ['a quotation mark that is not closed', `accountId\n"${accountId(1)}`, 'is not CSV'],
  ])('sends nothing for a file with %s', async (_, csv, problem) => {
    const { exitCode, stderr, requests } = await connect(csv, { replies: accounts() });
    expect({ exitCode, requests }).toEqual({ exitCode: 2, requests: [] });
    expect(stderr).toContain(problem);
  });

  it.each([
    [['--parallel', '99'], '--parallel takes a number from 1 to 16, not 99'],
    [['--role-path', 'x'], '--role-path does not begin and end with a slash: x'],
  ])('sends nothing for %j', async (more, problem) => {
    const { exitCode, stderr, requests } = await connect(`accountId\n${accountId(1)}`, { more });
    expect({ exitCode, requests }).toEqual({ exitCode: 2, requests: [] });
    expect(stderr).toContain(problem);
  });

  it('says that the file is not there', async () => {
    const { exitCode, stderr } = await runBroker([
      'tenants',
      'connect',
      'acme',
      '--from',
      path.join(directory, 'none'),
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('cannot be read (ENOENT).');
  });
});
