import path from 'node:path';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { onboard } from '../../local/demo/onboard.ts';
import { outcomeOf, readLedger } from '../../local/demo/read-outcome.ts';
import { type Stack, startStack } from '../../local/stack.ts';

const root = path.resolve(import.meta.dirname, '../..');
const LOGS = { bucket: 'globex-load-balancer-logs', prefix: 'AWSLogs/333333333333/CloudTrail/' };
const day = `${LOGS.prefix}us-west-2/2026/11/20/333333333333_CloudTrail_us-west-2_20261120T`;
const WHOLE = `${day}0005Z_q3Vw0Zk9TzR1uYb7.json.gz`;
const CUT_OFF = `${day}0015Z_b6JtGy1WvNa0oRiU.json.gz`;

let stack: Stack;
let world: DemoWorld;

beforeAll(async () => {
  const { config: deployment } = await packageStage({ stage: 'local', log: () => undefined });
  const accountsFile = path.join(root, 'local/accounts/emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir: path.join(root, '.build/local') });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
  const enabledJobs = ['process-logs'];
  const settings = { 'process-logs': LOGS };
  await onboard({ tenantId: 'globex', name: 'Globex', accountIds: ['333333333333'], enabledJobs, settings }, world);
}, 60_000);
afterAll(() => stack.close());

/** Asks for a run and gives the issuances that came of it. */
async function run(tenantId: string, input?: unknown) {
  const before = new Set((await issuances()).map(({ issuanceId }) => issuanceId));
  const detail = { version: 1, tenantId, job: 'process-logs', ...(input === undefined ? {} : { input }) };
  await world.ask('log-pipeline', { source: 'com.example.logs', detail });
  await stack.idle();
  return (await issuances()).filter(({ issuanceId }) => !before.has(issuanceId));
}

async function issuances() {
  return outcomeOf(await readLedger(world.dynamo, world.tables.ledger), []).issuances;
}

describe('process-logs', () => {
  it('counts the files that a batch names, and no others', async () => {
    expect(await run('globex', { items: [WHOLE, CUT_OFF] })).toMatchObject([
      {
        state: 'completed',
        result: { filesRead: 1, filesUnread: 1, events: 32, unread: [{ key: CUT_OFF, problem: 'gzip.truncated' }] },
      },
    ]);
  });

  it('fails before it reads anything when a batch names a file of elsewhere', async () => {
    const asked: string[] = [];
    // In the customer's account: in ours archive-audit puts away what happens meanwhile.
    const stop = stack.onCall(({ service, action, call }) => {
      if (service === 's3' && call.caller.accountId !== '111111111111') asked.push(action);
    });
    expect(await run('globex', { items: [WHOLE, 'elb/2026/11/20/0001.log'] })).toMatchObject([{ state: 'failed' }]);
    stop();
    expect(asked).toEqual([]);
  });

  it('is denied nothing in the customer’s account: its session is as wide as its work', async () => {
    const denied: string[] = [];
    const stop = stack.onCall(({ service, action, errorCode }) => {
      if (service === 's3' && errorCode === 'AccessDenied') denied.push(action);
    });
    expect(await run('globex')).toMatchObject([{ state: 'completed', result: { filesRead: 2, events: 49 } }]);
    stop();
    expect(denied).toEqual([]);
  });
});

describe('the session of process-logs', () => {
  let s3: S3Client;
  let elsewhere: S3Client;
  beforeAll(async () => {
    const [issuance] = await run('globex', { items: [WHOLE] });
    const accessKeyId = issuance?.attempts[0]?.accessKeyId ?? '';
    const session = stack.identities.findCredential(accessKeyId);
    if (session?.sessionToken === undefined) throw new Error('no session');
    const keys = { accessKeyId, secretAccessKey: session.secretAccessKey, sessionToken: session.sessionToken };
    const connection = { ...world.connection(keys), maxAttempts: 1 };
    s3 = new S3Client({ ...connection, region: 'us-west-2' });
    elsewhere = new S3Client({ ...connection, region: 'us-east-1' });
  });
  afterAll(() => {
    s3.destroy();
    elsewhere.destroy();
  });

  const Bucket = LOGS.bucket;
  const { prefix } = LOGS;
  const allowed = 'allowed';
  const denied = 'AccessDenied';
  const calls: readonly { name: string; call: () => Promise<unknown>; outcome: string }[] = [
    {
      name: 'list its prefix',
      call: () => s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix })),
      outcome: allowed,
    },
    {
      name: 'read below its prefix',
      call: () => s3.send(new GetObjectCommand({ Bucket, Key: WHOLE })),
      outcome: allowed,
    },
    { name: 'list without a prefix', call: () => s3.send(new ListObjectsV2Command({ Bucket })), outcome: denied },
    {
      name: 'list an empty prefix',
      call: () => s3.send(new ListObjectsV2Command({ Bucket, Prefix: '' })),
      outcome: denied,
    },
    {
      name: 'list a shorter prefix',
      call: () => s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'AWSLogs/' })),
      outcome: denied,
    },
    {
      name: 'list another prefix',
      call: () => s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'elb/' })),
      outcome: denied,
    },
    {
      name: 'read another prefix',
      call: () => s3.send(new GetObjectCommand({ Bucket, Key: 'elb/2026/11/20/0001.log' })),
      outcome: denied,
    },
    {
      name: 'learn whether a key is there',
      call: () => s3.send(new GetObjectCommand({ Bucket, Key: `${prefix}none` })),
      outcome: denied,
    },
    {
      name: 'write below its prefix',
      call: () => s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}x`, Body: 'x' })),
      outcome: denied,
    },
    { name: 'list the buckets', call: () => s3.send(new ListBucketsCommand({})), outcome: denied },
    // Its head shows no more than the object, and needs the same permission.
    {
      name: 'look at the head of an object',
      call: () => s3.send(new HeadObjectCommand({ Bucket, Key: WHOLE })),
      outcome: allowed,
    },
  ];
  it.each(calls)('may $name: $outcome', async ({ call, outcome }) => {
    expect(await outcomeOfCall(call)).toBe(outcome);
  });

  it('may do nothing in another bucket of the account', async () => {
    const read = new GetObjectCommand({ Bucket: 'globex-payroll', Key: '2026-10.csv' });
    expect(await outcomeOfCall(() => elsewhere.send(read))).toBe(denied);
    const list = new ListObjectsV2Command({ Bucket: 'globex-payroll', Prefix: prefix });
    expect(await outcomeOfCall(() => elsewhere.send(list))).toBe(denied);
  });

  it('may do nothing at all past its fence', async () => {
    stack.advance(31 * 60_000);
    expect(await outcomeOfCall(() => s3.send(new GetObjectCommand({ Bucket, Key: WHOLE })))).toBe(denied);
  });
});

async function outcomeOfCall(call: () => Promise<unknown>): Promise<string> {
  return call().then(
    () => 'allowed',
    (error: unknown) => (error instanceof Error ? error.name : 'Error'),
  );
}
