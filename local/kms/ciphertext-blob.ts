import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { StackIds } from '../ids.ts';
import { ServiceError } from '../service.ts';
import type { SymmetricKey } from './key-store.ts';

/** Non-secret pairs that must be given again, unchanged, to open a blob that was sealed with them. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** Layout: version, length of the key id, key id, IV, tag, ciphertext. */
const VERSION = 1;
const HEADER_BYTES = 2;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals with AES-256-GCM under the key's material; the header and the encryption context are authenticated with it. */
export function sealBlob(
  key: SymmetricKey,
  secret: { readonly plaintext: Uint8Array; readonly context: EncryptionContext },
  ids: Pick<StackIds, 'bytes'>,
): Uint8Array {
  const header = headerOf(key.keyId);
  const iv = ids.bytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.material, iv);
  cipher.setAAD(Buffer.concat([header, canonicalContext(secret.context)]));
  const ciphertext = Buffer.concat([cipher.update(secret.plaintext), cipher.final()]);
  return Uint8Array.from(Buffer.concat([header, iv, cipher.getAuthTag(), ciphertext]));
}

/** The id of the key that sealed a blob. Throws `InvalidCiphertextException` for bytes that are no blob. */
export function keyIdOfBlob(blob: Uint8Array): string {
  const [version, length = 0] = blob;
  const shortest = HEADER_BYTES + length + IV_BYTES + TAG_BYTES;
  if (version !== VERSION || length === 0 || blob.byteLength < shortest) throw invalidCiphertext();
  return Buffer.from(blob.subarray(HEADER_BYTES, HEADER_BYTES + length)).toString('utf8');
}

/** Opens a blob of this key. A changed blob and a different context fail with the same error. */
export function openBlob(key: SymmetricKey, blob: Uint8Array, context: EncryptionContext): Uint8Array {
  const header = headerOf(key.keyId);
  const ivAt = header.byteLength;
  const tagAt = ivAt + IV_BYTES;
  const textAt = tagAt + TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key.material, blob.subarray(ivAt, tagAt));
  decipher.setAAD(Buffer.concat([header, canonicalContext(context)]));
  decipher.setAuthTag(blob.subarray(tagAt, textAt));
  const opened = decipher.update(blob.subarray(textAt));
  try {
    return Uint8Array.from(Buffer.concat([opened, decipher.final()]));
  } catch {
    throw invalidCiphertext();
  }
}

function headerOf(keyId: string): Uint8Array {
  const id = Buffer.from(keyId, 'utf8');
  return Buffer.concat([Uint8Array.of(VERSION, id.byteLength), id]);
}

/** Sorted and length-prefixed, so that no two contexts have the same bytes. */
function canonicalContext(context: EncryptionContext): Uint8Array {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(pairs.flat().flatMap(lengthPrefixed));
}

function lengthPrefixed(text: string): Uint8Array[] {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.byteLength);
  return [length, bytes];
}

function invalidCiphertext(): ServiceError {
  return new ServiceError('InvalidCiphertextException', 400, 'the ciphertext or its encryption context is not valid');
}
