import { CHANGES_PREFIX } from '../../lib/audit/archive/archive-keys.ts';
import { type ArchiveReport, verifyArchive } from '../../lib/audit/verification/verify-archive.ts';
import type { ObjectSource } from '../../lib/platform/object-source.ts';
import type { DemoWorld } from './demo-world.ts';
import type { Narrator } from './narrator.ts';
import { textOfObject } from './object-text.ts';

const MINUTE_MS = 60_000;
/** A digest is signed every five minutes, over objects that were put at least two minutes before. */
const SIGNED_WITHIN_MS = 8 * MINUTE_MS;
const STEP_MS = 2 * MINUTE_MS;

/** Has digests signed, and recomputes all of them from the archive's bytes: unchanged, and with one letter changed. */
export async function verifyTheArchive(issuanceId: string, world: DemoWorld, narrator: Narrator): Promise<void> {
  narrator.scene('Was anything changed since?');
  narrator.aside(
    'Every change of the ledger is archived where nobody deletes, and every five minutes a digest over it is signed',
  );
  narrator.aside('with a key that stays in KMS. What it takes to check that: the bytes and the public key.');
  const signedAtMs = world.stack.clock.nowMs() + SIGNED_WITHIN_MS;
  while (world.stack.clock.nowMs() < signedAtMs) {
    world.stack.advance(STEP_MS);
    await world.stack.idle();
  }
  const { archive } = world.auditor;
  tellReport(await verify(archive, world), narrator);
  const [finding] = (await verify(await withOneLetterChanged(archive, issuanceId), world)).findings;
  if (finding === undefined) narrator.bad('tampered', 'a copy in which one letter was changed passes for the archive');
  else {
    narrator.good('tampered', 'one letter of one record, changed in a copy, is found:');
    narrator.fact('', `${finding.kind}, line ${finding.line} of ${finding.object}, ${finding.recordId}`);
  }
}

async function verify(source: ObjectSource, { auditor, stack }: DemoWorld): Promise<ArchiveReport> {
  const publicKeys = await auditor.publicKeys('digests');
  return verifyArchive({ source, publicKeys, nowMs: stack.clock.nowMs() });
}

function tellReport(report: ArchiveReport, narrator: Narrator): void {
  const { isProven, covered, counted, pending, issuances, findingsInAll, signedBy } = report;
  const digests = covered === undefined ? 0 : covered.lastSequence - covered.firstSequence + 1;
  const changes = `${counted.records} changes, those of ${issuances} issuances among them, in ${counted.objects} objects`;
  narrator.fact('read', `${changes}; ${pending.records} are too new to be signed`);
  for (const { publicKeySha256 } of signedBy) {
    narrator.fact('signed', `${digests} digests, with the key whose public half has the SHA-256 ${publicKeySha256}`);
  }
  if (isProven) narrator.good('proven', 'nothing that is signed was changed, removed, added or moved');
  else narrator.bad('unproven', `${findingsInAll} findings`);
}

/** The archive with another job in the first image of this record. Nothing is written anywhere. */
async function withOneLetterChanged(archive: ObjectSource, recordId: string): Promise<ObjectSource> {
  for await (const { key } of archive.list(CHANGES_PREFIX)) {
    const lines = (await textOfObject(archive, key)).split('\n');
    const index = lines.findIndex((line) => line.includes(`"recordId":"${recordId}"`));
    if (index < 0) continue;
    const changed = lines.map((line, at) => (at === index ? line.replace('"job":"scan-', '"job":"scam-') : line));
    const bytes = Buffer.from(changed.join('\n'), 'utf8');
    return { ...archive, open: (wanted) => (wanted === key ? only(bytes) : archive.open(wanted)) };
  }
  throw new Error(`the archive has nothing of ${recordId}`);
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
