import { endOfOneOf, endOfPlainString, endOfString, endOfWhole, NOT, stands } from './canonical-scan.ts';
import type { LineReading } from './line-reading.ts';
import { endOfRecord, type RecordParts, scanTrail } from './scan-record.ts';

/**
 * Reads a line of the usual form without building its content, in a fraction of the time. Undefined means only that the
 * scan is not certain of the line: `parseLine` has to read it.
 */
export function scanLine(bytes: Buffer): LineReading | undefined {
  const said: Said = { bytes, recordId: '', sequenceNumber: '', isIssuance: false, isInsert: false, record: undefined };
  const end = MEMBERS.reduce((at, member) => (at === NOT ? NOT : endOfMember(said, at, member)), 0);
  return bytes[end] === CLOSE && end + 1 === bytes.length ? readingOf(said) : undefined;
}

function endOfMember(said: Said, at: number, { key, isOptional, end }: MemberOfLine): number {
  const isThere = said.bytes[at] === (at === 0 ? OPEN : COMMA) && stands(key, said.bytes, at + 1);
  if (isThere) return end(said, at + 1 + key.length);
  return isOptional ? at : NOT;
}

type Said = {
  readonly bytes: Buffer;
  recordId: string;
  sequenceNumber: string;
  isIssuance: boolean;
  isInsert: boolean;
  record: RecordParts | undefined;
};

function readingOf({ bytes, recordId, sequenceNumber, isIssuance, isInsert, record }: Said): LineReading | undefined {
  if (record === undefined || record.recordId !== recordId) return undefined;
  if (!isIssuance) return { recordId, sequenceNumber, trail: undefined, jobWrites: 0, isInsert, refused: [] };
  const trail = scanTrail(bytes, { start: record.trailStart, recordId });
  if (trail === undefined || trail.at(-1) !== record.trailHead) return undefined;
  return { recordId, sequenceNumber, trail, jobWrites: record.jobWrites, isInsert, refused: [] };
}

const [OPEN, COMMA, CLOSE] = [0x7b, 0x2c, 0x7d];
const LONGEST_CHANGE_ID = 128;
const SEQUENCE_NUMBER = /^\d{1,40}$/;
const INSERT = Buffer.from('"INSERT"');
const endOfChange = oneOf('"INSERT"', '"MODIFY"', '"REMOVE"');
const endOfType = oneOf('"issuance"', '"request"', '"probe"', '"strangers"', '"observation"', '"pointer"');

type MemberOfLine = {
  readonly key: Uint8Array;
  readonly isOptional: boolean;
  readonly end: (said: Said, start: number) => number;
};

/** The members in the order of canonical JSON. A line with findings, or of an unreadable record, is parsed instead. */
const MEMBERS: readonly MemberOfLine[] = [
  optional('accountId', ({ bytes }, start) => endOfString(bytes, start)),
  required('change', (said, start) => {
    said.isInsert = stands(INSERT, said.bytes, start);
    return endOfChange(said, start);
  }),
  required('changeId', ({ bytes }, start) => {
    const end = endOfPlainString(bytes, start);
    return end - start > 2 && end - start <= LONGEST_CHANGE_ID + 2 ? end : NOT;
  }),
  required('changedAtMs', ({ bytes }, start) => endOfWhole(bytes, start)),
  required('findings', oneOf('[]')),
  optional('job', ({ bytes }, start) => endOfString(bytes, start)),
  required('record', (said, start) => {
    said.record = { recordId: '', trailStart: NOT, trailHead: '', jobWrites: 0 };
    return endOfRecord(said.bytes, start, said.record);
  }),
  required('recordId', (said, start) => {
    const end = endOfPlainString(said.bytes, start);
    said.recordId = said.bytes.toString('latin1', start + 1, end - 1);
    return said.recordId === '' ? NOT : end;
  }),
  required('recordType', (said, start) => {
    const end = endOfType(said, start);
    said.isIssuance = end !== NOT && said.bytes.toString('latin1', start, end) === '"issuance"';
    return end;
  }),
  required('sequenceNumber', (said, start) => {
    const end = endOfPlainString(said.bytes, start);
    said.sequenceNumber = said.bytes.toString('latin1', start + 1, end - 1);
    return SEQUENCE_NUMBER.test(said.sequenceNumber) ? end : NOT;
  }),
  optional('tenantId', ({ bytes }, start) => endOfString(bytes, start)),
  required('version', oneOf('1')),
];

function required(name: string, end: MemberOfLine['end']): MemberOfLine {
  return { key: Buffer.from(`"${name}":`), isOptional: false, end };
}

function optional(name: string, end: MemberOfLine['end']): MemberOfLine {
  return { ...required(name, end), isOptional: true };
}

function oneOf(...choices: readonly string[]): MemberOfLine['end'] {
  const written = choices.map((choice) => Buffer.from(choice));
  return ({ bytes }, start) => endOfOneOf(written, bytes, start);
}
