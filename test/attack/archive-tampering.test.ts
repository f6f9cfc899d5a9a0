import { describe, expect, it } from 'vitest';
import type { ArchiveReport } from '../../lib/audit/verification/verify-archive.ts';
import { anArchive, aSigner, verify } from '../support/archive-world/archive-world.ts';
import { archivedLife } from '../support/archive-world/archived-life.ts';
import { digestTampers, type Expected, objectTampers, recordTampers } from '../support/archive-world/tampers.ts';

const LIVES = 6;
const TAMPERS = 10_000;
const SEED = 20_260_901;

const signer = aSigner();
const world = anArchive(signer);
for (let life = 0; life < LIVES; life += 1) {
  await world.write(archivedLife(life));
  if (life % 2 === 1) await world.tick();
}
await world.tick();
/** As late as the last digest is in time: were the one before it the last, it would be too old. */
const settings = { signers: [signer], nowMs: world.clock.nowMs() + 470_000 };

function isNamed({ findings }: ArchiveReport, { object, line, recordId }: Expected): boolean {
  return findings.some(
    (finding) =>
      (object === undefined || finding.object === object) &&
      (line === undefined || finding.line === line) &&
      (recordId === undefined || finding.recordId === recordId),
  );
}

/** Mulberry32. */
function seeded(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

const kinds = Object.entries({ ...recordTampers, ...objectTampers, ...digestTampers });

describe('an archive that somebody tampers with', () => {
  it('is proven as long as nobody does', async () => {
    expect(await verify(world.files, settings)).toMatchObject({ isProven: true, findings: [] });
  });

  const each = Math.ceil(TAMPERS / kinds.length);
  const stranger = aSigner();
  const below = seeded(SEED);

  it.each(kinds)(`shows it: %s`, { timeout: 120_000 }, async (_name, tamper) => {
    let found = 0;
    for (let round = 0; round < each; round += 1) {
      const files = new Map(world.files);
      const expected = await tamper({ files, below, stranger });
      const report = await verify(files, settings);
      expect(report.isProven).toBe(false);
      const unnamed = expected.filter((one) => !isNamed(report, one));
      expect({ unnamed, findings: unnamed.length === 0 ? [] : report.findings }).toEqual({ unnamed: [], findings: [] });
      found += 1;
    }
    expect(found).toBe(each);
  });
});
