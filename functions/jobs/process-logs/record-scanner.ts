import { MalformedLog } from './malformed-log.ts';
import { createObjectCapture } from './object-capture.ts';

/** `offset` is where the record begins, in bytes of the text. */
export type OnRecord = (record: unknown, offset: number) => void;

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
 * sequence of documents `{"Records":[…]}` and of bare records, with or without white space between them: so it may be
 * one document, one record a line, or several files that were joined.
 *
 * It looks at bytes: each that has a meaning here is ASCII, and UTF-8 has none of those inside another character. What
 * stands inside a record is left to `JSON.parse`.
 */
export function createRecordScanner(onRecord: OnRecord): RecordScanner {
  const capture = createObjectCapture();
  let place: Place = 'start';
  let taken = 0;

  function between(byte: number, offset: number): void {
    if (SPACES.has(byte)) return;
    const next = FOLLOWING[place].get(byte);
    if (next === undefined) throw new MalformedLog('json.invalid', offset);
    if (next === 'object') capture.begin(offset, { tellsNested: isTopLevel(place) });
    else place = next;
  }

  /** A top-level object is a document or a record; its first nested member tells which. */
  function nested(): void {
    if (!DOCUMENT_OPENING.test(capture.peek())) return;
    capture.release();
    place = 'firstElement';
  }

  function whole(): void {
    const { bytes, offset } = capture.release();
    place = isTopLevel(place) ? 'betweenDocuments' : 'afterElement';
    onRecord(parse(bytes, offset), offset);
  }

  /** Gives the index of the first byte that was not taken. */
  function advance(chunk: Uint8Array, index: number): number {
    if (!capture.isOpen()) between(chunk[index] ?? 0, taken + index);
    if (!capture.isOpen()) return index + 1;
    // The brace that opened it is the first byte that is taken for it.
    const { found, next } = capture.take(chunk, index);
    if (found === 'nested') nested();
    if (found === 'whole') whole();
    return next;
  }

  return {
    offset: () => taken,
    push(chunk) {
      for (let index = 0; index < chunk.length; ) index = advance(chunk, index);
      taken += chunk.length;
    },
    end() {
      if (capture.isOpen() || place !== 'betweenDocuments') throw new MalformedLog('json.truncated', taken);
    },
  };
}

type Place = 'start' | 'betweenDocuments' | 'firstElement' | 'nextElement' | 'afterElement' | 'afterList';

const OPENS: readonly [string, 'object'] = ['{', 'object'];
const CLOSES: readonly [string, Place] = [']', 'afterList'];
/** What may come next at each place, and where that leads; anything else is not a CloudTrail file. */
const FOLLOWING: Readonly<Record<Place, ReadonlyMap<number, Place | 'object'>>> = {
  start: bytes([OPENS]),
  betweenDocuments: bytes([OPENS]),
  firstElement: bytes([OPENS, CLOSES]),
  nextElement: bytes([OPENS]),
  afterElement: bytes([[',', 'nextElement'], CLOSES]),
  afterList: bytes([['}', 'betweenDocuments']]),
};

/** White space of JSON. Source: RFC 8259, section 2. */
const SPACES: ReadonlySet<number> = new Set(Buffer.from(' \t\n\r'));
const DOCUMENT_OPENING = /^\{[ \t\n\r]*"Records"[ \t\n\r]*:[ \t\n\r]*\[$/;
/** Refuses what is not UTF-8 instead of replacing it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isTopLevel(place: Place): boolean {
  return place === 'start' || place === 'betweenDocuments';
}

function parse(record: Uint8Array, offset: number): unknown {
  try {
    const parsed: unknown = JSON.parse(utf8.decode(record));
    return parsed;
  } catch {
    throw new MalformedLog('json.invalid', offset);
  }
}

function bytes(entries: readonly (readonly [string, Place | 'object'])[]): ReadonlyMap<number, Place | 'object'> {
  return new Map(entries.map(([character, next]) => [character.charCodeAt(0), next]));
}
