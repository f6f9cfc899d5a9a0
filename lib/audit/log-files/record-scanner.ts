import { type LogProblem, MalformedLog } from './malformed-log.ts';
import { createObjectCapture } from './object-capture.ts';

/** `offset` is the byte of the text where the record begins. */
export type OnRecord = (record: unknown, offset: number) => void;
/** If it throws, the scan ends; if it returns, the scan continues where it can. */
export type OnProblem = (problem: LogProblem, offset: number) => void;

export type RecordScanner = {
  /** The bytes of text that were taken so far. */
  offset(): number;
  /** @throws MalformedLog, and whatever `onRecord` throws. */
  push(chunk: Uint8Array): void;
  /** Marks the end of the text. @throws MalformedLog when the text ends in the middle of a record, or holds nothing. */
  end(): void;
};

/**
 * Finds the records of a CloudTrail file in a text that comes in pieces, and never keeps more than one record. The text
 * is a sequence of documents `{"Records":[…]}`, of lists of records and of bare records, with or without white space
 * between them: so it may be one document, one record a line, or several files that were joined.
 *
 * The scanner looks at bytes: each byte that has a meaning here is ASCII, and UTF-8 has none of those inside another
 * character. The inside of a record is left to `JSON.parse`.
 *
 * After a problem the scanner continues with the next record, or, where it cannot tell where that begins, with the next
 * line.
 */
export function createRecordScanner(onRecord: OnRecord, onProblem: OnProblem = refuse): RecordScanner {
  const capture = createObjectCapture();
  let place: Place = 'start';
  /** Whether the current list is a document by itself. */
  let isBare = false;
  let taken = 0;

  function between(byte: number, offset: number): void {
    if (SPACES.has(byte)) return;
    const next = FOLLOWING[place].get(byte);
    if (next === undefined) {
      onProblem('json.invalid', offset);
      place = 'lostLine';
    } else if (next === 'object') capture.begin(offset, { isTopLevel: isTopLevel(place) });
    else goTo(next);
  }

  function goTo(next: Place): void {
    if (isTopLevel(place)) isBare = true;
    place = next === 'afterList' && isBare ? 'betweenDocuments' : next;
  }

  /** A top-level object is a document or a record; its first nested member shows which. */
  function nested(): void {
    if (!DOCUMENT_OPENING.test(capture.peek())) return;
    capture.release();
    isBare = false;
    place = 'firstElement';
  }

  function whole(): void {
    const { bytes, offset } = capture.release();
    const mayBeLines = isTopLevel(place);
    place = mayBeLines ? 'betweenDocuments' : 'afterElement';
    const record = parse(bytes);
    if (record !== undefined) onRecord(record, offset);
    else {
      onProblem('json.invalid', offset);
      if (mayBeLines) salvageLines(bytes, { from: offset, onRecord });
    }
  }

  /**
   * The text that was taken for a record is not one; where records are written one a line, the lines behind its
   * beginning may be records.
   */
  function giveUp(problem: LogProblem): void {
    const { bytes, offset } = capture.release();
    onProblem(problem, problem === 'json.truncated' ? taken : offset);
    if (isTopLevel(place)) salvageLines(bytes, { from: offset, onRecord });
    place = 'lostLine';
  }

  /** Returns the index of the first byte that was not taken. */
  function advance(chunk: Uint8Array, index: number): number {
    if (place === 'lostLine') return skipLine(chunk, index);
    if (!capture.isOpen()) between(chunk[index] ?? 0, taken + index);
    if (!capture.isOpen()) return index + 1;
    // The brace that opened the object is the first byte that is taken for it.
    const { found, next } = capture.take(chunk, index);
    THEN[found]();
    return next;
  }

  const THEN = {
    nested,
    whole,
    brokenString: () => giveUp('json.invalid'),
    tooLarge: () => giveUp('record.tooLarge'),
    more: () => undefined,
  };

  function skipLine(chunk: Uint8Array, index: number): number {
    const end = chunk.indexOf(LINE_FEED, index);
    if (end < 0) return chunk.length;
    place = 'betweenDocuments';
    return end + 1;
  }

  return {
    offset: () => taken,
    push(chunk) {
      for (let index = 0; index < chunk.length; ) index = advance(chunk, index);
      taken += chunk.length;
    },
    end() {
      if (capture.isOpen()) giveUp('json.truncated');
      else if (place !== 'betweenDocuments' && place !== 'lostLine') onProblem('json.truncated', taken);
    },
  };
}

/** The line in which a record was cut off is lost; each line behind it is a record if it is whole by itself. */
function salvageLines(bytes: Uint8Array, { from, onRecord }: { readonly from: number; readonly onRecord: OnRecord }) {
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; ) {
    const start = end + 1;
    end = bytes.indexOf(LINE_FEED, start);
    const line = bytes.subarray(start, end < 0 ? bytes.length : end);
    const record = line[0] === OPENING_BRACE ? parse(line) : undefined;
    if (record !== undefined) onRecord(record, from + start);
  }
}

type Place = 'start' | 'betweenDocuments' | 'firstElement' | 'nextElement' | 'afterElement' | 'afterList' | 'lostLine';

const LINE_FEED = 0x0a;
const OPENING_BRACE = 0x7b;
const OPENS: readonly [string, 'object'] = ['{', 'object'];
const OPENS_LIST: readonly [string, Place] = ['[', 'firstElement'];
const CLOSES: readonly [string, Place] = [']', 'afterList'];
/**
 * The bytes that may come next at each place, and where each leads; any other byte means that this is not a CloudTrail
 * file.
 */
const FOLLOWING: Readonly<Record<Place, ReadonlyMap<number, Place | 'object'>>> = {
  start: bytes([OPENS, OPENS_LIST]),
  betweenDocuments: bytes([OPENS, OPENS_LIST]),
  firstElement: bytes([OPENS, CLOSES]),
  nextElement: bytes([OPENS]),
  afterElement: bytes([[',', 'nextElement'], CLOSES]),
  afterList: bytes([['}', 'betweenDocuments']]),
  lostLine: bytes([]),
};

/** The white space of JSON. Source: RFC 8259, section 2. */
const SPACES: ReadonlySet<number> = new Set(Buffer.from(' \t\n\r'));
const DOCUMENT_OPENING = /^\{[ \t\n\r]*"Records"[ \t\n\r]*:[ \t\n\r]*\[$/;
/** Refuses bytes that are not UTF-8 instead of replacing them. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function refuse(problem: LogProblem, offset: number): never {
  throw new MalformedLog(problem, offset);
}

function isTopLevel(place: Place): boolean {
  return place === 'start' || place === 'betweenDocuments';
}

/** Undefined for text that is not JSON: no record is `undefined`. */
function parse(record: Uint8Array): unknown {
  try {
    const parsed: unknown = JSON.parse(utf8.decode(record));
    return parsed;
  } catch {
    return undefined;
  }
}

function bytes(entries: readonly (readonly [string, Place | 'object'])[]): ReadonlyMap<number, Place | 'object'> {
  return new Map(entries.map(([character, next]) => [character.charCodeAt(0), next]));
}
