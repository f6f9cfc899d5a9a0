import { sha256Hex } from '../platform/ids.ts';

const LONGEST = 64;

/**
 * A value from outside as it may stand in a message: quoted, with everything but printable ASCII escaped, and no
 * longer than 64 letters; a longer one is cut and told apart by the beginning of its SHA-256.
 */
export function quoted(value: string): string {
  const shown = value.slice(0, LONGEST).replaceAll(/[^\x20-\x7e]|["\\]/g, escapeLetter);
  return value.length > LONGEST ? `"${shown}…" (sha256 ${sha256Hex(value).slice(0, 12)})` : `"${shown}"`;
}

function escapeLetter(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
