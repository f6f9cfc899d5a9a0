/** Makes the identifiers and secrets of IAM in AWS's lengths and alphabets, from the injected random bytes. */
import type { StackIds } from '../ids.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const UNIQUE_ID_LENGTH = 21;
const ACCESS_KEY_ID_LENGTH = 20;
const SECRET_BYTES = 30;
/** AWS promises no maximum; real tokens have several hundred characters, and ours have 440. */
const SESSION_TOKEN_BYTES = 330;

export function uniqueId(prefix: 'AIDA' | 'AROA', ids: StackIds): string {
  return withRandomTail(prefix, UNIQUE_ID_LENGTH, ids);
}

export function sessionAccessKeyId(ids: StackIds): string {
  return withRandomTail('ASIA', ACCESS_KEY_ID_LENGTH, ids);
}

/** 40 characters, as on AWS. */
export function secretAccessKey(ids: StackIds): string {
  return Buffer.from(ids.bytes(SECRET_BYTES)).toString('base64');
}

export function sessionToken(ids: StackIds): string {
  return Buffer.from(ids.bytes(SESSION_TOKEN_BYTES)).toString('base64');
}

function withRandomTail(prefix: string, length: number, ids: StackIds): string {
  const tail = Array.from(ids.bytes(length - prefix.length), (byte) => ALPHABET[byte % ALPHABET.length]);
  return prefix + tail.join('');
}
