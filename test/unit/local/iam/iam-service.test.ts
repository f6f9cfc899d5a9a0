import { beforeEach, describe, expect, it } from 'vitest';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import { createIamService } from '../../../../local/iam/iam-service.ts';
import { createIdentityStore, type IdentityStore } from '../../../../local/iam/identity-store.ts';
import { systemIds } from '../../../../local/ids.ts';
import type { Service } from '../../../../local/service.ts';

const clock = { nowMs: () => Date.parse('2026-11-21T10:00:00Z') };
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' }],
});
const READ = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:Get*', Resource: '*' }],
});

describe('IAM', () => {
  let store: IdentityStore;
  let iam: Service;
  const call = (accessKeyId: string, input: Readonly<Record<string, unknown>>) => {
    const caller = store.findCredential(accessKeyId)?.caller;
    if (caller === undefined) throw new Error(`no ${accessKeyId}`);
    return { caller, input, requestId: 'r', region: 'us-east-1', sourceIp: '127.0.0.1', userAgent: 'test' };
  };
  const asCustomer = (action: string, input: Readonly<Record<string, unknown>>) =>
    iam(action, call('customer-key', input));
  const create = (input: Readonly<Record<string, unknown>> = {}) =>
    asCustomer('CreateRole', { RoleName: 'Audit', AssumeRolePolicyDocument: TRUST, ...input });

  beforeEach(() => {
    store = createIdentityStore({ clock, ids: systemIds, partition: 'aws' });
    store.addAccount({ accountId: '222222222222', accessKeyId: 'customer-key', secretAccessKey: 's' });
    store.addAccount({ accountId: '333333333333', accessKeyId: 'other-key', secretAccessKey: 's' });
    store.addPrincipal({
      arn: 'arn:aws:iam::222222222222:user/reader',
      accessKeyId: 'reader-key',
      secretAccessKey: 's',
      policy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'iam:GetRole', Resource: 'arn:aws:iam::222222222222:role/vendor/*' }],
      },
    });
    iam = createIamService({ store, authorize: createAuthorize({ clock }) });
  });

  it('makes a role and answers it as the SDK has it', async () => {
    const { Role } = await create({ Path: '/vendor/', MaxSessionDuration: '7200' });
    expect(Role).toEqual({
      Path: '/vendor/',
      RoleName: 'Audit',
      RoleId: expect.stringMatching(/^AROA/),
      Arn: 'arn:aws:iam::222222222222:role/vendor/Audit',
      CreateDate: new Date('2026-11-21T10:00:00Z'),
      AssumeRolePolicyDocument: expect.stringMatching(/^%7B%22Version%22/),
      MaxSessionDuration: 7200,
    });
    expect(await asCustomer('GetRole', { RoleName: 'Audit' })).toEqual({ Role });
  });

  it('keeps accounts apart', async () => {
    await create();
    await expect(iam('GetRole', call('other-key', { RoleName: 'Audit' }))).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
  });

  it('puts, answers, lists and deletes inline policies', async () => {
    await create();
    await asCustomer('PutRolePolicy', { RoleName: 'Audit', PolicyName: 'read', PolicyDocument: READ });
    expect(store.findRoleByName('222222222222', 'Audit')?.policies).toEqual({ read: JSON.parse(READ) });
    const { PolicyDocument } = await asCustomer('GetRolePolicy', { RoleName: 'Audit', PolicyName: 'read' });
    expect(JSON.parse(decodeURIComponent(String(PolicyDocument)))).toEqual(JSON.parse(READ));
    expect(await asCustomer('ListRolePolicies', { RoleName: 'Audit' })).toMatchObject({ PolicyNames: ['read'] });
    await expect(asCustomer('DeleteRole', { RoleName: 'Audit' })).rejects.toMatchObject({ code: 'DeleteConflict' });
    await asCustomer('DeleteRolePolicy', { RoleName: 'Audit', PolicyName: 'read' });
    await asCustomer('DeleteRole', { RoleName: 'Audit' });
    await expect(asCustomer('GetRole', { RoleName: 'Audit' })).rejects.toMatchObject({ code: 'NoSuchEntity' });
  });

  it('changes how long sessions may last, and keeps it when it is left out', async () => {
    await create();
    await asCustomer('UpdateRole', { RoleName: 'Audit', MaxSessionDuration: '7200', Description: 'for audits' });
    await asCustomer('UpdateRole', { RoleName: 'Audit', Description: 'for audits' });
    expect(await asCustomer('GetRole', { RoleName: 'Audit' })).toMatchObject({ Role: { MaxSessionDuration: 7200 } });
  });

  it('replaces the trust policy and nothing else', async () => {
    await create();
    const before = store.findRoleByName('222222222222', 'Audit');
    const trust = TRUST.replace('111111111111', '444444444444');
    await asCustomer('UpdateAssumeRolePolicy', { RoleName: 'Audit', PolicyDocument: trust });
    const after = store.findRoleByName('222222222222', 'Audit');
    expect(after).toEqual({ ...before, trustPolicy: JSON.parse(trust) });
  });

  it.each([
    { title: 'a role that is there already', input: {}, code: 'EntityAlreadyExists', statusCode: 409 },
    { title: 'a name with a slash', input: { RoleName: 'a/b' }, code: 'ValidationError', statusCode: 400 },
    { title: 'a path without a slash', input: { Path: 'vendor' }, code: 'ValidationError', statusCode: 400 },
    { title: 'too short a session', input: { MaxSessionDuration: 3599 }, code: 'ValidationError', statusCode: 400 },
    { title: 'a boundary', input: { PermissionsBoundary: 'arn:x' }, code: 'ValidationError', statusCode: 400 },
    {
      title: 'a trust policy that is none',
      input: { RoleName: 'B', AssumeRolePolicyDocument: READ },
      code: 'MalformedPolicyDocument',
      statusCode: 400,
    },
    {
      title: 'a trust policy over 2,048 characters',
      input: { RoleName: 'B', AssumeRolePolicyDocument: TRUST.replace('}', `,"Sid":"${'x'.repeat(2048)}"}`) },
      code: 'LimitExceeded',
      statusCode: 409,
    },
  ])('refuses $title', async ({ input, code, statusCode }) => {
    await create();
    await expect(create(input)).rejects.toMatchObject({ code, statusCode });
  });

  it('asks for a permission on the role for every action', async () => {
    await create({ Path: '/vendor/' });
    const asReader = (action: string, input: Readonly<Record<string, unknown>>) =>
      iam(action, call('reader-key', { RoleName: 'Audit', ...input }));
    expect(await asReader('GetRole', {})).toHaveProperty('Role');
    for (const action of ['DeleteRole', 'ListRolePolicies', 'PutRolePolicy', 'UpdateAssumeRolePolicy']) {
      await expect(asReader(action, { PolicyDocument: TRUST })).rejects.toMatchObject({ code: 'AccessDenied' });
    }
    await expect(asReader('CreateRole', { AssumeRolePolicyDocument: TRUST })).rejects.toThrow(
      'iam:CreateRole on resource: arn:aws:iam::222222222222:role/Audit because no identity-based policy',
    );
    await expect(asReader('GetRole', { RoleName: 'absent' })).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});
