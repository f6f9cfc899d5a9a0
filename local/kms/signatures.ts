import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { parseInput } from '../parse-input.ts';
import { type ServiceAnswer, type ServiceCall, ServiceError } from '../service.ts';
import { type KeyUse, type KmsDeps, openSigningKey } from './key-use.ts';
import { signDigest, verifyDigest } from './p256-ecdsa.ts';

/** The only algorithm of a P-256 key. */
export const SIGNING_ALGORITHM = 'ECDSA_SHA_256';

const LARGEST_MESSAGE_BYTES = 4096;
const LARGEST_SIGNATURE_BYTES = 6144;
const DIGEST_BYTES = 32;

/** The algorithms that KMS knows; a P-256 key has one of them. */
const signingAlgorithm = v.picklist([
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'ECDSA_SHA_256',
  'ECDSA_SHA_384',
  'ECDSA_SHA_512',
]);
const bytes = (longest: number) => v.pipe(v.instance(Uint8Array), v.minLength(1), v.maxLength(longest));
const signInput = v.object({
  KeyId: v.string(),
  Message: bytes(LARGEST_MESSAGE_BYTES),
  MessageType: v.optional(v.picklist(['RAW', 'DIGEST']), 'RAW'),
  SigningAlgorithm: signingAlgorithm,
});
const verifyInput = v.object({ ...signInput.entries, Signature: bytes(LARGEST_SIGNATURE_BYTES) });
type SignInput = v.InferOutput<typeof signInput>;

/** `Sign`: a message of at most 4,096 bytes, or the SHA-256 digest of one of any length. */
export function sign(deps: KmsDeps, call: ServiceCall): ServiceAnswer {
  const input = parseInput(signInput, call.input);
  const key = openSigningKey(deps, call, useOf(deps, 'Sign', input));
  const Signature = signDigest(key.privateKey, digestOf(input, key.arn), (length) => deps.ids.bytes(length));
  return { KeyId: key.arn, Signature, SigningAlgorithm: input.SigningAlgorithm };
}

/** `Verify`; a signature that is not the key's for the message is an error, not an answer. */
export function verify(deps: KmsDeps, call: ServiceCall): ServiceAnswer {
  const input = parseInput(verifyInput, call.input);
  const key = openSigningKey(deps, call, useOf(deps, 'Verify', input));
  if (!verifyDigest(key.privateKey, digestOf(input, key.arn), input.Signature)) {
    throw new ServiceError('KMSInvalidSignatureException', 400, 'the signature is not valid');
  }
  return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm };
}

function useOf(deps: KmsDeps, operation: string, { KeyId, MessageType, SigningAlgorithm }: SignInput): KeyUse {
  const context = { 'kms:MessageType': MessageType, 'kms:SigningAlgorithm': SigningAlgorithm };
  return { operation, key: deps.store.find(KeyId), named: KeyId, context };
}

function digestOf({ Message, MessageType, SigningAlgorithm }: SignInput, keyArn: string): Uint8Array {
  if (SigningAlgorithm !== SIGNING_ALGORITHM) {
    const message = `Algorithm ${SigningAlgorithm} is incompatible with the key spec of ${keyArn}.`;
    throw new ServiceError('InvalidKeyUsageException', 400, message);
  }
  if (MessageType === 'RAW') return createHash('sha256').update(Message).digest();
  if (Message.byteLength === DIGEST_BYTES) return Message;
  throw new ServiceError('ValidationException', 400, `Digest is invalid length for algorithm ${SigningAlgorithm}.`);
}
