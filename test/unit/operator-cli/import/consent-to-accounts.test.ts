import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RoleView } from '../../../../lib/management/management-views.ts';
import type { Replies, Reply, SeenRequest } from '../../../support/function-url-server.ts';
import { aRoleView, aTenantView, refusal, roleArnOf } from '../../../support/management-answers.ts';
import { runBroker } from '../../../support/run-broker.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'broker-consents-'));
afterAll(() => rmSync(directory, { recursive: true }));

const OPERATORS = 'arn:aws:iam::111111111111:role/operators';
const asked = { connectedBy: [OPERATORS], sinceMs: 1 };
const awaited: RoleView['consent'] = { state: 'awaited', ...asked };
const given: RoleView['consent'] = { state: 'given', ...asked, by: 'arn:aws:iam::111111111111:role/security', atMs: 2 };
const accountId = (number: number) => String(100_000_000_000 + number);
const role = (number: number, consent: RoleView['consent'] = awaited) =>
  aRoleView({ accountId: accountId(number), ...(consent && { consent }) });

function run(command: 'connect' | 'consent', csv: string, replies: Replies, more: readonly string[] = []) {
  const file = path.join(directory, 'accounts.csv');
  writeFileSync(file, csv);
  return runBroker(['tenants', command, 'acme', '--from', file, ...more], { replies });
}

/** Each consent is answered as `answerOf` says. */
function consents(roles: readonly RoleView[], answerOf: (accountId: string) => Reply): Replies {
  return ({ asked, body }) => {
    if (asked === 'GET /tenants/acme') return { json: aTenantView({ roles }) };
    return answerOf((body as { roleArn: string }).roleArn.split(':')[4] ?? '');
  };
}

const consentedTo = (requests: readonly SeenRequest[]) =>
  requests.flatMap(({ asked, body }) => (asked === 'POST /tenants/acme/consent' ? [body] : []));
const yes = (id: string): Reply => ({ json: aRoleView({ accountId: id, consent: given }) });

describe('consent --from', () => {
  it('consents to each role of the file, as it stands there, and to no other', async () => {
    const csv = `accountId,jobs\n${accountId(1)},scan-account\n${accountId(2)},\n`;
    const { exitCode, stderr, requests } = await run('consent', csv, consents([role(1), role(2), role(3)], yes));
    expect(exitCode).toBe(0);
    expect(consentedTo(requests)).toEqual([
      { roleArn: roleArnOf(accountId(1)), jobs: ['scan-account'] },
      { roleArn: roleArnOf(accountId(2)) },
    ]);
    expect(stderr).toContain('Consents: 2 now, 0 before, 0 failed.\n');
  });

  it('skips what has a consent, so that it can be run again', async () => {
    const csv = `accountId\n${accountId(1)}\n${accountId(2)}\n`;
    const { requests, stderr, stdout } = await run('consent', csv, consents([role(1, given), role(2)], yes), [
      '--json',
    ]);
    expect(consentedTo(requests)).toEqual([{ roleArn: roleArnOf(accountId(2)) }]);
    expect(stderr).toContain('Consents: 1 now, 1 before, 0 failed.\n');
    expect(JSON.parse(stdout)).toMatchObject([{ accountId: accountId(2), consent: { state: 'given' } }]);
  });

  it('does not take a consent to other jobs for one to those of the file', async () => {
    const csv = `accountId,jobs\n${accountId(1)},scan-account\n${accountId(2)},\n`;
    const stale = () => refusal(409, 'registry.stale');
    const { exitCode, stderr, requests } = await run('consent', csv, consents([role(1, given), role(2, given)], stale));
    expect(exitCode).toBe(3);
    expect(consentedTo(requests)).toEqual([{ roleArn: roleArnOf(accountId(1)), jobs: ['scan-account'] }]);
    expect(stderr).toContain('Consents: 0 now, 1 before, 1 failed.\n');
  });

  it('says which line is refused, and goes on with the others', async () => {
    const csv = `accountId\n${accountId(1)}\n${accountId(2)}\n`;
    const own = refusal(403, 'consent.ownConnection');
    const answer = (id: string) => (id === accountId(1) ? own : yes(id));
    const { exitCode, stderr, requests } = await run('consent', csv, consents([role(1), role(2)], answer));
    expect(exitCode).toBe(3);
    expect(consentedTo(requests)).toHaveLength(2);
    expect(stderr).toContain(`line 2: ${accountId(1)}: consent.ownConnection: `);
    expect(stderr).toContain('Consents: 1 now, 0 before, 1 failed.\n');
  });

  it('ends at once for who may not consent to anything', async () => {
    const csv = `accountId\n${accountId(1)}\n${accountId(2)}\n`;
    const answer = () => refusal(403, 'consent.notAllowed');
    const { exitCode, stderr, requests } = await run('consent', csv, consents([role(1), role(2)], answer));
    expect(exitCode).toBe(3);
    expect(consentedTo(requests)).toHaveLength(1);
    expect(stderr).toMatch(/^consent\.notAllowed$/m);
  });
});

describe('connect --from, where a second person consents', () => {
  it('counts what awaits consent, also of what was connected before, and is not done', async () => {
    const replies: Replies = ({ asked }) => {
      if (asked === 'GET /tenants/acme') return { json: aTenantView({ roles: [role(1)] }) };
      return asked === 'POST /tenants/acme/roles' ? { json: role(2) } : { json: { roles: [role(2)] } };
    };
    const csv = `accountId\n${accountId(1)}\n${accountId(2)}\n`;
    const { exitCode, stderr } = await run('connect', csv, replies);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('1 trusted now, 1 trusted before, 0 not proven, 0 failed, 2 of them await consent.');
    expect(stderr).toContain('broker tenants consent acme --from');
    expect(stderr).not.toContain('Run the same command again');
  });
});
