import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** A public key as it may sign receipts, and what to know it by. */
export type VerifyingKey = {
  readonly key: KeyObject;
  /** SHA-256 over its DER form, in hexadecimal. */
  readonly fingerprint: string;
};

const PEM = /-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----/g;

/**
 * The public keys of a PEM file; there may be several in one. Only keys on P-256 are taken: the deployment has no others.
 *
 * @returns the problem in words, when there is none, or one that is another kind of key.
 */
export function readPublicKeys(pem: string): { readonly keys: readonly VerifyingKey[] } | { readonly problem: string } {
  if (/PRIVATE KEY/.test(pem)) return { problem: 'it holds a private key, which nobody but KMS should have' };
  const blocks = pem.match(PEM) ?? [];
  if (blocks.length === 0) return { problem: 'there is no PEM block "PUBLIC KEY" in it' };
  const keys: VerifyingKey[] = [];
  for (const block of blocks) {
    const key = keyOf(block);
    if (key === undefined) return { problem: 'a key in it is not an elliptic-curve key on P-256' };
    const der = key.export({ type: 'spki', format: 'der' });
    keys.push({ key, fingerprint: createHash('sha256').update(der).digest('hex') });
  }
  return { keys };
}

function keyOf(block: string): KeyObject | undefined {
  try {
    const key = createPublicKey(block);
    const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return isP256 ? key : undefined;
  } catch {
    return undefined;
  }
}
