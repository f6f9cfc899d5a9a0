import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../config/stage-config.ts';
import { scanAccountJob } from '../../lib/jobs/scan-account.job.ts';
import { type LocalStack, startLocalStack } from '../support/local-stack.ts';
import { awsAs, awsCli, boto3, describeWith, pythonAs } from './outside-clients/outside-clients.ts';
import { runBrokerProcess } from './run-broker-process.ts';

const ACME_BUCKETS = ['acme-access-logs', 'acme-backups', 'acme-customer-invoices', 'acme-website-assets'];
const ASKED = ['credentials', '--tenant', 'acme', '--account', '222222222222', '--job', 'scan-account'];
const FENCE_SECONDS = scanAccountJob.sessionSeconds;

let stack: LocalStack;

/** The profile of the guide, whose `broker` is this checkout's and whose stage is the embedded stack's. */
async function addProfile(name: string, change: (line: string) => string = (line) => line): Promise<void> {
  const guide = await readFile(path.join(projectRoot, 'docs', 'credentials.md'), 'utf8');
  const block = /```ini\n(.+?)```/s.exec(guide)?.[1] ?? '';
  const program = `"${process.execPath}" "${path.join(projectRoot, 'config/broker.ts')}"`;
  const profile = block
    .replace('acme-scan]', `${name}]`)
    .replace('= broker ', `= ${program} `)
    .replace('--stage dev', '--stage local');
  const ofTheStack = [`endpoint_url = ${stack.endpoint}`, 's3 =', '    addressing_style = path'];
  await appendFile(stack.awsConfigFile, `\n${change(profile)}${ofTheStack.join('\n')}\n`);
}

beforeAll(async () => {
  stack = await startLocalStack();
  await addProfile('acme-scan');
  await addProfile('acme-logs', (profile) => profile.replace('--job scan-account', '--job process-logs'));
  await addProfile('acme-nobody', (profile) => profile.replace('--tenant acme', '--tenant nobody'));
  await addProfile('acme-stranger', (profile) => profile.replace('support-tool', 'scan-scheduler'));
  await addProfile('acme-loop', (profile) => profile.replace('support-tool', 'acme-loop'));
}, 60_000);
afterAll(() => stack.close());

const configFile = () => stack.awsConfigFile;

type Given = { readonly AccessKeyId: string; readonly SecretAccessKey: string; readonly SessionToken: string };

/** As a person asks, who then keeps them in the environment: no SDK renews those. */
async function ask(): Promise<{ readonly given: Given & { readonly Expiration: string }; readonly environment: Env }> {
  const { exitCode, stdout, stderr } = await runBrokerProcess(configFile, [
    ...ASKED,
    ...['--profile', 'support-tool', '--reason', 'TICKET-2'],
  ]);
  expect([exitCode, stderr]).toEqual([0, '']);
  const given = JSON.parse(stdout);
  const { AccessKeyId, SecretAccessKey, SessionToken } = given;
  return {
    given,
    environment: {
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
    },
  };
}
type Env = Readonly<Record<string, string>>;

describe('broker credentials', () => {
  it('prints one JSON object that ends at the fence, and the request is on record', async () => {
    const before = Date.now();
    const { given } = await ask();
    expect(Object.keys(given)).toEqual(['Version', 'AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration']);
    const seconds = (Date.parse(given.Expiration) - before) / 1000;
    expect(seconds).toBeGreaterThan(FENCE_SECONDS - 2);
    expect(seconds).toBeLessThan(FENCE_SECONDS + 30);
    const request = (await stack.requests()).find(({ reason }) => reason === 'TICKET-2');
    expect(request).toMatchObject({
      requester: 'support-tool',
      delivery: 'caller',
      decision: 'allowed',
      tenantId: 'acme',
    });
  });

  it('is refused for who is nobody, with three lines on standard error', async () => {
    const ran = await runBrokerProcess(configFile, [...ASKED, '--profile', 'stranger', '--reason', 'x']);
    expect([ran.exitCode, ran.stdout, ran.stderr.split('\n')[0]]).toEqual([3, '', 'client.accessDenied']);
  });
});

