import * as v from 'valibot';
import { trailRoot } from '../../ledger/trail.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { sha256Hex } from '../../platform/ids.ts';
import { type ArchivedChange, archivedChangeSchema } from '../archive/archived-change.ts';
import type { LineProblem, LineReading } from './line-reading.ts';

export type ParsedLine = {
  /** Undefined when verification cannot go on with the line. */
  readonly reading?: LineReading;
  readonly problems: readonly LineProblem[];
  /** The id of the record that the line states, as far as that can be determined. */
  readonly recordId?: string;
};

/** Reads one line of the archive, without its line break, and says what is wrong with it. Never throws. */
export function parseLine(bytes: Uint8Array): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return unreadable(bytes, bytes.length === 0 ? 'it is empty' : 'it is not JSON in UTF-8');
  }
  const read = v.safeParse(archivedChangeSchema, value);
  if (!read.success) {
    const where = v.getDotPath(read.issues[0]) ?? 'the top level';
    return unreadable(bytes, `it has not the shape of an archived change at ${where}`);
  }
  if (!Buffer.from(canonicalJson(value), 'utf8').equals(bytes)) {
    return unreadable(bytes, 'its bytes are not exactly those of what it says');
  }
  return examine(read.output);
}

/** Takes only the record's id from a line that cannot be read: nothing is concluded from it. */
function unreadable(bytes: Uint8Array, explanation: string): ParsedLine {
  const [, recordId] = /"recordId":"([^"\\]{1,256})","recordType"/.exec(Buffer.from(bytes).toString('utf8')) ?? [];
  return { problems: [{ kind: 'lineUnreadable', explanation }], ...(recordId !== undefined && { recordId }) };
}

function examine({ change, recordId, recordType, sequenceNumber, findings, record }: ArchivedChange): ParsedLine {
  const trail = recordType === 'issuance' ? readTrail(record, recordId) : undefined;
  const problems: LineProblem[] = [];
  if (record !== undefined && record['recordId'] !== recordId) {
    problems.push({ kind: 'recordMisplaced', explanation: `the record in it says that it is ${record['recordId']}` });
  }
  if (record !== undefined && Object.hasOwn(record, 'ticket')) {
    problems.push({ kind: 'ticketArchived', explanation: 'it holds a ticket, which never leaves the ledger' });
  }
  if (trail?.problem !== undefined) problems.push({ kind: 'trailBroken', explanation: trail.problem });
  const proven = trail?.problem === undefined ? trail?.hashes : undefined;
  const jobWrites = recordType === 'issuance' ? jobWritesIn(record) : 0;
  const isInsert = change === 'INSERT';
  const reading = { recordId, sequenceNumber, trail: proven, jobWrites, isInsert, refused: findings };
  return { reading, problems, recordId };
}

function jobWritesIn(record: object = {}): number {
  return ['claim', 'report'].filter((name) => Object.hasOwn(record, name)).length;
}

type Trail = { readonly hashes: readonly string[]; readonly problem?: string };

const entrySchema = v.looseObject({ sequence: v.number(), previousHash: v.string(), hash: v.string() });
const trailSchema = v.object({ trail: v.array(entrySchema), trailHead: v.string() });

/** Checks that every entry of an issuance's trail follows from the one before, and the head from them all. */
function readTrail(record: unknown, issuanceId: string): Trail {
  const read = v.safeParse(trailSchema, record);
  if (!read.success) return { hashes: [], problem: 'an issuance without a legible trail' };
  const hashes: string[] = [];
  for (const [index, { hash, ...body }] of read.output.trail.entries()) {
    const before = hashes.at(-1) ?? trailRoot(issuanceId);
    const name = `entry ${index} of its trail`;
    if (body.sequence !== index) return { hashes, problem: `${name} says that it is number ${body.sequence}` };
    if (body.previousHash !== before) return { hashes, problem: `${name} does not follow from what stands before it` };
    if (sha256Hex(canonicalJson(body)) !== hash) return { hashes, problem: `${name} is not what was hashed` };
    hashes.push(hash);
  }
  if (read.output.trailHead !== hashes.at(-1)) return { hashes, problem: 'its trailHead is not the end of its trail' };
  return { hashes };
}
