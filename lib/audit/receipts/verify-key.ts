import { type PublicKey, readPublicKey } from '../verification/public-keys.ts';

const PEM_BLOCK = /-----BEGIN [^-]+-----[^-]*-----END [^-]+-----/g;

/**
 * Reads the public keys of a PEM file. There may be several, because a deployment's key may be replaced and receipts of
 * both keys are kept. Returns the problem in words when there is no key, or one that signs no receipts.
 */
export function readPublicKeys(text: string): { readonly keys: readonly PublicKey[] } | { readonly problem: string } {
  const blocks = text.match(PEM_BLOCK) ?? [];
  if (blocks.length === 0) return { problem: 'there is no public key in PEM in it' };
  const keys: PublicKey[] = [];
  for (const block of blocks) {
    const reading = readPublicKey(block);
    if (!reading.read) return { problem: reading.problem };
    keys.push(reading.publicKey);
  }
  return { keys };
}
