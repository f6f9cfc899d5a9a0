import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAccounts } from '../../../../local/accounts/accounts-document.ts';
import { readAccountsFile } from '../../../../local/accounts/accounts-file.ts';
import { AccountsFileError } from '../../../../local/accounts/accounts-file-error.ts';

const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
const trustPolicy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: 'sts:AssumeRole' }],
};
const secretAccessKey = 'local-not-a-real-secret-xxxxxxxxxxxxxxxx';
const bucket = { name: 'acme-reports', publicAccessBlock: true };
const role = { name: 'audit', trustPolicy, policy };
const account = { accountId: '222222222222', accessKeyId: 'AKIAAAAAAAAAAAAAAAAA', secretAccessKey };
const principal = {
  profile: 'operator',
  arn: 'arn:aws:iam::111111111111:user/operator',
  accessKeyId: 'AKIABBBBBBBBBBBBBBBB',
  secretAccessKey,
  policy,
};

type Change = { account?: object; bucket?: object; role?: object; principal?: object; top?: object };
const documentWith = (change: Change) => ({
  brokerAccount: '111111111111',
  accounts: [
    {
      ...account,
      buckets: [{ ...bucket, ...change.bucket }],
      roles: [{ ...role, ...change.role }],
      ...change.account,
    },
  ],
  principals: [{ ...principal, ...change.principal }],
  ...change.top,
});

function problemsOf(document: unknown): readonly string[] {
  try {
    parseAccounts(document, 'world.json');
  } catch (error) {
    if (error instanceof AccountsFileError) return error.problems;
    throw error;
  }
  return [];
}

