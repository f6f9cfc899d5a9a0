import type { SessionCredentials } from '../sealing/envelope.ts';

/**
 * Does a text hold the secret key or the session token, as they are or in a usual encoding? The last guard before a
 * job's own words are written down. It finds accidents; a job that means to leak has other ways.
 */
export function holdsSecret(text: string, { secretAccessKey, sessionToken }: SessionCredentials): boolean {
  const lowered = text.toLowerCase();
  return [secretAccessKey, sessionToken].some(
    (secret) =>
      formsOf(secret).some((form) => text.includes(form)) || lowered.includes(Buffer.from(secret).toString('hex')),
  );
}

/** A secret as it is and as text formats write it, base64 of a longer text included; hexadecimal is not among them. */
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
 * The letters that the bytes always give in base64 when they stand in a longer text, `offset` bytes past a multiple of
 * three: `Basic <base64 of key:secret>` holds the secret, but not its base64. Letters that also depend on the
 * neighbours are cut off at both ends.
 */
function base64Inside(bytes: Buffer, offset: number): string {
  const skipped = [0, 2, 3][offset] ?? 0;
  const whole = Math.floor(((bytes.length + offset) * 8) / 6);
  return Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .slice(skipped, whole);
}
