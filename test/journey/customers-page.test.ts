import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { projectRoot } from '../../config/stage-config.ts';
import { readCloudTrailFile } from '../../local/cloudtrail/cloudtrail-file.ts';
import { shellBlocks } from '../support/shell-blocks.ts';
import { brokerAs } from './onboarding/broker-cli.ts';
import { journey } from './onboarding/journey.ts';
import { awsCli, describeWith, type Ran } from './outside-clients/outside-clients.ts';

/** Each step starts processes; on a busy machine that takes several times what it takes alone. */
vi.setConfig({ testTimeout: 90_000 });

const page = readFileSync(path.join(projectRoot, 'docs/for-your-customers.md'), 'utf8');
const ACCOUNT = '222222222222';
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/credential-broker/credential-broker`;
const ASKED = [
  'credentials',
  '--tenant',
  'acme',
  '--account',
  ACCOUNT,
  '--job',
  'scan-account',
  '--reason',
  'TICKET-1',
];
const execute = promisify(execFile);

/** The block of the page that has these words in it, as it stands. */
function block(words: string): string {
  const found = shellBlocks(page).filter(({ text, needsAws }) => !needsAws && text.includes(words));
  expect(found, words).toHaveLength(1);
  return found[0]?.text ?? '';
}

// Each test goes on from what the one before left.
describeWith(awsCli, 'a customer’s security team follows docs/for-your-customers.md', () => {
  const { stack, broker } = journey();
  const vendorsTool = brokerAs(() => stack().awsConfigFile, 'support-tool');
  const auditor = brokerAs(() => stack().awsConfigFile, 'auditor');
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'customers-page-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** In a shell of the customer's, or of whoever holds the keys. Both streams; never fails. */
  async function shell(script: string, keys: Readonly<Record<string, string>> = {}): Promise<string> {
    const environment = {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_CONFIG_FILE: stack().awsConfigFile,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...('AWS_ACCESS_KEY_ID' in keys ? keys : { AWS_PROFILE: `customer-${ACCOUNT}` }),
    };
    const options = { cwd: folder, env: environment, encoding: 'utf8', timeout: 60_000 } as const;
    const ran = await execute('sh', ['-c', `exec 2>&1\n${script}`], options).catch((error) => error);
    return String(ran.stdout);
  }

  /** What a person at the vendor's may do with the credentials that it was given: one call. */
  async function listBuckets({ exitCode, stdout }: Ran): Promise<string> {
    expect(exitCode).toBe(0);
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(stdout);
    return shell(`aws s3api list-buckets --endpoint-url ${stack().endpoint} --region eu-west-1`, {
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
    });
  }

  it('reads in its own account whom the role trusts, and all that it allows', async () => {
    const registered = await broker(
      'tenants',
      'add',
      'acme',
      '--name',
      'Acme',
      '--jobs',
      'scan-account',
      '--format',
      'cli',
    );
    await shell(registered.stdout);
    const connected = await broker('tenants', 'connect', 'acme', '--wait', '--role-arn', ROLE_ARN);
    expect(connected.exitCode).toBe(0);
    const read = await shell(block('get-role-policy'));
    for (const one of ['issue-credentials', 'vend-credentials', 'verify-trust']) {
      expect(read).toContain(`arn:aws:iam::111111111111:role/credential-broker-local-${one}`);
    }
    expect(read).toMatch(/"sts:ExternalId": "cb-local1-/);
    expect(read).toContain('s3:ListAllMyBuckets');
    expect(read.trimEnd().split('\n').at(-1)).toBe('credential-broker-jobs');
  });

  it('ends every session that exists, and none that is made later', async () => {
    const older = await vendorsTool(...ASKED);
    expect(await listBuckets(older)).toContain('acme-backups');
    // IAM compares whole seconds.
    expect(await shell(`sleep 1\n${block('revoke-older-sessions --policy-document')}`)).toBe('');
    expect(await listBuckets(older)).toContain('AccessDenied');
    expect(await listBuckets(await vendorsTool(...ASKED))).toContain('acme-backups');
  });

  it('holds the receipts against its own CloudTrail with one file', async () => {
    stack().advance(60_000);
    const files = ['--out', path.join(folder, 'acme.jsonl'), '--public-key-out', path.join(folder, 'broker.pem')];
    const exported = await auditor('audit', 'receipts', '--tenant', 'acme', '--from', '1d', ...files);
    const [, fingerprint = 'none'] = /fingerprint, for the customer to compare: (\S+)/.exec(exported.stderr) ?? [];
    const Records = readCloudTrailFile(stack().cloudTrailFile).filter((one) => one.recipientAccountId === ACCOUNT);
    mkdirSync(path.join(folder, 'AWSLogs'));
    writeFileSync(path.join(folder, 'AWSLogs/events.json'), JSON.stringify({ Records }));
    // The same source; that it is one file which runs alone is held where it is made.
    const source = path.join(projectRoot, 'lib/operator-cli/verify-receipts.ts');
    writeFileSync(path.join(folder, 'verify-receipts.mjs'), `import ${JSON.stringify(source)};\n`);
    const verify = block('verify-receipts.mjs').replace(/^node /, `'${process.execPath}' `);
    const agreed = await shell(`${verify}\necho "exit code $?"`);
    expect(agreed).toContain('They agree');
    expect(agreed).toContain(fingerprint);
    expect(agreed).toContain('exit code 0');

    const [first] = Records.filter(({ eventName }) => eventName === 'AssumeRole');
    const planted = {
      ...first,
      requestID: 'x',
      requestParameters: { ...first?.requestParameters, roleSessionName: 'me' },
    };
    writeFileSync(path.join(folder, 'AWSLogs/events.json'), JSON.stringify({ Records: [...Records, planted] }));
    expect(await shell(`${verify}\necho "exit code $?"`), 'of a session that nobody announced').toContain(
      'exit code 4',
    );
  });

  it('takes the role away for good, and every session with it', async () => {
    const last = await vendorsTool(...ASKED);
    const [first = '', ...rest] = block('delete-role --role-name').split('\n');
    expect(await shell(first)).toBe('');
    expect(await listBuckets(last)).toContain('AccessDenied');
    expect(await shell(rest.join('\n'))).toBe('');
    expect((await vendorsTool(...ASKED)).stderr).toMatch(/^sts\.denied$/m);
    expect(await shell('aws iam get-role --role-name credential-broker')).toContain('NoSuchEntity');
  });
});
