import { hash } from 'node:crypto';
import { trailRoot } from '../../ledger/trail.ts';
import { endOfArray, endOfObject, endOfPlainString, endOfValue, endOfWhole, NOT, stands } from './canonical-scan.ts';

/** The parts of a record that are noted while the scan goes over it. */
export type RecordParts = { recordId: string; trailStart: number; trailHead: string; jobWrites: number };

const [CLAIM, RECORD_ID, REPORT, TICKET, TRAIL, TRAIL_HEAD] = [
  Buffer.from('"claim"'),
  Buffer.from('"recordId"'),
  Buffer.from('"report"'),
  Buffer.from('"ticket"'),
  Buffer.from('"trail"'),
  Buffer.from('"trailHead"'),
];
const [HASH, PREVIOUS_HASH, SEQUENCE] = [
  Buffer.from('"hash"'),
  Buffer.from('"previousHash"'),
  Buffer.from('"sequence"'),
];
const HASH_LENGTH = 64;

/** Returns where the record ends, and fills in the parts. Returns `NOT`, too, when the record contains a ticket. */
export function endOfRecord(bytes: Buffer, start: number, parts: RecordParts): number {
  return endOfObject(bytes, start, {
    member(keyStart, valueStart) {
      if (stands(TICKET, bytes, keyStart)) return NOT;
      const isId = stands(RECORD_ID, bytes, keyStart);
      if (!isId && !stands(TRAIL_HEAD, bytes, keyStart)) {
        note(parts, { bytes, keyStart, valueStart });
        return endOfValue(bytes, valueStart);
      }
      const end = endOfPlainString(bytes, valueStart);
      const text = bytes.toString('latin1', valueStart + 1, end - 1);
      if (isId) parts.recordId = text;
      else parts.trailHead = text;
      return end;
    },
  });
}

type Member = { readonly bytes: Buffer; readonly keyStart: number; readonly valueStart: number };

function note(parts: RecordParts, { bytes, keyStart, valueStart }: Member): void {
  if (stands(TRAIL, bytes, keyStart)) parts.trailStart = valueStart;
  else if (stands(CLAIM, bytes, keyStart) || stands(REPORT, bytes, keyStart)) parts.jobWrites += 1;
}

type Entry = { hashStart: number; hashEnd: number; previousHash: string; sequence: string; hash: string };

/**
 * The hashes of the entries of a trail that `endOfRecord` has scanned, if each entry follows from the one before. An
 * entry is hashed as it stands there, without the member that holds the hash.
 */
export function scanTrail(
  bytes: Buffer,
  { start, recordId }: { readonly start: number; readonly recordId: string },
): readonly string[] | undefined {
  if (start === NOT) return undefined;
  const hashes: string[] = [];
  let previousHash = trailRoot(recordId);
  const end = endOfArray(bytes, start, {
    item(entryStart) {
      const entry: Entry = { hashStart: NOT, hashEnd: NOT, previousHash: '', sequence: '', hash: '' };
      const entryEnd = endOfEntry(bytes, entryStart, entry);
      if (entryEnd === NOT || entry.hashStart === NOT) return NOT;
      if (entry.previousHash !== previousHash || entry.sequence !== String(hashes.length)) return NOT;
      if (hashWithout(bytes, { entryStart, entryEnd, ...entry }) !== entry.hash) return NOT;
      hashes.push(entry.hash);
      previousHash = entry.hash;
      return entryEnd;
    },
  });
  return end === NOT ? undefined : hashes;
}

function endOfEntry(bytes: Buffer, start: number, entry: Entry): number {
  return endOfObject(bytes, start, {
    member(keyStart, valueStart) {
      if (stands(SEQUENCE, bytes, keyStart)) {
        const end = endOfWhole(bytes, valueStart);
        entry.sequence = bytes.toString('latin1', valueStart, end);
        return end;
      }
      const isHash = stands(HASH, bytes, keyStart);
      if (!isHash && !stands(PREVIOUS_HASH, bytes, keyStart)) return endOfValue(bytes, valueStart);
      const end = endOfPlainString(bytes, valueStart);
      if (end - valueStart !== HASH_LENGTH + 2) return NOT;
      const text = bytes.toString('latin1', valueStart + 1, end - 1);
      if (!isHash) entry.previousHash = text;
      else [entry.hash, entry.hashStart, entry.hashEnd] = [text, keyStart, end];
      return end;
    },
  });
}

let pieces = Buffer.alloc(4_096);

type Cut = { entryStart: number; entryEnd: number; hashStart: number; hashEnd: number };

/**
 * `hash` is never the last member: `previousHash` and `sequence` come after it, so the comma behind it is cut out too.
 */
function hashWithout(bytes: Buffer, { entryStart, entryEnd, hashStart, hashEnd }: Cut): string {
  const [before, after] = [hashStart - entryStart, entryEnd - hashEnd - 1];
  if (pieces.length < before + after) pieces = Buffer.alloc((before + after) * 2);
  bytes.copy(pieces, 0, entryStart, hashStart);
  bytes.copy(pieces, before, hashEnd + 1, entryEnd);
  return hash('sha256', pieces.subarray(0, before + after));
}
