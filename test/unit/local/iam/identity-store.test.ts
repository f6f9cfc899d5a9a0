import { beforeEach, describe, expect, it } from 'vitest';
import { createIdentityStore, type IdentityStore } from '../../../../local/iam/identity-store.ts';
import type { PolicyDocument } from '../../../../local/iam/policy-document.ts';
import { systemIds } from '../../../../local/ids.ts';

const NOW_MS = Date.parse('2026-11-21T10:00:00.900Z');
const allow: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
};
const nobody: PolicyDocument = { Version: '2012-10-17', Statement: [] };

describe('the identity store', () => {
  let nowMs = NOW_MS;
  let store: IdentityStore;
  const newRole = () =>
    store.putRole({
      accountId: '222222222222',
      path: '/vendor/',
      name: 'Audit',
      trustPolicy: nobody,
      policies: { read: allow },
    });

  beforeEach(() => {
    nowMs = NOW_MS;
    store = createIdentityStore({ clock: { nowMs: () => nowMs }, ids: systemIds, partition: 'aws' });
  });

  it('makes an account with one user who may do everything in it', () => {
    store.addAccount({ accountId: '222222222222', accessKeyId: 'key-1', secretAccessKey: 's' });
    expect(store.hasAccount('222222222222')).toBe(true);
    expect(store.hasAccount('333333333333')).toBe(false);
    const found = store.findCredential('key-1');
    expect(found?.caller).toMatchObject({
      kind: 'user',
      accountId: '222222222222',
      arn: 'arn:aws:iam::222222222222:user/customer',
      userId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
    });
    expect(found?.sessionToken).toBeUndefined();
    expect(store.findCredential('key-2')).toBeUndefined();
  });

  it('knows a static principal by its ARN, and refuses what is neither user nor role', () => {
    const arn = 'arn:aws:iam::111111111111:role/requester';
    store.addPrincipal({ arn, accessKeyId: 'key-3', secretAccessKey: 's', policy: allow });
    expect(store.findCredential('key-3')?.caller).toMatchObject({
      kind: 'session',
      arn: 'arn:aws:sts::111111111111:assumed-role/requester/local',
      principalArn: arn,
      userId: expect.stringMatching(/^AROA[A-Z2-7]{17}:local$/),
    });
    const group = { arn: 'arn:aws:iam::111111111111:group/g', accessKeyId: 'A', secretAccessKey: 's', policy: allow };
    expect(() => store.addPrincipal(group)).toThrow('neither a user nor a role');
  });

  it('lets a principal do what is attached to it, from then on', () => {
    const arn = 'arn:aws:iam::111111111111:role/auditor';
    store.addPrincipal({ arn, accessKeyId: 'key-4', secretAccessKey: 's' });
    const policies = () => store.findCredential('key-4')?.caller.identityPolicies();
    expect(policies()).toEqual([]);
    store.attachPolicy(arn, allow);
    expect(policies()).toEqual([allow]);
    expect(() => store.attachPolicy('arn:aws:iam::111111111111:role/other', allow)).toThrow(RangeError);
  });

  it('mints credentials in the shape of AWS', () => {
    const role = newRole();
    expect(role.roleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    const session = store.mintSession({ role, sessionName: 'one', durationSeconds: 900 });
    expect(session).toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^[\w+/]{40}$/),
      sessionToken: expect.stringMatching(/^[\w+/]{400,}=*$/),
      expiresAtMs: Date.parse('2026-11-21T10:15:00Z'),
      assumedRoleArn: 'arn:aws:sts::222222222222:assumed-role/Audit/one',
      assumedRoleId: `${role.roleId}:one`,
    });
    expect(store.findCredential(session.accessKeyId)).toMatchObject({
      secretAccessKey: session.secretAccessKey,
      sessionToken: session.sessionToken,
      expiresAtMs: session.expiresAtMs,
      caller: { kind: 'session', principalArn: 'arn:aws:iam::222222222222:role/vendor/Audit', issuedAtMs: NOW_MS },
    });
  });

  it('mints a session that never expires', () => {
    const session = store.mintSession({ role: newRole(), sessionName: 'worker', durationSeconds: null });
    expect(session.expiresAtMs).toBe(Number.POSITIVE_INFINITY);
    expect(store.findCredential(session.accessKeyId)).not.toHaveProperty('expiresAtMs');
  });

  it('lets an edit of a role act on live sessions', () => {
    const role = newRole();
    const { accessKeyId } = store.mintSession({ role, sessionName: 'one', durationSeconds: 900 });
    const policies = () => store.findCredential(accessKeyId)?.caller.identityPolicies();
    expect(policies()).toEqual([allow]);
    store.putRole({ ...role, policies: { read: allow, revoke: nobody } });
    expect(policies()).toEqual([allow, nobody]);
    store.deleteRole(role.arn);
    expect(policies()).toEqual([]);
  });

  it('gives a role that is made anew none of the old sessions', () => {
    const role = newRole();
    const { accessKeyId } = store.mintSession({ role, sessionName: 'one', durationSeconds: 900 });
    store.deleteRole(role.arn);
    expect(newRole().roleId).not.toBe(role.roleId);
    expect(store.findCredential(accessKeyId)?.caller.identityPolicies()).toEqual([]);
  });

  it('finds a role by its exact ARN, and by its name in any case', () => {
    const role = newRole();
    expect(store.findRole('arn:aws:iam::222222222222:role/Audit')).toBeUndefined();
    expect(store.findRole('arn:aws:iam::222222222222:role/vendor/audit')).toBeUndefined();
    expect(store.findRoleByName('222222222222', 'AUDIT')).toBe(role);
    expect(store.findRoleByName('333333333333', 'Audit')).toBeUndefined();
    expect(() => store.putRole({ ...role, path: '/' })).toThrow('already has the name');
  });

  it('forgets an expired session an hour after, not before', () => {
    const role = newRole();
    const mint = () => store.mintSession({ role, sessionName: 'one', durationSeconds: 900 }).accessKeyId;
    const old = mint();
    nowMs += 900_000 + 3_599_000;
    mint();
    expect(store.findCredential(old)).toBeDefined();
    nowMs += 1_001;
    mint();
    expect(store.findCredential(old)).toBeUndefined();
  });
});
