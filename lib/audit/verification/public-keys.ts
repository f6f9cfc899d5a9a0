import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

export type PublicKey = {
  readonly key: KeyObject;
  /** Hash of the key's DER form, SubjectPublicKeyInfo: two people compare it. */
  readonly sha256: string;
};

export type PublicKeyReading =
  | { readonly read: true; readonly publicKey: PublicKey }
  | { readonly read: false; readonly problem: string };

/** Exactly one PEM document. A private key is refused: nobody should have it in a file. */
const PEM = /^-----BEGIN PUBLIC KEY-----\r?\n[A-Za-z0-9+/=\r\n]+-----END PUBLIC KEY-----\s*$/;

/** Reads the public half of a key that signs digests: NIST P-256. Never throws. */
export function readPublicKey(text: string): PublicKeyReading {
  if (!PEM.test(text)) return { read: false, problem: 'it is not one public key in PEM' };
  let key: KeyObject;
  try {
    key = createPublicKey(text);
  } catch {
    return { read: false, problem: 'it is not a public key' };
  }
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    return { read: false, problem: 'it is no key of the curve NIST P-256, which is what signs digests' };
  }
  const der = key.export({ type: 'spki', format: 'der' });
  return { read: true, publicKey: { key, sha256: createHash('sha256').update(der).digest('hex') } };
}
