import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runBroker } from '../../support/run-broker.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'run-job-'));
afterAll(() => rmSync(folder, { recursive: true }));

const requestId = `req_${'a'.repeat(32)}`;
const accepted = { status: 202, json: { requestId } };
const command = ['run', 'scan-account', '--tenant', 'acme'];

function decided(...states: readonly { state: string; code?: string; explanation?: string }[]) {
  const issuances = states.map((of, index) => ({
    issuanceId: `scan-account.${String(index).repeat(32)}`,
    accountId: `22222222222${index}`,
    ...of,
  }));
  return { json: { requestId, decision: 'allowed', issuances } };
}

function fileOf(text: string): string {
  const file = path.join(folder, `${text.length}.json`);
  writeFileSync(file, text);
  return file;
}

describe('broker run', () => {
  it('asks once, and says how to learn the outcome', async () => {
    const run = await runBroker(command, { replies: () => accepted });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${requestId}\n`, asked: ['POST /requests'] });
    const key = 'cli-00000000-0000-4000-8000-000000000001';
    expect(run.stderr).toBe(`It is on its way. For its outcome, repeat it with: --wait --idempotency-key ${key}\n`);
    expect(run.requests).toMatchObject([
      { query: {}, body: { version: 1, tenantId: 'acme', job: 'scan-account', idempotencyKey: key } },
    ]);
  });

  it('sends what it is given, and nothing else', async () => {
    const input = fileOf('{"items":[1,2]}');
    const given = ['--account', '222222222222,333333333333', '--input', input, '--reason', 'TICKET-1'];
    const run = await runBroker([...command, ...given, '--idempotency-key', 'k-1'], { replies: () => accepted });
    expect(run.requests[0]?.body).toEqual({
      version: 1,
      tenantId: 'acme',
      job: 'scan-account',
      accountIds: ['222222222222', '333333333333'],
      input: { items: [1, 2] },
      reason: 'TICKET-1',
      idempotencyKey: 'k-1',
    });
  });

  it('waits under one key until every account is done, and shows each', async () => {
    const replies = [
      accepted,
      decided({ state: 'new' }, { state: 'issued' }),
      decided({ state: 'completed' }, { state: 'completed' }),
    ];
    const run = await runBroker([...command, '--wait'], { replies: (_, count) => replies[count] ?? {} });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toBe(
      [
        'ACCOUNT       STATE      WHY  ISSUANCE',
        `222222222220  completed  -    scan-account.${'0'.repeat(32)}`,
        `222222222221  completed  -    scan-account.${'1'.repeat(32)}`,
        '',
      ].join('\n'),
    );
    expect(run.requests.map(({ query }) => query)).toEqual([{ wait: '25' }, { wait: '25' }, { wait: '25' }]);
    expect(new Set(run.requests.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(run.stderr).toContain(`${requestId}: on its way`);
  });

  it('gives up after ten minutes, and says how to go on', async () => {
    const run = await runBroker([...command, '--wait'], { replies: () => accepted });
    expect(run.exitCode).toBe(4);
    expect(run.sleptMs).toBe(600_000);
    expect(run.stderr).toContain('repeat it with: --wait --idempotency-key cli-');
  });

  it.each<[string, number]>([
    ['completed', 0],
    ['refused', 3],
    ['denied', 3],
    ['revoked', 3],
    ['failed', 1],
    ['expired', 1],
    ['unknown', 1],
  ])('ends for %s with %d', async (state, exitCode) => {
    const reply = decided({ state: 'completed' }, { state, code: 'sts.denied', explanation: 'because' });
    const run = await runBroker([...command, '--wait'], { replies: () => reply });
    expect(run.exitCode).toBe(exitCode);
    expect(run.stdout).toContain('sts.denied: because');
  });

  it('prints nothing but JSON when that is asked for', async () => {
    const run = await runBroker([...command, '--wait', '--json'], { replies: () => decided({ state: 'completed' }) });
    expect(JSON.parse(run.stdout)).toMatchObject({
      requestId,
      issuances: [{ state: 'completed' }],
      idempotencyKey: expect.stringMatching(/^cli-/),
    });
    expect(run.stderr).toBe('');
  });

  it('says why it is refused', async () => {
    const error = { code: 'requester.notAllowed', message: 'you may not ask', whatToDo: 'Ask for it to be allowed.' };
    const run = await runBroker(command, { replies: () => ({ status: 403, json: { error, requestId } }) });
    expect(run).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: 'requester.notAllowed\nyou may not ask\nAsk for it to be allowed.\n',
    });
  });

  it.each<[string, readonly string[], string]>([
    ['no job', ['run', '--tenant', 'acme'], 'See: broker run --help'],
    ['no tenant', ['run', 'scan-account'], 'tenant'],
    ['no file', [...command, '--input', path.join(folder, 'none.json')], 'cannot be read (ENOENT)'],
    ['a file that is not JSON', [...command, '--input', fileOf('{"items":')], '--input: the file is not JSON.'],
    ['an empty account', [...command, '--account', '222222222222,'], '--account has an empty name in it'],
    ['an unknown option', [...command, '--accounts', '222222222222'], 'accounts'],
  ])('asks for nothing with %s', async (_, argv, says) => {
    const run = await runBroker(argv);
    expect(run).toMatchObject({ exitCode: 2, asked: [] });
    expect(run.stderr).toContain(says);
  });

  it('can be interrupted while it waits', async () => {
    const run = await runBroker([...command, '--wait'], { replies: () => accepted, interruptAfter: { requests: 1 } });
    expect(run.exitCode).toBe(130);
    expect(run.stderr).toContain('With the same --idempotency-key it can be repeated');
  });
});
