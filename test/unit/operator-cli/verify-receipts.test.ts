import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aReceipt, BROKER_ACCOUNT, customersCopy, TO_MS } from '../../support/a-trail.ts';
import { type CustomersFiles, customersFiles } from '../../support/receipt-files.ts';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '../../..');
/** Somewhere without packages around it, as at a customer's. */
const customer = mkdtempSync(path.join(tmpdir(), 'verifier-'));
const verifier = path.join(customer, 'verify-receipts.mjs');
const made: CustomersFiles[] = [];

beforeAll(async () => {
  await run(process.execPath, ['config/build-verifier.ts'], { cwd: root });
  copyFileSync(path.join(root, 'dist/verify-receipts.mjs'), verifier);
});
afterEach(() => {
  for (const { directory } of made.splice(0)) rmSync(directory, { recursive: true });
});
afterAll(() => rmSync(customer, { recursive: true }));

function files(...options: Parameters<typeof customersFiles>): CustomersFiles {
  const one = customersFiles(...options);
  made.push(one);
  return one;
}

type Ended = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** Without an environment: it asks nobody for anything. */
async function verify(...argv: readonly string[]): Promise<Ended> {
  return run(process.execPath, [verifier, ...argv], { cwd: customer, env: {} }).then(
    ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      exitCode: code,
      stdout,
      stderr,
    }),
  );
}

const argumentsFor = ({ receipts, publicKey, cloudtrail }: CustomersFiles) =>
  ['--receipts', receipts, '--public-key', publicKey, '--cloudtrail', cloudtrail] as const;

describe('the verifier that a customer runs alone', () => {
  it('is one file without packages', () => {
    const text = readFileSync(verifier, 'utf8');
    const imported = [...text.matchAll(/(?:from|import)\s*["']([^"']+)["']/g)].map(([, name]) => name);
    expect(imported.length).toBeGreaterThan(3);
    expect(imported.filter((name) => !name?.startsWith('node:'))).toEqual([]);
    expect(text).not.toContain('@aws-sdk');
  });

  it('says that receipts and trail agree', async () => {
    const { exitCode, stdout, stderr } = await verify(...argumentsFor(files()), '--tenant', 'acme');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('The receipts hold');
    expect(stdout).toContain('They agree: every call is announced');
  });

  it('says so when calls are at times of which the receipts do not tell', async () => {
    const late = { atMs: TO_MS + 60_000, sessionName: 'unannounced', stsRequestId: 'x' };
    const records = (receipts: readonly ReturnType<typeof aReceipt>[]) => [
      ...receipts.map((receipt) => customersCopy(receipt)),
      customersCopy(aReceipt(9), late),
    ];
    const { stdout } = await verify(...argumentsFor(files({ records })));
    expect(stdout).toContain('as far as the receipts go');
    expect(stdout).not.toContain('every call is announced');
  });

  it('says whose calls it looked at, and that no receipt and no call of theirs is all there is', async () => {
    const { stdout } = await verify(...argumentsFor(files()));
    expect(stdout).toContain(`of calls by account ${BROKER_ACCOUNT}`);
    const none = await verify(...argumentsFor(files({ receipts: [], records: () => [] })));
    expect(none.stdout).toContain(`no call by account ${BROKER_ACCOUNT} in the files`);
    expect(none.stdout).not.toContain('They agree');
  });

  it('lists what is only in the trail, and what is only in the receipts', async () => {
    const differing = files({
      records: ([one = aReceipt(1), two = aReceipt(2)]) => [
        customersCopy(one),
        customersCopy(two, { sessionName: 'unannounced', stsRequestId: 'x' }),
      ],
    });
    const { exitCode, stdout } = await verify(...argumentsFor(differing), '--json');
    expect(exitCode).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      correlation: {
        receipts: { matched: 1, missing: 2 },
        strays: [{ sessionName: 'unannounced', why: 'nameUnknown' }],
      },
    });
  });

  it('compares nothing with receipts of another tenant, or that were changed', async () => {
    const one = files();
    expect((await verify(...argumentsFor(one), '--tenant', 'globex')).stderr).toContain('page.otherTenant');
    writeFileSync(one.receipts, one.lines.join('').replace('ASIA', 'ASIB'));
    const { exitCode, stdout, stderr } = await verify(...argumentsFor(one));
    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr).toContain('signature.wrong');
  });

  it('takes several files, and checks receipts alone', async () => {
    const [one, two] = [files(), files()];
    const keys = ['--public-key', one.publicKey, '--public-key', two.publicKey];
    expect((await verify('--receipts', one.receipts, '--receipts', two.receipts, ...keys)).exitCode).toBe(0);
    expect((await verify('--receipts', one.receipts, ...keys.slice(2))).exitCode).toBe(3);
  });

  it.each([
    ['no arguments', [], /--receipts is missing/],
    ['no key', ['--receipts', 'x'], /--public-key is missing/],
    ['an option that there is none of', ['--receipt', 'x'], /--receipt/],
    ['a bucket', ['--receipts', 'x', '--public-key', 'y', '--cloudtrail', 's3://z'], /copy the files/],
    ['a key that is not there', ['--receipts', 'x', '--public-key', 'y'], /ENOENT/],
  ])('says what is wrong with %s', async (_name, argv, message) => {
    const { exitCode, stderr } = await verify(...argv);
    expect([exitCode, stderr.split('\n').length]).toEqual([2, 4]);
    expect(stderr).toMatch(message);
  });

  it('helps', async () => {
    const { exitCode, stdout } = await verify('--help');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Exit codes')]);
  });
});
