import { hash } from 'node:crypto';
import { linesOf } from '../../lib/audit/archive/digests/digest-object.ts';
import { leafHash, merkleTree } from '../../lib/audit/merkle.ts';
import { parseLine } from '../../lib/audit/verification/parse-line.ts';
import { scanLine } from '../../lib/audit/verification/scan-line.ts';
import { makeTrailGrowth } from '../../lib/audit/verification/trail-growth.ts';
import { anArchive, aSigner, type Files, verify } from '../support/archive-world/archive-world.ts';
import { archivedLife } from '../support/archive-world/archived-life.ts';

export type Rate = { readonly recordsPerSecond: number; readonly megabytesPerSecond: number };

export type VerifyBench = {
  readonly records: number;
  readonly bytesPerRecord: number;
  /** SHA-256 of objects and leaves, and the Merkle tree: what cannot be left out. */
  readonly hashing: Rate;
  /** Everything: signatures, lists of leaves, every line to the last byte, every trail. */
  readonly verification: Rate;
  /** The lines alone, by scanning them, and by parsing each and writing it again. */
  readonly scanning: Rate;
  readonly parsing: Rate;
  readonly heapBytesPerIssuance: number;
};

const LIVES_PER_OBJECT = 20;
const OBJECTS_PER_DIGEST = 20;

/** Measures the verification of an archive of so many issuances, in memory: disks and networks are not ours. */
export async function benchVerify(issuances: number): Promise<VerifyBench> {
  const signer = aSigner();
  const world = anArchive(signer);
  for (let begin = 0, objects = 1; begin < issuances; begin += LIVES_PER_OBJECT, objects += 1) {
    const lives = Array.from({ length: LIVES_PER_OBJECT }, (_, index) => archivedLife(begin + index));
    await world.write(lives.flat());
    if (objects % OBJECTS_PER_DIGEST === 0) await world.tick();
  }
  await world.tick();
  const lines = [...objectsOf(world.files)].flatMap((bytes) => [...linesOf(bytes)].map((line) => Buffer.from(line)));
  const size = { records: lines.length, bytes: lines.reduce((sum, { length }) => sum + length + 1, 0) };
  const nowMs = world.clock.nowMs();
  const rates = {
    hashing: await rateOf(size, () => hashAll(objectsOf(world.files))),
    verification: await rateOf(size, async () => {
      const report = await verify(world.files, { signers: [signer], nowMs });
      if (!report.isProven) throw new Error(JSON.stringify(report.findings[0]));
    }),
    scanning: await rateOf(size, () => {
      for (const line of lines) scanLine(line);
    }),
    parsing: await rateOf(size, () => {
      for (const line of lines) parseLine(line);
    }),
  };
  return {
    records: size.records,
    bytesPerRecord: Math.round(size.bytes / size.records),
    ...rates,
    ...heapOf(lines),
  };
}

function* objectsOf(files: Files): Generator<Buffer> {
  for (const [key, bytes] of files) if (key.startsWith('changes/')) yield bytes;
}

function hashAll(objects: Iterable<Buffer>): void {
  const tree = merkleTree();
  for (const bytes of objects) {
    hash('sha256', bytes);
    for (const line of linesOf(bytes)) tree.append(line);
  }
  tree.root();
}

/** What is kept of each issuance from one image to the next. */
function heapOf(lines: readonly Buffer[]): Pick<VerifyBench, 'heapBytesPerIssuance'> {
  const before = heap();
  const growth = makeTrailGrowth();
  for (const line of lines) {
    const reading = scanLine(line);
    if (reading?.trail === undefined) continue;
    growth.look({ ...reading, trail: reading.trail, leaf: leafHash(line), place: { object: 'changes/', line: 1 } });
  }
  return { heapBytesPerIssuance: Math.round((heap() - before) / growth.issuances) };
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const ROUNDS = 3;

/** By processor time, all threads of the process together: the best of three rounds, behind one that warms up. */
async function rateOf(
  { records, bytes }: { readonly records: number; readonly bytes: number },
  work: () => Promise<void> | void,
): Promise<Rate> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= ROUNDS; round += 1) {
    const begun = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(begun);
    if (round > 0) best = Math.min(best, user + system);
  }
  const seconds = best / 1e6;
  return { recordsPerSecond: Math.round(records / seconds), megabytesPerSecond: Math.round(bytes / seconds / 1e6) };
}
