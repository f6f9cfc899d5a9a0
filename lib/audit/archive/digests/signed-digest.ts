import { createHash, type KeyObject, verify } from 'node:crypto';
import * as v from 'valibot';
import { canonicalJson } from '../../../platform/canonical-json.ts';
import { type Digest, digestBytes, digestSchema } from '../../digest.ts';

/**
 * A digest and its signature, in one object so that neither can exist without the other. The signature covers the
 * digest's own bytes: ECDSA on NIST P-256 with SHA-256, in DER as KMS returns it. Source: KMS API Reference, Sign.
 */
export const signedDigestSchema = v.strictObject({
  version: v.literal(1),
  digest: digestSchema,
  signature: v.strictObject({
    algorithm: v.literal('ECDSA_SHA_256'),
    /** The ARN of the key that signed: it says which public key to take, and proves nothing. */
    keyId: v.pipe(v.string(), v.minLength(1)),
    /** Base64. */
    value: v.pipe(v.string(), v.base64(), v.maxLength(256)),
  }),
});
export type SignedDigest = v.InferOutput<typeof signedDigestSchema>;

export function signedDigestBytes(signed: SignedDigest): Buffer {
  return Buffer.from(canonicalJson(signed), 'utf8');
}

/**
 * The hash that KMS signs (`MessageType: DIGEST`): KMS itself hashes at most 4,096 bytes, and a digest may be longer.
 */
export function messageDigest(digest: Digest): Buffer {
  return createHash('sha256').update(digestBytes(digest)).digest();
}

export type SignedDigestReading =
  | { readonly read: true; readonly signed: SignedDigest }
  | { readonly read: false; readonly problem: string };

/**
 * Reads a signed digest. Its bytes must be exactly the canonical ones: nothing before, nothing behind, nothing twice.
 */
export function readSignedDigest(bytes: Uint8Array): SignedDigestReading {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return { read: false, problem: 'it is not JSON in UTF-8' };
  }
  const read = v.safeParse(signedDigestSchema, value);
  if (!read.success) {
    return {
      read: false,
      problem: `it has not the shape of a signed digest at ${v.getDotPath(read.issues[0]) ?? 'the top level'}`,
    };
  }
  return signedDigestBytes(read.output).equals(bytes)
    ? { read: true, signed: read.output }
    : { read: false, problem: 'its bytes are not exactly those of what it says' };
}

/** Tells whether the private half of `publicKey` signed the digest. Never throws. */
export function signatureHolds({ digest, signature }: SignedDigest, publicKey: KeyObject): boolean {
  if (publicKey.asymmetricKeyType !== 'ec' || publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
  const value = Buffer.from(signature.value, 'base64');
  // Base64 has several spellings of the same bytes; only one is accepted.
  if (value.toString('base64') !== signature.value) return false;
  return verify('sha256', digestBytes(digest), { key: publicKey, dsaEncoding: 'der' }, value);
}
