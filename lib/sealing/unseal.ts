import { createDecipheriv } from 'node:crypto';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import {
  additionalData,
  type EnvelopeContent,
  type EnvelopeContext,
  envelopeContentSchema,
  type SealedEnvelope,
} from './envelope.ts';
import { Secret } from './secret.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Opens an envelope. Whatever is wrong (key, context, a flipped bit, a shape) gives the same `envelope.invalid`
 * without a cause, so that nobody learns from the error how far an attempt got.
 */
export function unseal({ sealed, dataKey, context }: UnsealInput): Secret<EnvelopeContent> {
  try {
    const iv = decodeBase64(sealed.iv);
    // GCM takes a nonce of any length.
    if (iv.length !== NONCE_BYTES) throw new Error('wrong length');
    // With its length given, a shorter tag is refused, which would be easier to guess.
    const decipher = createDecipheriv('aes-256-gcm', dataKey, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(context));
    decipher.setAuthTag(decodeBase64(sealed.tag));
    const parts = [decipher.update(decodeBase64(sealed.ciphertext)), decipher.final()];
    const plaintext = Buffer.concat(parts);
    const content = v.parse(envelopeContentSchema, JSON.parse(plaintext.toString()));
    for (const bytes of [plaintext, ...parts]) bytes.fill(0);
    return new Secret(content);
  } catch {
    throw new BrokerError('envelope.invalid', 'the envelope could not be opened');
  }
}

export type UnsealInput = {
  readonly sealed: SealedEnvelope;
  readonly dataKey: Uint8Array;
  readonly context: EnvelopeContext;
};

/** Node's own decoder passes over what is not base64; an envelope must be what was sealed, to the last letter. */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new Error('not canonical base64');
  return bytes;
}
