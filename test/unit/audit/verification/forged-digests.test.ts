import { describe, expect, it } from 'vitest';
import { digestKey } from '../../../../lib/audit/archive/archive-keys.ts';
import { readSignedDigest, signedDigestBytes } from '../../../../lib/audit/archive/digests/signed-digest.ts';
import type { Digest } from '../../../../lib/audit/digest.ts';
import { merkleTree } from '../../../../lib/audit/merkle.ts';
import { anArchive, aSigner, verify } from '../../../support/archive-world/archive-world.ts';
import { archivedLife } from '../../../support/archive-world/archived-life.ts';

const signer = aSigner();

async function threeDigests() {
  const world = anArchive(signer);
  for (const life of [0, 1, 2]) {
    await world.write(archivedLife(life));
    await world.tick();
  }
  await world.tick();
  const keys = (prefix: string) => [...world.files.keys()].filter((key) => key.startsWith(prefix)).sort();
  return { ...world, digests: keys('digests/'), changes: keys('changes/'), leaves: keys('leaves/') };
}

type Archive = Awaited<ReturnType<typeof threeDigests>>;

/** Somebody who may sign puts another digest in the place of one. */
async function resign({ files, digests }: Archive, index: number, change: (digest: Digest) => Partial<Digest>) {
  const key = digests[index] ?? '';
  const read = readSignedDigest(files.get(key) ?? Buffer.alloc(0));
  if (!read.read) throw new Error(read.problem);
  const { digest } = read.signed;
  files.set(key, signedDigestBytes(await signer.sign({ ...digest, ...change(digest) })));
  return key;
}

const verified = ({ files, clock }: Archive) => verify(files, { signers: [signer], nowMs: clock.nowMs() });

describe('a digest that was signed by whoever may sign', () => {
  const forgeries: Readonly<Record<string, readonly [kind: string, change: (digest: Digest) => Partial<Digest>]>> = {
    'and follows from no digest': ['chainBroken', () => ({ previousSha256: 'f'.repeat(64) })],
    'and begins later than the one before ended': ['chainBroken', ({ fromMs }) => ({ fromMs: fromMs + 1 })],
    'of another deployment': ['chainBroken', () => ({ deploymentId: 'other1' })],
    'and counts other records than its objects': ['chainBroken', ({ records }) => ({ records: records + 1 })],
    'over another Merkle root': ['merkleRootWrong', () => ({ merkleRoot: '0'.repeat(64) })],
    'and names an object of another period': [
      'digestContradictory',
      ({ objects }) => ({
        objects: objects.map((entry) => ({ ...entry, key: entry.key.replace(/-\w+\.jsonl$/, '-x.txt') })),
      }),
    ],
    'and leads out of the archive': [
      'objectMissing',
      ({ objects }) => ({ objects: objects.map((entry) => ({ ...entry, key: '../../../etc/passwd' })) }),
    ],
  };

  it.each(Object.entries(forgeries))('shows, %s', async (_, [kind, change]) => {
    const archive = await threeDigests();
    const object = await resign(archive, 1, change);
    const { isProven, findings } = await verified(archive);
    expect(isProven).toBe(false);
    expect(findings).toContainEqual(expect.objectContaining(kind === 'objectMissing' ? { kind } : { kind, object }));
  });

  it('cannot be a first one that leaves out the beginning, whichever part is asked for', async () => {
    const archive = await threeDigests();
    const [first = '', ...others] = archive.digests;
    const read = readSignedDigest(archive.files.get(first) ?? Buffer.alloc(0));
    if (!read.read) throw new Error(read.problem);
    const { digest } = read.signed;
    for (const key of [first, ...others]) archive.files.delete(key);
    const nothing = { objects: [], records: 0, merkleRoot: merkleTree().root() };
    const forged = { ...digest, ...nothing, fromMs: digest.toMs, toMs: archive.clock.nowMs() };
    archive.files.set(digestKey(forged), signedDigestBytes(await signer.sign(forged)));
    for (const key of archive.changes) archive.files.delete(key);
    const options = { signers: [signer], nowMs: archive.clock.nowMs() };
    expect((await verify(archive.files, options)).isProven).toBe(false);
    const period = { fromMs: digest.toMs - 60_000 };
    expect((await verify(archive.files, { ...options, period })).isProven).toBe(false);
  });

  it('covers nothing unless it follows from the digest before', async () => {
    const archive = await threeDigests();
    await resign(archive, 1, () => ({ previousSha256: 'f'.repeat(64) }));
    const { findings } = await verified(archive);
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'objectUncovered', object: archive.changes[1] }));
  });

  it('is itself under its own name only', async () => {
    const archive = await threeDigests();
    const [, , key = ''] = archive.digests;
    const moved = key.replace(/dt=[\d-]+/, 'dt=2031-05-07');
    archive.files.set(moved, archive.files.get(key) ?? Buffer.alloc(0));
    archive.files.delete(key);
    expect((await verified(archive)).findings).toContainEqual(
      expect.objectContaining({ kind: 'digestMisplaced', object: moved }),
    );
  });
});

describe('a list of leaves', () => {
  it('is believed only as far as it gives the root that was signed', async () => {
    const archive = await threeDigests();
    const { files, changes, leaves } = archive;
    const [victim = '', list = ''] = [changes[0], leaves[0]];
    files.set(victim, Buffer.from(String(files.get(victim)).replace('tenant-0', 'tenant-9')));
    const [first = '', ...others] = String(files.get(list)).split('\n');
    files.set(list, Buffer.from([first.replace(/[0-9a-f]{64}/, '0'.repeat(64)), ...others].join('\n')));
    const { findings } = await verified(archive);
    expect(findings.map(({ kind, object }) => [kind, object])).toEqual([
      ['objectChanged', victim],
      ['leafListWrong', list],
    ]);
  });
});
