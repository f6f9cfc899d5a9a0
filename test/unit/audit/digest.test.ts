import { describe, expect, it } from 'vitest';
import { type Digest, digestSha256, linkProblem, NO_DIGEST_SHA256 } from '../../../lib/audit/digest.ts';
import { merkleTree } from '../../../lib/audit/merkle.ts';

const aDigest = (change: Partial<Digest> = {}): Digest => ({
  version: 1,
  deploymentId: 'test1',
  sequence: 0,
  previousSha256: NO_DIGEST_SHA256,
  fromMs: 0,
  toMs: 300_000,
  objects: [],
  records: 0,
  merkleRoot: merkleTree().root(),
  ...change,
});

const follows = (previous: Digest, change: Partial<Digest> = {}): Digest =>
  aDigest({
    sequence: previous.sequence + 1,
    previousSha256: digestSha256(previous),
    fromMs: previous.toMs,
    toMs: previous.toMs + 300_000,
    ...change,
  });

describe('a digest', () => {
  it('follows from the one before', () => {
    const first = aDigest();
    const second = follows(first);
    expect(linkProblem(first, undefined)).toBeUndefined();
    expect(linkProblem(second, first)).toBeUndefined();
    expect(linkProblem(follows(second), second)).toBeUndefined();
  });

  const first = aDigest();
  it.each([
    ['one is left out', follows(follows(first)), first],
    ['the one before was changed', follows(first), aDigest({ toMs: 300_001 })],
    ['it stands at the beginning', follows(first), undefined],
    ['the beginning stands in the middle', aDigest(), first],
    ['there is a gap of time', follows(first, { fromMs: 300_001 }), first],
    ['it overlaps', follows(first, { fromMs: 299_999 }), first],
    ['time goes backwards', follows(first, { toMs: 1 }), first],
    ['it is of another deployment', follows(first, { deploymentId: 'other' }), first],
    ['it counts more records than its objects hold', follows(first, { records: 1 }), first],
  ])('is told from what follows when %s', (_what, digest, previous) => {
    expect(linkProblem(digest, previous)).toEqual(expect.any(String));
  });
});