describeWith(awsCli, 'a credential_process of the AWS CLI', () => {
  const aws = awsAs(configFile);

  it('lists the buckets of the customer’s account', async () => {
    const { exitCode, stdout, stderr } = await aws('acme-scan', 's3api', 'list-buckets', '--query', 'Buckets[].Name');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout).sort()).toEqual(ACME_BUCKETS);
  });

  it.each([
    { what: 'the objects of a bucket', args: ['s3', 'ls', 's3://acme-backups'], operation: 'ListObjectsV2' },
    {
      what: 'an object',
      args: [
        's3api',
        'get-object',
        '--bucket',
        'acme-customer-invoices',
        '--key',
        '2026/10/invoice-1001.txt',
        '/dev/null',
      ],
      operation: 'GetObject',
    },
  ])('is refused $what, which the role allows and the job’s policy does not', async ({ args, operation }) => {
    const { exitCode, stderr } = await aws('acme-scan', ...args);
    expect(exitCode).toBe(255);
    expect(stderr).toContain(`(AccessDenied) when calling the ${operation} operation`);
  });

  it.each([
    { profile: 'acme-logs', says: 'requester.notAllowed' },
    { profile: 'acme-nobody', says: 'requester.notAllowed' },
    { profile: 'acme-stranger', says: 'client.accessDenied' },
    // It would start itself for ever; the second start is refused, and the first then has no credentials.
    { profile: 'acme-loop', says: 'client.credentialsMissing' },
  ])('fails with what the command says: $says', async ({ profile, says }) => {
    const { exitCode, stdout, stderr } = await aws(profile, 's3api', 'list-buckets');
    expect([exitCode, stdout]).toEqual([255, '']);
    expect(stderr).toContain('Error when retrieving credentials from custom-process');
    expect(stderr).toContain(says);
  });
});

describeWith(boto3, 'a credential_process of boto3', () => {
  const python = pythonAs(configFile);

  it('asks anew for each call, because less than 15 minutes are left: each is on record', async () => {
    const count = async () => (await stack.requests()).length;
    const before = await count();
    await python('acme-scan', "s3 = boto3.client('s3')\nfor _ in range(3): s3.list_buckets()\ntell(True)");
    expect((await count()) - before).toBeGreaterThanOrEqual(3);
  });

  it('lists buckets, and is refused what the policy does not allow', async () => {
    const script = `
s3 = boto3.client('s3')
names = sorted(bucket['Name'] for bucket in s3.list_buckets()['Buckets'])
tell([names, error_of(s3.list_objects_v2, Bucket='acme-backups'), error_of(boto3.client('sts').get_session_token)])`;
    const [names, listing] = (await python('acme-scan', script)) as [unknown, unknown];
    expect([names, listing]).toEqual([ACME_BUCKETS, ['AccessDenied', 403]]);
  });
});

/** Last: the clock of the stack is moved, and with it the sessions of everything before. */
describeWith(awsCli, 'a session that a caller holds', () => {
  it('works until its fence, and does nothing after it, though STS lets it live', async () => {
    const { environment } = await ask();
    const held = awsAs(configFile, environment);
    const list = () => held('operator', 's3api', 'list-buckets', '--query', 'length(Buckets)');
    expect(await list()).toMatchObject({ exitCode: 0, stdout: `${ACME_BUCKETS.length}\n` });

    stack.advance(FENCE_SECONDS + 1);
    const { exitCode, stderr } = await list();
    expect(exitCode).toBe(255);
    expect(stderr).toContain('(AccessDenied) when calling the ListBuckets operation');

    await stack.idle();
    await expect.poll(async () => (await stack.issuances()).map(({ state }) => state)).not.toContain('issued');
    expect(new Set((await stack.issuances()).map(({ state }) => state))).toEqual(new Set(['expired']));

    // The profile asks anew, and gets a session of its own.
    const anew = await awsAs(configFile)('acme-scan', 's3api', 'list-buckets', '--query', 'length(Buckets)');
    expect(anew).toMatchObject({ exitCode: 0, stdout: `${ACME_BUCKETS.length}\n` });
  });
});
