import { describe, expect, it } from 'vitest';
import type { ArchivedChange } from '../../../../lib/audit/archive/archived-change.ts';
import { type ArchiveWorld, anArchive, aSigner, verify } from '../../../support/archive-world/archive-world.ts';
import { archivedLife } from '../../../support/archive-world/archived-life.ts';

const signer = aSigner();

type Batch = readonly (ArchivedChange | undefined)[];

/** Signed as it should be: an object for each batch. */
async function archiveOf(...batches: readonly Batch[]): Promise<ArchiveWorld> {
  const world = anArchive(signer);
  for (const batch of batches) await world.write(batch.filter((change) => change !== undefined));
  await world.tick();
  await world.tick();
  return world;
}

const verified = ({ files, clock }: ArchiveWorld, fromMs?: number) =>
  verify(files, { signers: [signer], nowMs: clock.nowMs(), period: fromMs === undefined ? {} : { fromMs } });

const imagesOf = (life: number) => archivedLife(life).filter(({ recordType }) => recordType === 'issuance');

const [begun, issued, claimed, completed] = imagesOf(1);
const [intended, handedBack, issuedLater] = imagesOf(3);
const [waiting, lost, postponed] = imagesOf(7);

describe('an archive in which a change of an issuance was left out', () => {
  const skipped: Readonly<Record<string, readonly [line: number, ...images: Batch]>> = {
    'how it began': [1, issued, claimed, completed],
    'its session': [2, begun, claimed, completed],
    'its claim': [3, begun, issued, completed],
    'all between its beginning and its end': [2, begun, completed],
    'all but its end': [1, completed],
    'an entry between two others': [2, intended, issuedLater],
    'how it began, and no entry with it': [1, { ...waiting, change: 'MODIFY' } as ArchivedChange, lost],
  };

  it.each(Object.entries(skipped))('is not proven, and names record and line: %s', async (_, [line, ...images]) => {
    const report = await verified(await archiveOf(images));
    expect(report.findings).toMatchObject([{ kind: 'changeMissing', line, recordId: images[0]?.recordId }]);
    expect(report.isProven).toBe(false);
  });
});

describe('an archive with every change of its issuances', () => {
  const whole: Readonly<Record<string, readonly Batch[]>> = {
    'in their order': [[begun, issued, claimed, completed, intended, handedBack, issuedLater]],
    'handed over again': [[begun, issued], [issued, claimed], [begun], [completed]],
    'in objects that changed places': [[issued, claimed], [begun], [completed]],
    'backwards, an object each': [[completed], [claimed], [issued], [begun]],
    'put off twice': [
      [waiting, lost, postponed],
      [{ ...postponed, sequenceNumber: '99999999999999999999' } as ArchivedChange],
    ],
  };

  it.each(Object.entries(whole))('is proven: %s', async (_, batches) => {
    expect(await verified(await archiveOf(...batches))).toMatchObject({ findings: [], isProven: true });
  });

  it('tells of a removed line that it is gone, and of no gap', async () => {
    const world = await archiveOf([begun, issued, claimed]);
    const [key = ''] = [...world.files.keys()].filter((name) => name.startsWith('changes/'));
    const lines = (world.files.get(key)?.toString() ?? '').split('\n');
    world.files.set(key, Buffer.from(lines.toSpliced(1, 1).join('\n')));
    expect((await verified(world)).findings).toMatchObject([{ kind: 'recordRemoved', recordId: issued?.recordId }]);
  });
});

describe('a part of an archive', () => {
  async function partOf(...later: Batch): Promise<Awaited<ReturnType<typeof verify>>> {
    const world = anArchive(signer);
    for (let tick = 0; tick < 3; tick += 1) await world.tick();
    const fromMs = world.clock.nowMs();
    await world.write(later.filter((change) => change !== undefined));
    await world.tick();
    await world.tick();
    return verified(world, fromMs);
  }

  it('does not ask for what came before it', async () => {
    expect(await partOf(claimed, completed)).toMatchObject({ findings: [], isProven: true });
  });

  it('asks for what lies between two images', async () => {
    expect((await partOf(issued, completed)).findings).toMatchObject([{ kind: 'changeMissing', line: 2 }]);
  });
});
