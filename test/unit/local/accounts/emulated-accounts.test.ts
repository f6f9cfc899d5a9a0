import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountsDocument } from '../../../../local/accounts/accounts-document.ts';
import { readAccountsFile } from '../../../../local/accounts/accounts-file.ts';
import { loadAccounts } from '../../../../local/accounts/load-accounts.ts';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import { createIdentityStore } from '../../../../local/iam/identity-store.ts';
import { systemIds } from '../../../../local/ids.ts';
import { createBucketStore } from '../../../../local/s3/bucket-store.ts';

const path = fileURLToPath(new URL('../../../../local/accounts/emulated-accounts.json', import.meta.url));
const clock = { nowMs: () => 1_800_000_000_000 };

let document: AccountsDocument;
let target: ReturnType<typeof newTarget>;
const newTarget = () => ({
  store: createIdentityStore({ clock, ids: systemIds, partition: 'aws' }),
  buckets: createBucketStore({ clock }),
});
beforeAll(async () => {
  document = await readAccountsFile(path);
});
beforeEach(() => {
  target = newTarget();
  loadAccounts(document, target);
});

describe('the accounts that come with the stack', () => {
  it('are five of customers, each with buckets of several regions and settings, and no roles', () => {
    expect(document.accounts.map(({ accountId }) => accountId)).toEqual([
      '222222222222',
      '222222222223',
      '333333333333',
      '444444444444',
      '555555555555',
    ]);
    for (const { accountId, accessKeyId, roles } of document.accounts) {
      const buckets = target.buckets.bucketsOf(accountId);
      expect(buckets.length).toBeGreaterThanOrEqual(2);
      expect(new Set(buckets.map(({ region }) => region)).size).toBeGreaterThanOrEqual(2);
      expect(new Set(buckets.map(({ isPublicAccessBlocked }) => isPublicAccessBlocked)).size).toBe(2);
      expect(new Set(buckets.map(({ encryption }) => encryption)).size).toBe(2);
      expect(roles).toEqual([]);
      expect(target.store.findCredential(accessKeyId)?.caller.arn).toBe(`arn:aws:iam::${accountId}:user/customer`);
    }
    expect([...(target.buckets.findBucket('acme-website-assets')?.objects.keys() ?? [])]).toContain('index.html');
  });

  it('have keys that nobody could take for real ones', () => {
    for (const { accessKeyId, secretAccessKey } of [...document.accounts, ...document.principals]) {
      expect(accessKeyId).toMatch(/^AKIALOCAL/);
      expect(secretAccessKey).toMatch(/^local-.*not-a-real-secret/);
    }
  });

  const region = 'eu-west-1';
  const bus = `arn:aws:events:${region}:111111111111:event-bus/credential-broker-local`;
  const otherBus = `arn:aws:events:${region}:111111111111:event-bus/other`;
  const table = `arn:aws:dynamodb:${region}:111111111111:table/credential-broker-local-ledger`;
  const job = `arn:aws:lambda:${region}:111111111111:function:credential-broker-local-request-job-direct`;
  const audit = `arn:aws:lambda:${region}:111111111111:function:credential-broker-local-answer-audit-query`;
  const archive = 'arn:aws:s3:::credential-broker-local-archive-111111111111/changes/x';
  const key = `arn:aws:kms:${region}:111111111111:key/1`;
  it.each<[string, string, string, boolean]>([
    ['operator', 'events:PutEvents', bus, true],
    ['operator', 'dynamodb:Query', table, true],
    ['operator', 'lambda:InvokeFunction', job, true],
    ['operator', 'lambda:InvokeFunctionUrl', job, true],
    ['operator', 'lambda:InvokeFunctionUrl', audit, false],
    ['operator', 'lambda:InvokeFunction', audit, false],
    ['operator', 's3:GetObject', archive, false],
    // Its policy is the deployment's, attached once the template is read.
    ['auditor', 'lambda:InvokeFunctionUrl', audit, false],
    ['operator', 'kms:DescribeKey', key, true],
    ['operator', 'kms:Decrypt', key, false],
    ['operator', 'kms:GenerateDataKey', key, false],
    ['operator', 'sts:AssumeRole', 'arn:aws:iam::222222222222:role/audit', false],
    ...['scan-scheduler', 'log-pipeline', 'stranger'].flatMap((name): [string, string, string, boolean][] => [
      [name, 'events:PutEvents', bus, true],
      [name, 'events:PutEvents', otherBus, false],
      [name, 'dynamodb:GetItem', table, false],
      [name, 'lambda:InvokeFunction', job, false],
    ]),
  ])('let %s do %s on %s: %s', (profile, action, resource, isAllowed) => {
    const accessKeyId = document.principals.find((principal) => principal.profile === profile)?.accessKeyId ?? '';
    const caller = target.store.findCredential(accessKeyId)?.caller;
    if (caller === undefined) throw new Error(`${profile} has no credential`);
    const authorize = createAuthorize({ clock });
    const check = { caller, action, resource, resourceAccountId: '111111111111', region, sourceIp: '127.0.0.1' };
    if (isAllowed) expect(() => authorize(check)).not.toThrow();
    else expect(() => authorize(check)).toThrow(expect.objectContaining({ code: 'AccessDenied' }));
  });

  it.each([
    ['operator', 'user/operator'],
    ['scan-scheduler', 'role/scan-scheduler'],
    ['log-pipeline', 'role/log-pipeline'],
    ['stranger', 'user/stranger'],
  ])('know %s as %s of the account of the broker', (profile, name) => {
    const principal = document.principals.find((candidate) => candidate.profile === profile);
    const caller = target.store.findCredential(principal?.accessKeyId ?? '')?.caller;
    expect(caller).toMatchObject({ accountId: '111111111111', principalArn: `arn:aws:iam::111111111111:${name}` });
  });
});

describe('loadAccounts', () => {
  it('makes roles with their trust and their policy', () => {
    const allow = { Effect: 'Allow', Action: 's3:*', Resource: '*' } as const;
    const trustPolicy = { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] } as const;
    const role = { path: '/vendor/', name: 'audit', trustPolicy, policy: { Statement: [allow] } };
    const [account] = document.accounts;
    if (account === undefined) throw new Error('there is no account');
    const fresh = newTarget();
    loadAccounts({ ...document, accounts: [{ ...account, roles: [role] }] }, fresh);
    expect(fresh.store.findRole(`arn:aws:iam::${account.accountId}:role/vendor/audit`)).toMatchObject({
      trustPolicy,
      policies: { audit: role.policy },
    });
  });
});
