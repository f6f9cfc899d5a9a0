import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ARCHIVE_ACCOUNT, type Packaged, packageWith } from '../../architecture/hardening/hardened-template.ts';
import { cfnLint, describeWith, lint } from './outside-clients.ts';

const everything = {
  vpc: { cidr: '10.42.0.0/26', zones: 3 },
  permissionsBoundaryArn: 'arn:aws:iam::111111111111:policy/credential-broker-boundary',
  archiveAccount: { accountId: ARCHIVE_ACCOUNT },
  tenantIsolation: true,
  onRevokedSessions: 'pause',
};

describeWith(cfnLint, 'the hardened templates, read by cfn-lint', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'hardened-templates-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const write = (name: string, text: string) => {
    const file = path.join(directory, name);
    writeFileSync(file, text);
    return file;
  };
  let packaged: Packaged;
  beforeAll(async () => {
    packaged = await packageWith(everything);
  }, 60_000);

  it('have nothing wrong, nor does one of their resources wait for itself', async () => {
    const files = [
      write('broker.json', packaged.text),
      write('archive.json', JSON.stringify(packaged.archiveAccount, null, 2)),
    ];
    // W3005: the packager writes a DependsOn that the template implies anyway; it cannot be turned off.
    const ran = await lint('--ignore-checks', 'W3005', '--regions', 'eu-west-1', '--', ...files);
    expect(ran).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  }, 60_000);

  it('would be told of a circle', async () => {
    const { Resources } = packaged.template;
    const role = { ...Resources['IssueCredentialsRole'], DependsOn: 'IssueCredentialsNetworkOnlyPolicy' };
    const circular = { ...packaged.template, Resources: { ...Resources, IssueCredentialsRole: role } };
    const { stdout } = await lint(
      '--regions',
      'eu-west-1',
      '--',
      write('circular.json', JSON.stringify(circular, null, 2)),
    );
    expect(stdout).toContain('E3004');
  }, 60_000);
});
