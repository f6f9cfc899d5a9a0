/**
 * Holds each image of an issuance against the ones before it: a trail only grows. Of an issuance it keeps no image, but a
 * short text: its last position in the stream, the leaf of that line, and 128 bits of each entry's hash, because the stream
 * may hand over an earlier change again and the whole of an earlier trail must then be a beginning of the later one.
 * Measured: about 200 bytes for an issuance with a trail of two entries, 16 for each further one.
 */
export type TrailGrowth = {
  /** What is wrong with this image beside those that were seen before; undefined: nothing. */
  look(image: Image): string | undefined;
  /** How many issuances were seen. */
  readonly issuances: number;
};

export type Image = {
  readonly recordId: string;
  readonly sequenceNumber: string;
  /** Hash of the line. */
  readonly leaf: string;
  /** Hashes of the trail's entries, each proven. */
  readonly trail: readonly string[];
};

/** A `Map` holds 16.7 million keys at the most. */
const MAPS = 32;
const HASH_LENGTH = 16;
/** 128 bits as one-byte characters. */
const HEX_LENGTH = HASH_LENGTH * 2;

export function makeTrailGrowth(): TrailGrowth {
  const maps = Array.from({ length: MAPS }, () => new Map<string, string>());
  return {
    look(image) {
      const seen = maps[image.recordId.charCodeAt(image.recordId.length - 1) % MAPS];
      const before = seen?.get(image.recordId);
      if (before === undefined) {
        seen?.set(image.recordId, remembered(image));
        return undefined;
      }
      const order = compareNumbers(image.sequenceNumber, before.slice(trailEnd(before)));
      if (order > 0) seen?.set(image.recordId, remembered(image));
      return order === 0 ? sameChange(image, before) : growth(image, before, order);
    },
    get issuances() {
      return maps.reduce((sum, { size }) => sum + size, 0);
    },
  };
}

let scratch = Buffer.alloc(1_024);

/** Length of the trail (two bytes), leaf, entries, and the position in digits: one flat text, not a chain of pieces. */
function remembered({ leaf, trail, sequenceNumber }: Image): string {
  const size = 2 + HASH_LENGTH * (trail.length + 1) + sequenceNumber.length;
  if (scratch.length < size) scratch = Buffer.alloc(size * 2);
  scratch.writeUInt16BE(trail.length, 0);
  scratch.write(leaf.slice(0, HEX_LENGTH), 2, 'hex');
  let at = 2 + HASH_LENGTH;
  for (const hash of trail) at += scratch.write(hash.slice(0, HEX_LENGTH), at, 'hex');
  at += scratch.write(sequenceNumber, at, 'latin1');
  return scratch.toString('latin1', 0, at);
}

function trailLength(text: string): number {
  return text.charCodeAt(0) * 256 + text.charCodeAt(1);
}

function trailEnd(text: string): number {
  return 2 + HASH_LENGTH * (trailLength(text) + 1);
}

/** The stream hands a change over again: the same bytes, wherever they stand. */
function sameChange({ leaf }: Image, before: string): string | undefined {
  return shortened(leaf) === before.slice(2, 2 + HASH_LENGTH)
    ? undefined
    : 'the same change of its record was archived before, with other bytes';
}

function growth({ trail }: Image, before: string, order: number): string | undefined {
  const length = trailLength(before);
  const shorter = Math.min(length, trail.length);
  if (order > 0 && trail.length < length) return `its trail had ${length} entries before, and has ${trail.length} now`;
  if (order < 0 && trail.length > length) return `its trail has ${trail.length} entries, and later only ${length}`;
  // An entry's hash holds those of all entries before it.
  const last = trail[shorter - 1];
  const [from, to] = [2 + HASH_LENGTH * shorter, 2 + HASH_LENGTH * (shorter + 1)];
  if (last === undefined || shortened(last) === before.slice(from, to)) return undefined;
  return `the first ${shorter} entries of its trail are not those of its other images`;
}

function shortened(hash: string): string {
  return Buffer.from(hash.slice(0, HEX_LENGTH), 'hex').toString('latin1');
}

/** Of digits, however many. Negative: the left one is less. */
function compareNumbers(left: string, right: string): number {
  const [one, other] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')];
  if (one === other) return 0;
  return one.length - other.length || (one < other ? -1 : 1);
}
