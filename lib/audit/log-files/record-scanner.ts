import { type LogProblem, MalformedLog } from './malformed-log.ts';
import { createObjectCapture } from './object-capture.ts';

/** `offset` is where the record begins, in bytes of the text. */
export type OnRecord = (record: unknown, offset: number) => void;
/** What it throws ends the scan; when it returns, the scan goes on where it can. */
export type OnProblem = (problem: LogProblem, offset: number) => void;

export type RecordScanner = {
  /** Bytes of text taken so far. */
  offset(): number;
  /** @throws MalformedLog, and whatever `onRecord` throws. */
  push(chunk: Uint8Array): void;
  /** Says that there is no more. @throws MalformedLog when the text ends in the middle, or holds nothing. */
  end(): void;
};

/**
 * Finds the records of a CloudTrail file in a text that comes in pieces, and never keeps more than one. The text is a
 * sequence of documents `{"Records":[…]}`, of lists of records and of bare records, with or without white space between
 * them: so it may be one document, one record a line, or several files that were joined.
 *
 * It looks at bytes: each that has a meaning here is ASCII, and UTF-8 has none of those inside another character. What
 * stands inside a record is left to `JSON.parse`.
 *
 * After a problem it goes on with the next record, or, where it cannot tell where that is, with the next line.
 */
export function createRecordScanner(onRecord: OnRecord, onProblem: OnProblem = refuse): RecordScanner {
  const capture = createObjectCapture();
  let place: Place = 'start';
  /** Is the list that we are in a document by itself? */
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

  /** A top-level object is a document or a record; its first nested member tells which. */
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

  /** What was taken for one record is none; where records stand one a line, the lines behind it may be some. */
  function giveUp(problem: LogProblem): void {
    const { bytes, offset } = capture.release();
    onProblem(problem, problem === 'json.truncated' ? taken : offset);
    if (isTopLevel(place)) salvageLines(bytes, { from: offset, onRecord });
    place = 'lostLine';
  }

  /** Gives the index of the first byte that was not taken. */
  function advance(chunk: Uint8Array, index: number): number {
    if (place === 'lostLine') return skipLine(chunk, index);
    if (!capture.isOpen()) between(chunk[index] ?? 0, taken + index);
    if (!capture.isOpen()) return index + 1;
    // The brace that opened it is the first byte that is taken for it.
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

/** The line that a record was cut off in is lost; those behind it are records where they are whole by themselves. */
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
/** What may come next at each place, and where that leads; anything else is not a CloudTrail file. */
const FOLLOWING: Readonly<Record<Place, ReadonlyMap<number, Place | 'object'>>> = {
  start: bytes([OPENS, OPENS_LIST]),
  betweenDocuments: bytes([OPENS, OPENS_LIST]),
  firstElement: bytes([OPENS, CLOSES]),
  nextElement: bytes([OPENS]),
  afterElement: bytes([[',', 'nextElement'], CLOSES]),
  afterList: bytes([['}', 'betweenDocuments']]),
  lostLine: bytes([]),
};

/** White space of JSON. Source: RFC 8259, section 2. */
const SPACES: ReadonlySet<number> = new Set(Buffer.from(' \t\n\r'));
const DOCUMENT_OPENING = /^\{[ \t\n\r]*"Records"[ \t\n\r]*:[ \t\n\r]*\[$/;
/** Refuses what is not UTF-8 instead of replacing it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function refuse(problem: LogProblem, offset: number): never {
  throw new MalformedLog(problem, offset);
}

function isTopLevel(place: Place): boolean {
  return place === 'start' || place === 'betweenDocuments';
}

/** Nothing, when it is not JSON: no record is `undefined`. */
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
