import { describe, expect, it } from 'vitest';
import type { ArchivedChange } from '../../../../lib/audit/archive/archived-change.ts';
import { trailRoot } from '../../../../lib/ledger/trail.ts';
import { canonicalJson } from '../../../../lib/platform/canonical-json.ts';
import { sha256Hex } from '../../../../lib/platform/ids.ts';
import { type ArchiveWorld, anArchive, aSigner, verify } from '../../../support/archive-world/archive-world.ts';
import { archivedLife } from '../../../support/archive-world/archived-life.ts';
import { START_MS } from '../../../support/frozen-clock.ts';

const signer = aSigner();
const MINUTE_MS = 60_000;

/** Two lives in an object, two objects in a digest. */
async function anArchiveOf(lives: number): Promise<ArchiveWorld> {
  const world = anArchive(signer);
  for (let index = 0; index < lives; index += 2) {
    await world.write([...archivedLife(index), ...archivedLife(index + 1)]);
    if (index % 4 === 2) await world.tick();
  }
  await world.tick();
  return world;
}

const verified = ({ files, clock }: ArchiveWorld, change: Partial<Parameters<typeof verify>[1]> = {}) =>
  verify(files, { signers: [signer], nowMs: clock.nowMs(), ...change });

describe('the verification of an archive', () => {
  it('proves what the archive itself wrote', async () => {
    const report = await verified(await anArchiveOf(20));
    expect(report).toMatchObject({ isProven: true, issuances: 20, findings: [] });
    expect(report.counted).toMatchObject({ digests: 6, objects: 10, records: 117 });
    expect(report.covered).toMatchObject({ fromMs: 0, firstSequence: 0, lastSequence: 5 });
    expect(report.signedBy).toMatchObject([{ publicKeySha256: signer.publicKey.sha256, digests: 6 }]);
  });

  it('proves periods in which nothing happened', async () => {
    const world = anArchive(signer);
    for (let tick = 0; tick < 3; tick += 1) await world.tick();
    expect(await verified(world)).toMatchObject({ isProven: true, counted: { digests: 3, records: 0 } });
  });

  it('proves nothing where there is nothing', async () => {
    const report = await verified(anArchive(signer));
    expect(report).toMatchObject({ isProven: false, findings: [{ kind: 'digestMissing' }] });
  });

  it('reads what is too new for a digest, and says that it is not proven', async () => {
    const world = await anArchiveOf(4);
    await world.write(archivedLife(8));
    expect(await verified(world)).toMatchObject({ isProven: true, pending: { objects: 1, records: 6 }, issuances: 5 });
  });

  it('finds an object that no digest covers when one should', async () => {
    const world = await anArchiveOf(4);
    await world.write(archivedLife(8));
    const [key] = [...world.files.keys()].slice(-1);
    const report = await verified(world, { nowMs: world.clock.nowMs() + 11 * MINUTE_MS });
    expect(report.findings).toMatchObject([{ kind: 'objectUncovered', object: key }, { kind: 'digestMissing' }]);
  });

  it('finds that digests ceased, and not when it is told until when to look', async () => {
    const world = await anArchiveOf(4);
    const lateMs = world.clock.nowMs() + 60 * MINUTE_MS;
    expect((await verified(world, { nowMs: lateMs })).findings).toMatchObject([{ kind: 'digestMissing' }]);
    const period = { toMs: world.clock.nowMs() - 3 * MINUTE_MS };
    expect(await verified(world, { nowMs: lateMs, period })).toMatchObject({ isProven: true });
  });
});

describe('the verification of a part', () => {
  it('verifies the digests that tell of it, and says which', async () => {
    const world = await anArchiveOf(24);
    const period = { fromMs: START_MS + 12 * MINUTE_MS, toMs: START_MS + 14 * MINUTE_MS };
    const report = await verified(world, { period });
    expect(report).toMatchObject({ isProven: true, findings: [], covered: { firstSequence: 2, lastSequence: 3 } });
    expect(report.covered?.fromMs).toBeLessThanOrEqual(period.fromMs);
    expect(report.covered?.toMs).toBeGreaterThanOrEqual(period.toMs);
    expect(report.counted).toMatchObject({ digests: 2, objects: 4 });
  });

  it.each([
    ['before the first digest', -20],
    ['long before anything', -40 * 24 * 60],
    ['in the second digest', 7],
  ])('may begin %s', async (_, minutes) => {
    const report = await verified(await anArchiveOf(24), { period: { fromMs: START_MS + minutes * MINUTE_MS } });
    expect(report).toMatchObject({ isProven: true, findings: [] });
  });

  it('does not take a part for the whole: its first digest is missed', async () => {
    const world = await anArchiveOf(24);
    const [first, second] = [...world.files.keys()].filter((key) => key.startsWith('digests/')).sort();
    world.files.delete(first ?? '');
    world.files.delete(second ?? '');
    const report = await verified(world, { period: { fromMs: START_MS + MINUTE_MS } });
    expect(report.findings).toContainEqual(expect.objectContaining({ kind: 'digestMissing' }));
    expect((await verified(world)).isProven).toBe(false);
  });
});

