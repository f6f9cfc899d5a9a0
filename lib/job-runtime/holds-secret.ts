import type { SessionCredentials } from '../sealing/envelope.ts';

/**
 * Whether a text holds the secret key or the session token, as they are or in a usual encoding. Checked before anything
 * that a job wrote is kept. It finds accidents; a job that means to leak a secret has other ways.
 */
export function holdsSecret(text: string, { secretAccessKey, sessionToken }: SessionCredentials): boolean {
  const lowered = text.toLowerCase();
  return [secretAccessKey, sessionToken].some(
    (secret) =>
      formsOf(secret).some((form) => text.includes(form)) || lowered.includes(Buffer.from(secret).toString('hex')),
  );
}

/** A secret as it is and in the usual encodings of text, inside a longer base64 text too. Without hexadecimal. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [
    secret,
    [...secret].reverse().join(''),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    ...[0, 1, 2].map((offset) => base64Inside(bytes, offset)),
    ...[0, 1, 2].map((offset) => base64Inside(bytes, offset).replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/**
 * The base64 letters of bytes that stand in a longer text, `offset` bytes past a multiple of three. `Basic <base64 of
 * key:secret>` holds the secret, but not the base64 of the secret alone. Letters that also depend on the neighbouring
 * bytes are cut off at both ends.
 */
function base64Inside(bytes: Buffer, offset: number): string {
  const skipped = [0, 2, 3][offset] ?? 0;
  const whole = Math.floor(((bytes.length + offset) * 8) / 6);
  return Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .slice(skipped, whole);
}
