import { describe, expect, it } from 'vitest';
import { anArchive, aSigner, verify } from '../../../support/archive-world/archive-world.ts';
import { archivedLife } from '../../../support/archive-world/archived-life.ts';

describe('the verification of an archive', () => {
  it('proves what the archive itself wrote', async () => {
    const signer = aSigner();
    const world = anArchive(signer);
    for (let index = 0; index < 20; index += 1) {
      await world.write(archivedLife(index));
      if (index % 4 === 3) await world.tick();
    }
    await world.tick();
    const report = await verify(world.files, { signers: [signer], nowMs: world.clock.nowMs() });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ isProven: true, issuances: 20 });
  });
});
