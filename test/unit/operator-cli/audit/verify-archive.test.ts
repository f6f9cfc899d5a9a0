import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ArchiveReport } from '../../../../lib/audit/verification/verify-archive.ts';
import { renderVerification } from '../../../../lib/operator-cli/audit/verify-text.ts';
import { anArchive, aSigner } from '../../../support/archive-world/archive-world.ts';
import { archivedLife } from '../../../support/archive-world/archived-life.ts';
import { CLI_NOW_MS, runBroker } from '../../../support/run-broker.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'broker-verify-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const signer = aSigner();
const world = anArchive(signer);
world.clock.set(CLI_NOW_MS - 3_600_000);
for (const life of [0, 1, 2]) {
  await world.write(archivedLife(life));
  await world.tick();
}
while (world.clock.nowMs() < CLI_NOW_MS) await world.tick();

const archive = path.join(directory, 'archive');
const [keyFile, otherFile, privateFile] = ['key.pem', 'other.pem', 'private.pem'].map((name) =>
  path.join(directory, name),
) as [string, string, string];
writeFileSync(keyFile, signer.pem);
writeFileSync(otherFile, aSigner().pem);
writeFileSync(privateFile, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');

function write(change: (files: Map<string, Buffer>) => void = () => undefined): string {
  const files = new Map(world.files);
  change(files);
  rmSync(archive, { recursive: true, force: true });
  for (const [key, bytes] of files) {
    mkdirSync(path.dirname(path.join(archive, key)), { recursive: true });
    writeFileSync(path.join(archive, key), bytes);
  }
  return archive;
}

const [victim = ''] = [...world.files.keys()].filter((key) => key.startsWith('changes/'));
const verify = (...argv: readonly string[]) => runBroker(['audit', 'verify', ...argv]);

const FOUND: ArchiveReport = {
  isProven: false,
  archive: 's3://credential-broker-live-archive-111111111111/',
  covered: { fromMs: 0, toMs: CLI_NOW_MS - 117_000, firstSequence: 0, lastSequence: 11 },
  counted: { digests: 12, objects: 3, records: 17, bytes: 27_000 },
  pending: { objects: 1, records: 2 },
  issuances: 3,
  signedBy: [
    {
      publicKeySha256: '720b78878793dd1d41dd3066c213647d27e1902707afb7eb7022c9b5c9ca7f43',
      keyId: 'key',
      digests: 12,
      firstSequence: 0,
      lastSequence: 11,
    },
  ],
  findings: [
    {
      kind: 'recordChanged',
      object: 'changes/dt=2026-09-02/001788346801000-11111100000000000000n6.jsonl',
      line: 1,
      recordId: 'req_22222222222222222222222222222222',
      explanation: 'it is not what was signed',
    },
    { kind: 'digestMissing', explanation: 'no digest covers \u001b[31m' },
  ],
  findingsInAll: 1_002,
};

describe('what a verification prints', () => {
  it('is this', async () => {
    const text = renderVerification(FOUND, { colour: false });
    await expect(`# What broker audit verify prints\n\n\`\`\`\n${text}\`\`\`\n`).toMatchFileSnapshot(
      '../verify-archive.transcript.md',
    );
  });
});

describe('broker audit verify', () => {
  it('says what is proven, and exits with 0', async () => {
    const { exitCode, stdout } = await verify('--archive', write(), '--public-key', keyFile);
    expect(stdout).toMatch(/proven +yes/);
    expect(stdout).toMatch(/covered +the beginning to .* UTC, digests 0 to \d+/);
    expect(stdout).toMatch(/read +17 records in 3 objects, 3 issuances/);
    expect(stdout).toContain(signer.publicKey.sha256);
    expect(exitCode).toBe(0);
  });

  it('names the record that was changed, and exits with 4', async () => {
    const place = write((files) =>
      files.set(victim, Buffer.from(String(files.get(victim)).replace('tenant-0', 'tenant-9'))),
    );
    const { exitCode, stdout } = await verify('--archive', place, '--public-key', keyFile);
    expect(stdout).toMatch(/proven +no: 1 finding/);
    expect(stdout).toMatch(/^FINDING +WHERE +RECORD +WHAT$/m);
    expect(stdout).toContain(`${victim}, line 1`);
    expect(exitCode).toBe(4);
  });

  it('gives the whole report as JSON', async () => {
    const { exitCode, stdout } = await verify(
      '--archive',
      write((files) => files.delete(victim)),
      '--public-key',
      keyFile,
      '--json',
    );
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      isProven: false,
      findings: [{ kind: 'objectMissing', object: victim }, {}, {}, {}, {}, {}],
    });
    expect(exitCode).toBe(4);
  });

  it('verifies a part, and takes several keys', async () => {
    const part = ['--from', '2026-09-02T11:20Z', '--to', '2026-09-02T11:30Z'];
    const { exitCode, stdout } = await verify('--archive', write(), '--public-key', `${otherFile},${keyFile}`, ...part);
    expect(stdout).not.toContain('digests 0 to');
    expect(exitCode).toBe(0);
  });

  it.each<readonly [string, () => readonly string[], number, string]>([
    ['another key', () => ['--archive', write(), '--public-key', otherFile], 4, ''],
    [
      'a directory that is not there',
      () => ['--archive', `${archive}-not`, '--public-key', keyFile],
      2,
      'cli.archiveUnreadable',
    ],
    ['no archive', () => ['--public-key', keyFile], 2, 'cli.usage'],
    ['a place that names no bucket', () => ['--archive', 's3://', '--public-key', keyFile], 2, 'cli.usage'],
    ['a key file that is not there', () => ['--archive', write(), '--public-key', `${keyFile}-not`], 2, 'cli.usage'],
    ['a private key', () => ['--archive', write(), '--public-key', privateFile], 2, 'cli.usage'],
    ['a time that is none', () => ['--archive', write(), '--public-key', keyFile, '--from', 'x'], 2, 'cli.usage'],
  ])('proves nothing with %s', async (_, argv, expected, code) => {
    const { exitCode, stderr, stdout } = await verify(...argv());
    expect({ exitCode, proven: /proven +yes/.test(stdout) }).toEqual({ exitCode: expected, proven: false });
    expect(stderr).toContain(code);
  });

  it('asks the deployment for its keys where none is given, and says what that is worth', async () => {
    const keys = [
      { use: 'digests', publicKeyPem: signer.pem },
      { use: 'receipts', publicKeyPem: aSigner().pem },
    ];
    const options = { replies: () => ({ json: { keys } }) };
    const { exitCode, asked, stderr } = await runBroker(['audit', 'verify', '--archive', write()], options);
    expect(asked).toEqual(['GET /signing-keys']);
    expect(stderr).toContain('give --public-key');
    expect(exitCode).toBe(0);
  });
});
