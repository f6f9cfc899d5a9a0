import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../../lib/errors.ts';
import { enterCredentialProcess } from '../../../lib/platform/environment.ts';
import { httpStatuses } from '../../../lib/platform/http-status.ts';
import { runBroker } from '../../support/run-broker.ts';

const ARGUMENTS = ['credentials', '--tenant', 'acme', '--account', '222222222222', '--job', 'scan-account'];
const ASKING = [...ARGUMENTS, '--reason', 'TICKET-1'];
const CREDENTIALS = {
  Version: 1,
  AccessKeyId: 'ASIAEXAMPLE',
  SecretAccessKey: 'not/a+secret',
  SessionToken: 'not-a-token==',
  Expiration: '2026-09-02T12:10:00Z',
};

describe('broker credentials', () => {
  it('prints what a credential_process prints, and nothing else anywhere', async () => {
    const { exitCode, stdout, stderr, asked, requests } = await runBroker(ASKING, {
      replies: () => ({ json: CREDENTIALS }),
    });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`${JSON.stringify(CREDENTIALS)}\n`);
    expect(asked).toEqual(['POST /credentials']);
    expect(requests[0]?.body).toEqual({
      version: 1,
      tenantId: 'acme',
      job: 'scan-account',
      accountIds: ['222222222222'],
      reason: 'TICKET-1',
    });
  });

  it('prints the same to a terminal, and with --json', async () => {
    const replies = () => ({ json: CREDENTIALS });
    const told = [
      await runBroker(ASKING, { replies, columns: 80, colour: true }),
      await runBroker([...ASKING, '--json'], { replies }),
    ];
    for (const { stdout, stderr } of told) expect([stdout, stderr]).toEqual([`${JSON.stringify(CREDENTIALS)}\n`, '']);
  });

  it.each([
    { code: 'requester.notAllowed', exit: 3 },
    { code: 'tenant.suspended', exit: 3 },
    { code: 'job.notForCallers', exit: 3 },
    { code: 'account.notVerified', exit: 3 },
    { code: 'switch.off', exit: 5 },
    { code: 'vending.unavailable', exit: 5 },
    { code: 'vending.outcomeUnknown', exit: 5 },
    { code: 'vending.notRecorded', exit: 5 },
    { code: 'store.unavailable', exit: 5 },
    { code: 'sts.denied', exit: 5 },
  ] as const)('says $code in three lines on standard error, and ends with $exit', async ({ code, exit }) => {
    const { whatToDo } = errorCodes[code];
    const error = { code, message: 'It was refused.', whatToDo };
    const ran = await runBroker(ASKING, { replies: () => ({ status: httpStatuses[code], json: { error } }) });
    expect([ran.exitCode, ran.stdout]).toEqual([exit, '']);
    expect(ran.stderr).toBe(`${code}\nIt was refused.\n${whatToDo}\n`);
    // A call that may have made a session is never made again by itself.
    expect(ran.asked).toHaveLength(1);
  });

  it.each([
    { name: 'nobody answers', reply: { hangUp: true }, code: 'client.unreachable', exit: 5 },
    {
      name: 'the function dies',
      reply: { status: 502, raw: 'Internal Server Error' },
      code: 'client.functionFailed',
      exit: 5,
    },
    {
      name: 'AWS refuses',
      reply: { status: 403, json: { Message: 'Forbidden' } },
      code: 'client.accessDenied',
      exit: 3,
    },
    { name: 'it is no credentials', reply: { json: { Version: 2 } }, code: 'client.answerUnreadable', exit: 1 },
    {
      name: 'there is more in it',
      reply: { json: { ...CREDENTIALS, Note: 'x' } },
      code: 'client.answerUnreadable',
      exit: 1,
    },
  ])('prints nothing on standard output where $name', async ({ reply, code, exit }) => {
    const ran = await runBroker(ASKING, { replies: () => reply });
    expect([ran.exitCode, ran.stdout, ran.stderr.split('\n')[0]]).toEqual([exit, '', code]);
    expect(ran.stderr).not.toContain(CREDENTIALS.SecretAccessKey);
    expect(ran.asked).toHaveLength(1);
  });

  it.each(['--tenant', '--account', '--job', '--reason'])('asks for %s', async (option) => {
    const at = ASKING.indexOf(option);
    const { exitCode, stdout, stderr, asked } = await runBroker(ASKING.toSpliced(at, 2));
    expect([exitCode, stdout, asked]).toEqual([2, '', []]);
    expect(stderr).toMatch(new RegExp(`^cli\\.usage\n.*${option.slice(2)}`, 'i'));
    expect(stderr).toContain('broker credentials --help');
  });

  it('ends with Ctrl-C, printing nothing', async () => {
    const ran = await runBroker(ASKING, { replies: () => ({ silent: true }), interruptAfter: { requests: 1 } });
    expect([ran.exitCode, ran.stdout]).toEqual([130, '']);
    expect(ran.stderr).toContain('A session may have been made, and ends by itself');
  });
});

describe('a credential_process that starts itself', () => {
  it('is stopped at its second start', () => {
    const variables: Record<string, string | undefined> = {};
    expect([enterCredentialProcess(variables), enterCredentialProcess({ ...variables })]).toEqual([true, false]);
  });
});