describe('the keys that sign', () => {
  it('may be replaced: each digest takes one of those that are given', async () => {
    const next = aSigner('arn:aws:kms:eu-west-1:111111111111:key/next');
    const world = await anArchiveOf(4);
    await world.write(archivedLife(8));
    await world.tick(next);
    expect(await verified(world, { signers: [signer, next] })).toMatchObject({
      isProven: true,
      signedBy: [{ digests: 2 }, { digests: 1 }],
    });
    for (const only of [signer, next]) {
      expect((await verified(world, { signers: [only] })).findings).toContainEqual(
        expect.objectContaining({ kind: 'signatureWrong' }),
      );
    }
  });
});

type Life = readonly ArchivedChange[];

/** An archive that was signed as it should be, over changes that should not be. */
async function signedOver(...batches: readonly Life[]) {
  const world = anArchive(signer);
  for (const batch of batches) await world.write(batch);
  await world.tick();
  await world.tick();
  return verified(world);
}

/** The images of one issuance: intended, issued, claimed, completed. */
const [, intended, issued, claimed] = archivedLife(1);

function withTrail(change: ArchivedChange | undefined, edit: (trail: Record<string, unknown>[]) => object[]) {
  if (change?.record === undefined) throw new Error('it has a record');
  const trail = edit(structuredClone(change.record['trail']) as Record<string, unknown>[]);
  return { ...change, record: { ...change.record, trail } };
}

/** As whoever may write the table would do it. */
function rehashed(change: ArchivedChange | undefined): ArchivedChange {
  let previousHash = trailRoot(change?.recordId ?? '');
  const edited = withTrail(change, (trail) =>
    trail.map((entry) => {
      const { hash: _, ...kept } = entry;
      const body = { ...kept, atMs: 1, previousHash };
      previousHash = sha256Hex(canonicalJson(body));
      return { ...body, hash: previousHash };
    }),
  );
  return { ...edited, record: { ...edited.record, trailHead: previousHash } };
}

function only(...changes: readonly (ArchivedChange | undefined)[]): Life {
  return changes.filter((change) => change !== undefined);
}

describe('the trails of issuances', () => {
  it('may be handed over again, wholly or from the middle on', async () => {
    const report = await signedOver(
      only(intended, issued),
      only(intended),
      only(issued, claimed),
      only(intended, issued),
    );
    expect(report).toMatchObject({ isProven: true, issuances: 1 });
  });

  const { sequenceNumber = '' } = issued ?? {};
  const cases: Readonly<Record<string, readonly [kind: string, ...batches: Life[]]>> = {
    'an entry that was changed': [
      'trailBroken',
      only(withTrail(issued, (trail) => trail.with(0, { ...trail[0], atMs: 1 }))),
    ],
    'an entry that is gone': ['trailBroken', only(withTrail(issued, (trail) => trail.slice(1)))],
    'entries in another order': ['trailBroken', only(withTrail(issued, (trail) => trail.toReversed()))],
    'a head that is not the last entry’s': ['trailBroken', only(withTrail(issued, (trail) => trail.slice(0, 1)))],
    'a trail that was hashed anew': ['trailRewritten', only(intended), only(rehashed(issued))],
    'an earlier trail that was hashed anew, behind the later': [
      'trailRewritten',
      only(issued),
      only(rehashed(intended)),
    ],
    'a shorter trail': [
      'trailRewritten',
      only(issued),
      only({ ...structuredClone(intended), sequenceNumber: `9${sequenceNumber}` } as ArchivedChange),
    ],
    'the same change with other bytes': [
      'trailRewritten',
      only(issued),
      only({ ...structuredClone(issued), changedAtMs: 7 } as ArchivedChange),
    ],
    'the trail of another issuance': [
      'trailBroken',
      only({ ...intended, record: { ...archivedLife(2)[1]?.record, recordId: intended?.recordId } } as ArchivedChange),
    ],
    'the record of another issuance': [
      'recordMisplaced',
      only({ ...intended, recordId: archivedLife(2)[1]?.recordId } as ArchivedChange),
    ],
    'a ticket': ['ticketArchived', only({ ...issued, record: { ...issued?.record, ticket: {} } } as ArchivedChange)],
    'what the archive itself found': [
      'changeRefused',
      only({ ...issued, findings: [{ finding: 'edgeNotAllowed', explanation: 'x' }] } as ArchivedChange),
    ],
  };

  it.each(Object.entries(cases))(
    'shows %s, in an archive that is signed as it should be',
    async (_, [kind, ...batches]) => {
      const report = await signedOver(...batches);
      expect(report.isProven).toBe(false);
      const recordId = batches.at(-1)?.[0]?.recordId;
      expect(report.findings).toContainEqual(expect.objectContaining({ kind, line: 1, recordId }));
    },
  );
});
