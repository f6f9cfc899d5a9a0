import { createHash, hash as hashOnce, randomBytes, randomUUID } from 'node:crypto';

/** The one source of random values. Functions in `lib` receive it, so that a run can be repeated from a seed. */
export type Ids = {
  uuid(): string;
  randomBytes(length: number): Uint8Array;
};

export const systemIds: Ids = { uuid: () => randomUUID(), randomBytes: (length) => randomBytes(length) };

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * An id derived from its parts: 160 bits of SHA-256 over the parts, each preceded by its length so that no two lists of
 * parts collide, in lower-case base32 (32 letters).
 */
export function derivedId(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return base32(hash.digest().subarray(0, 20));
}

/** SHA-256 of a text in UTF-8, in lower-case hexadecimal. */
export function sha256Hex(text: string): string {
  return hashOnce('sha256', text, 'hex');
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(held >>> bits) & 31] ?? '';
      held &= (1 << bits) - 1;
    }
  }
  return text;
}