describe('parseAccounts', () => {
  it('fills in what may be left out', () => {
    expect(parseAccounts(documentWith({}), 'world.json').accounts).toMatchObject([
      { buckets: [{ region: 'us-east-1', encryption: 'AES256', objects: {} }], roles: [{ path: '/', name: 'audit' }] },
    ]);
    const { accounts, principals } = parseAccounts({ brokerAccount: '111111111111', accounts: [account] }, 'w');
    expect([accounts[0]?.buckets, accounts[0]?.roles, principals]).toEqual([[], [], []]);
  });

  const mistakes: [Change, RegExp][] = [
    [
      { top: { brokerAccount: 111111111111 } },
      /^brokerAccount: expected a 12-digit account id in quotes, found a number/,
    ],
    [{ top: { accounts: {} } }, /^accounts: expected a list of accounts, found an object/],
    [{ top: { accounts: undefined } }, /^accounts: is missing; add it/],
    [{ top: { acounts: [] } }, /^acounts: is not known here; remove it or check its spelling/],
    [
      { account: { accountId: '2222' } },
      /^accounts\[0\]\.accountId: expected a 12-digit account id, found a text of 4/,
    ],
    [
      { account: { accessKeyId: 'ASIAAAAAAAAAAAAAAAAA' } },
      /^accounts\[0\]\.accessKeyId: expected an access key id: AKIA/,
    ],
    [{ account: { accountId: '2' } }, /found a text of 1 character; correct it$/],
    [{ account: { secretAccessKey: 'short' } }, /^accounts\[0\]\.secretAccessKey: expected a secret access key: 40/],
    [{ account: { secretAccessKey: `${'x'.repeat(39)}\n` } }, /secretAccessKey: expected/],
    [{ bucket: { name: 'Upper' } }, /^accounts\[0\]\.buckets\[0\]\.name: expected a bucket name/],
    [{ bucket: { region: 'Ireland' } }, /buckets\[0\]\.region: expected a region such as eu-west-1/],
    [{ bucket: { publicAccessBlock: 'yes' } }, /publicAccessBlock: expected true or false, found a text/],
    [{ bucket: { encryption: 'none' } }, /encryption: expected "AES256" or "aws:kms"/],
    [{ bucket: { objects: { 'a/b.txt': 'text' } } }, /objects\["a\/b\.txt"\]: expected either \{"text"/],
    [{ bucket: { objects: { k: { text: 'a', file: 'b' } } } }, /objects\.k: expected either/],
    [{ bucket: { versioning: true } }, /buckets\[0\]\.versioning: is not known here/],
    [{ role: { path: 'audit' } }, /roles\[0\]\.path: expected a role path that begins and ends with a slash/],
    [{ role: { name: 'a/b' } }, /roles\[0\]\.name: expected a role name/],
    [{ role: { policy: 'all' } }, /roles\[0\]\.policy: expected an IAM policy document, found a text/],
    [
      { role: { policy: trustPolicy } },
      /roles\[0\]\.policy: expected an IAM policy document that can be evaluated \(.+\)/,
    ],
    [
      { role: { trustPolicy: policy } },
      /roles\[0\]\.trustPolicy: expected an IAM policy document that can be evaluated/,
    ],
    [{ principal: { arn: 'operator' } }, /^principals\[0\]\.arn: expected the ARN of an IAM user or role/],
    [{ principal: { profile: 'a]b' } }, /^principals\[0\]\.profile: expected a profile name/],
    [{ principal: { policy: {} } }, /^principals\[0\]\.policy: expected an IAM policy document that can be evaluated/],
    [{ principal: { managedPolicies: ['a/b'] } }, /managedPolicies\[0\]: expected the name of a managed policy/],
    [
      { principal: { arn: 'arn:aws:iam::222222222222:user/a' } },
      /operator is not of the broker's account 111111111111/,
    ],
    [{ principal: { accessKeyId: account.accessKeyId } }, /access key id AKIAA+ is used more than once/],
    [{ account: { accountId: '111111111111' } }, /account id 111111111111 is used more than once/],
    [{ account: { buckets: [bucket, bucket] } }, /bucket name acme-reports is used more than once/],
    [{ account: { roles: [role, { ...role, name: 'AUDIT' }] } }, /role name in account 222222222222 audit is used/],
    [
      { top: { principals: [principal, { ...principal, accessKeyId: 'AKIACCCCCCCCCCCCCCCC' }] } },
      /profile operator is used/,
    ],
  ];
  it.each(mistakes.map(([change, problem]) => ({ change, problem })))('says $problem.source', ({ change, problem }) => {
    expect(problemsOf(documentWith(change)).filter((found) => problem.test(found))).toHaveLength(1);
  });

  it('names every problem at once, and never shows a secret', () => {
    const secret = 'my-real-secret';
    const problems = problemsOf(documentWith({ account: { secretAccessKey: secret }, bucket: { region: 1 } }));
    expect(problems).toHaveLength(2);
    expect(problems.join('\n')).not.toContain(secret);
  });
});

describe('readAccountsFile', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'accounts-'));
  });
  afterEach(() => rm(directory, { recursive: true }));
  const write = async (document: unknown) => {
    const path = join(directory, 'world.json');
    await writeFile(path, typeof document === 'string' ? document : JSON.stringify(document));
    return path;
  };

  it('reads objects from text and from files next to it', async () => {
    await mkdir(join(directory, 'data'));
    await writeFile(join(directory, 'data', 'bytes.bin'), Buffer.from([0, 255]));
    const objects = { 'a/b': { text: 'ä' }, c: { file: 'data/bytes.bin' } };
    const { accounts } = await readAccountsFile(await write(documentWith({ bucket: { objects } })));
    expect(accounts[0]?.buckets[0]?.objects.map(({ key, bytes }) => [key, [...bytes]])).toEqual([
      ['a/b', [195, 164]],
      ['c', [0, 255]],
    ]);
  });

  it.each<[string, unknown, RegExp]>([
    ['is not JSON', '{"a":', /the file is not JSON .*; correct it/],
    [
      'names an object file that is not there',
      documentWith({ bucket: { objects: { k: { file: 'none' } } } }),
      /none cannot/,
    ],
    ['holds something else', '"text"', /the document: expected an object in braces, found a text/],
  ])('refuses a file that %s', async (_what, document, problem) => {
    await expect(readAccountsFile(await write(document))).rejects.toThrow(problem);
  });

  it('refuses a path where nothing is', async () => {
    await expect(readAccountsFile(join(directory, 'none.json'))).rejects.toThrow(/cannot be read .*check the path/);
  });
});
