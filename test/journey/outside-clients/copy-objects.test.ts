import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsAs, awsCli, boto3, describeWith, pythonAs } from './outside-clients.ts';
import { stackForClients } from './stack-for-clients.ts';

const ACME = 'customer-222222222222';
const BUCKET = 'acme-customer-invoices';
const MEBIBYTE = 1_048_576;

describeWith(awsCli, 'the buckets of an emulated customer, with the AWS CLI', () => {
  const stack = stackForClients();
  let folder: string;
  /** With a threshold that puts 12 MB into one request. */
  let patientConfigFile: string;
  const aws = awsAs(() => stack().awsConfigFile);
  const patient = awsAs(() => patientConfigFile);
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'outside-clients-'));
    patientConfigFile = path.join(folder, 'config');
    const config = await readFile(stack().awsConfigFile, 'utf8');
    const patience = 's3 =\n    multipart_threshold = 64MB';
    await writeFile(patientConfigFile, config.replaceAll('s3 =', patience), { mode: 0o600 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function file(name: string, bytes: number): Promise<string> {
    const made = path.join(folder, name);
    await writeFile(made, randomBytes(bytes));
    return made;
  }

  it('lists buckets and what is in them', async () => {
    const buckets = await aws(ACME, 's3', 'ls');
    expect(buckets.stdout.match(/acme-\S+/g)).toEqual([
      'acme-access-logs',
      'acme-backups',
      'acme-customer-invoices',
      'acme-website-assets',
    ]);
    const objects = await aws(ACME, 's3', 'ls', 's3://acme-website-assets');
    expect(objects.stdout).toMatch(/PRE img\/\n.* 35 index\.html\n$/);
    const deep = await aws(ACME, 's3', 'ls', '--recursive', 's3://acme-website-assets');
    expect(deep.stdout).toContain('img/logo.svg');
  });

  it.each([
    { title: 'nothing', bytes: 0, client: aws },
    { title: 'several megabytes in one part', bytes: 5 * MEBIBYTE, client: aws },
    { title: 'what is above its usual threshold', bytes: 12 * MEBIBYTE, client: patient },
  ])('copies $title up and down', async ({ bytes, client }) => {
    const sent = await file(`sent-${bytes}`, bytes);
    const received = `${sent}.back`;
    const object = `s3://${BUCKET}/folder/a b+ü-${bytes}`;
    const up = await client(ACME, 's3', 'cp', '--no-progress', sent, object);
    expect([up.exitCode, up.stderr]).toEqual([0, '']);
    const down = await client(ACME, 's3', 'cp', '--no-progress', object, received);
    expect([down.exitCode, down.stderr]).toEqual([0, '']);
    expect((await readFile(received)).equals(await readFile(sent))).toBe(true);
  });

  it('says that an upload in several parts is not implemented, and how to do without', async () => {
    const { exitCode, stderr } = await aws(
      ACME,
      's3',
      'cp',
      '--no-progress',
      await file('large', 9 * MEBIBYTE),
      `s3://${BUCKET}`,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('(NotImplemented) when calling the CreateMultipartUpload operation');
    expect(stderr).toContain('set s3.multipart_threshold higher');
    expect((await aws(ACME, 's3', 'ls', `s3://${BUCKET}`)).stdout).not.toContain('large');
  });

  it.each([
    { profile: 'customer-333333333333', bucket: BUCKET, code: 'AccessDenied' },
    { profile: ACME, bucket: 'nobody-has-this-bucket', code: 'NoSuchBucket' },
  ])('prints $code', async ({ profile, bucket, code }) => {
    const { exitCode, stderr } = await aws(profile, 's3', 'ls', `s3://${bucket}`);
    expect(exitCode).toBe(255);
    expect(stderr).toContain(`An error occurred (${code}) when calling the ListObjectsV2 operation: `);
  });

  it('prints the bare status where HEAD has no body to say more', async () => {
    const { exitCode, stderr } = await aws(ACME, 's3', 'cp', `s3://${BUCKET}/nothing`, path.join(folder, 'nothing'));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('(404) when calling the HeadObject operation');
  });
});

describeWith(boto3, 'the buckets of an emulated customer, with boto3', () => {
  const stack = stackForClients();
  const python = pythonAs(() => stack().awsConfigFile);

  it('puts, reads and lists an object', async () => {
    const script = `
s3 = boto3.client('s3')
place = {'Bucket': '${BUCKET}', 'Key': 'ü/1'}
s3.put_object(**place, Body=b'hello', Metadata={'kind': 'test'}, ContentType='text/plain')
got = s3.get_object(**place)
part = s3.get_object(**place, Range='bytes=1-2')
keys = [item['Key'] for item in s3.list_objects_v2(Bucket='${BUCKET}', Prefix='ü/')['Contents']]
tell([got['Body'].read().decode(), got['Metadata'], got['ContentType'], part['Body'].read().decode(), keys])`;
    expect(await python(ACME, script)).toEqual(['hello', { kind: 'test' }, 'text/plain', 'el', ['ü/1']]);
  });

  it('raises errors with code and status', async () => {
    const script = `
s3 = boto3.client('s3')
tell([error_of(s3.get_object, Bucket='${BUCKET}', Key='nothing'),
      error_of(s3.get_object, Bucket='globex-payroll', Key='2026-10.csv'),
      error_of(s3.create_multipart_upload, Bucket='${BUCKET}', Key='large')])`;
    expect(await python(ACME, script)).toEqual([
      ['NoSuchKey', 404],
      ['AccessDenied', 403],
      ['NotImplemented', 501],
    ]);
  });
});
