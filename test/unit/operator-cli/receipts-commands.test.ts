import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aReceipt, customersCopy, keyOf, usedFor } from '../../support/a-trail.ts';
import { refusal, repliesTo } from '../../support/management-answers.ts';
import { type CustomersFiles, customersFiles } from '../../support/receipt-files.ts';
import { type BrokerRunOptions, runBroker } from '../../support/run-broker.ts';

let files: CustomersFiles;
beforeEach(() => {
  files = customersFiles();
});
afterEach(() => rmSync(files.directory, { recursive: true }));

const transcript = new Map<string, string>();

/** With names instead of the paths of this run. */
async function broker(argv: readonly string[], options: BrokerRunOptions = {}) {
  const result = await runBroker(argv, options);
  const shown = `$ broker ${argv.join(' ')}\n${result.stdout}--- on stderr\n${result.stderr}--- exit ${result.exitCode}`;
  // How far it was is as fast as the machine.
  const plain = shown.replaceAll(`${files.directory}/`, '').replaceAll(/^reading .*\n/gm, '');
  return { ...result, shown: plain };
}

function keep(title: string, { shown }: { readonly shown: string }): void {
  transcript.set(title, `## ${title}\n\n\`\`\`\n${shown}\n\`\`\`\n`);
}

/** A trail that does not agree in every way that there is. */
function disagreeing(): CustomersFiles {
  const receipts = [aReceipt(1), aReceipt(2), aReceipt(3)];
  return customersFiles({
    receipts,
    records: ([one = aReceipt(1), two = aReceipt(2), three = aReceipt(3)]) => [
      customersCopy(one),
      usedFor(one),
      usedFor(one, { name: 'GetObject', errorCode: 'AccessDenied' }),
      customersCopy(two, { accessKeyId: keyOf(9), stsRequestId: 'sts-9' }),
      customersCopy(three, { sessionName: 'nobody\u001b[31m', stsRequestId: 'sts-8', accessKeyId: keyOf(8) }),
      customersCopy(three),
      usedFor(three, { service: 'iam', name: 'ListUsers' }),
      usedFor(three, { eventTime: '2031-05-06T12:59:00Z' }),
    ],
  });
}

describe('broker audit correlate', () => {
  const correlate = () => {
    const { cloudtrail, receipts, publicKey } = files;
    return ['audit', 'correlate', '--cloudtrail', cloudtrail, '--receipts', receipts, '--public-key', publicKey];
  };

  it('says that they agree', async () => {
    const run = await broker(correlate());
    keep('says that they agree', run);
    expect([run.exitCode, run.asked]).toEqual([0, []]);
    expect(run.stdout).toContain('They agree: every call is announced');
  });

  it('lists what does not agree, and ends with another exit code', async () => {
    rmSync(files.directory, { recursive: true });
    files = disagreeing();
    const run = await broker(correlate());
    keep('lists what does not agree', run);
    expect(run.exitCode).toBe(4);
    expect(run.stdout).not.toContain('\u001b');
    const json: unknown = JSON.parse((await runBroker([...correlate(), '--json'])).stdout);
    expect(json).toMatchObject({
      files: { files: 1, records: 10, problemCount: 0 },
      correlation: {
        receipts: { matched: 2, missing: 1 },
        strays: [{ why: 'nameUnknown' }, { why: 'otherKey', accessKeyId: keyOf(9) }].toReversed(),
      },
    });
  });

  it('tells what it could not read, and does not call that agreed', async () => {
    writeFileSync(path.join(files.cloudtrail, 'b.json'), '{"Records":[{"a":1},');
    const run = await broker(correlate());
    keep('tells what it could not read', run);
    expect([run.exitCode, run.stdout.match(/b\.json.*/g)?.length]).toEqual([4, 2]);
  });

  it('does not call it agreed when there is nothing in the files', async () => {
    rmSync(files.cloudtrail, { recursive: true });
    const missing = await broker(correlate());
    expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringMatching(/^cli.trailUnreadable\n.*ENOENT/)]);
    writeFileSync(files.cloudtrail, '{"Records":[]}');
    const run = await broker(correlate());
    expect([run.exitCode, run.stdout]).toEqual([4, expect.stringContaining('nothing is proven')]);
  });

  it('compares nothing with receipts that do not hold', async () => {
    writeFileSync(files.receipts, files.lines.toReversed().join(''));
    const run = await broker(correlate());
    keep('compares nothing with receipts that do not hold', run);
    expect([run.exitCode, run.stdout]).toEqual([3, '']);
  });

  it('asks the deployment for the key when it is given none', async () => {
    const keys = [
      { use: 'digests', keyId: 'd', publicKeyPem: customersFiles().signer.pem, fingerprint: 'x' },
      { use: 'receipts', keyId: 'r', publicKeyPem: files.signer.pem, fingerprint: 'y' },
    ];
    const replies = repliesTo({ 'GET /signing-keys': { json: { keys } } });
    const run = await runBroker(correlate().slice(0, 6), { replies });
    expect([run.exitCode, run.asked]).toEqual([0, ['GET /signing-keys']]);
    const [digests] = keys;
    const wrong = repliesTo({ 'GET /signing-keys': { json: { keys: [digests] } } });
    expect((await runBroker(correlate().slice(0, 6), { replies: wrong })).exitCode).toBe(2);
  });

  it.each([
    ['a bucket that is none', ['--cloudtrail', 's3://X'], /names no bucket/],
    ['receipts that are not there', ['--receipts', '/no/such/file'], /cannot be read \(ENOENT\)/],
    ['a key that is none', ['--public-key', '/dev/null'], /no public key in PEM/],
  ])('is a wrong command line with %s', async (_name, [option = '', value = ''], message) => {
    const argv = correlate();
    argv[argv.indexOf(option) + 1] = value;
    const run = await broker(argv);
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('ends with Ctrl-C', async () => {
    const keys = { json: { keys: [] } };
    const run = await runBroker(correlate().slice(0, 6), {
      replies: repliesTo({ 'GET /signing-keys': keys }),
      interruptAfter: { requests: 1 },
    });
    expect(run.exitCode).toBe(130);
  });
});

describe('broker audit receipts', () => {
  const replies = () => (_request: unknown, count: number) => {
    const signed: unknown = JSON.parse(files.lines[count] ?? '{}');
    return { json: { signed, ...(count === 0 ? { cursor: 'next' } : {}) } };
  };

  it('writes every page as it was signed, a line each', async () => {
    const out = path.join(files.directory, 'out.jsonl');
    const argv = ['audit', 'receipts', '--tenant', 'acme', '--from', '2026-09-01', '--to', '2026-09-02', '--out', out];
    const run = await broker(argv, { replies: replies() });
    keep('writes every page as it was signed', run);
    expect([run.exitCode, run.stdout]).toEqual([0, '']);
    expect(readFileSync(out, 'utf8')).toBe(files.lines.join(''));
    expect(run.requests.map(({ query }) => query)).toEqual([
      { from: '2026-09-01T00:00:00.000Z', to: '2026-09-02T00:00:00.000Z' },
      { from: '2026-09-01T00:00:00.000Z', to: '2026-09-02T00:00:00.000Z', cursor: 'next' },
    ]);
  });

  it('writes to standard output without a file', async () => {
    const run = await runBroker(['audit', 'receipts', '--tenant', 'acme'], { replies: replies() });
    expect(run.stdout).toBe(files.lines.join(''));
  });

  it('leaves nothing in the place of the file when it does not come to its end', async () => {
    const out = path.join(files.directory, 'out.jsonl');
    const run = await runBroker(['audit', 'receipts', '--tenant', 'acme', '--out', out], {
      replies: (request, count) => (count === 0 ? replies()(request, 0) : refusal(503, 'store.unavailable')),
    });
    expect([run.exitCode, existsSync(out)]).toEqual([5, false]);
    expect(readdirSync(files.directory).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('writes the public key where it is asked to, and tells its fingerprint', async () => {
    const key = path.join(files.directory, 'published.pem');
    const keys = [{ use: 'receipts', keyId: 'r', publicKeyPem: files.signer.pem, fingerprint: 'f1' }];
    const run = await runBroker(['audit', 'receipts', '--tenant', 'acme', '--public-key-out', key], {
      replies: (request, count) => (count < 2 ? replies()(request, count) : { json: { keys } }),
    });
    expect(run.stderr).toContain('fingerprint, for the customer to compare: f1');
    expect(readFileSync(key, 'utf8').trim()).toBe(files.signer.pem.trim());
  });
});

describe('the transcript', () => {
  it('is what people read (vitest run … -u writes it)', async () => {
    await expect([...transcript.values()].join('\n')).toMatchFileSnapshot('receipts-commands.transcript.md');
  });
});
