import * as v from 'valibot';
import { withAccessDeniedException } from '../access-denied-exception.ts';
import { exactRecord } from '../exact-record.ts';
import { parseInput } from '../parse-input.ts';
import { type Service, type ServiceAnswer, type ServiceCall, ServiceError, serviceOf } from '../service.ts';
import { keyIdOfBlob, openBlob, sealBlob } from './ciphertext-blob.ts';
import { describeKey, getPublicKey } from './describe-keys.ts';
import { contextKeys, type KmsDeps, openSymmetricKey } from './key-use.ts';
import { sign, verify } from './signatures.ts';

const LARGEST_PLAINTEXT_BYTES = 4096;
const LARGEST_DATA_KEY_BYTES = 1024;

const encryptionContext = v.optional(exactRecord(v.string()), {});
const bytes = (longest: number) => v.pipe(v.instance(Uint8Array), v.minLength(1), v.maxLength(longest));
const dataKeyInput = v.object({
  KeyId: v.string(),
  EncryptionContext: encryptionContext,
  KeySpec: v.optional(v.picklist(['AES_256', 'AES_128'])),
  NumberOfBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LARGEST_DATA_KEY_BYTES))),
});
const encryptInput = v.object({
  KeyId: v.string(),
  EncryptionContext: encryptionContext,
  Plaintext: bytes(LARGEST_PLAINTEXT_BYTES),
});
const decryptInput = v.object({
  KeyId: v.optional(v.string()),
  EncryptionContext: encryptionContext,
  CiphertextBlob: bytes(6144),
});

/**
 * KMS's operations on data keys, ciphertext and signatures. Each is allowed by the key's policy, directly or through
 * the account to which it leaves the decision. `kms:ViaService` is never set, because every call here comes straight
 * from a principal.
 */
export function createKmsService(deps: KmsDeps): Service {
  const guarded = { ...deps, authorize: withAccessDeniedException(deps.authorize) };
  return serviceOf({
    GenerateDataKey: (call) => generateDataKey(guarded, call),
    Encrypt: (call) => encrypt(guarded, call),
    Decrypt: (call) => decrypt(guarded, call),
    Sign: (call) => sign(guarded, call),
    Verify: (call) => verify(guarded, call),
    GetPublicKey: (call) => getPublicKey(guarded, call),
    DescribeKey: (call) => describeKey(guarded, call),
  });
}

function generateDataKey(deps: KmsDeps, call: ServiceCall): ServiceAnswer {
  const input = parseInput(dataKeyInput, call.input);
  if ((input.KeySpec === undefined) === (input.NumberOfBytes === undefined)) {
    throw new ServiceError('ValidationException', 400, 'Please specify either number of bytes or key spec.');
  }
  const key = openSymmetricKey(deps, call, {
    operation: 'GenerateDataKey',
    key: deps.store.find(input.KeyId),
    context: contextKeys(input.EncryptionContext),
    named: input.KeyId,
  });
  const plaintext = Uint8Array.from(deps.ids.bytes(input.NumberOfBytes ?? (input.KeySpec === 'AES_128' ? 16 : 32)));
  const CiphertextBlob = sealBlob(key, { plaintext, context: input.EncryptionContext }, deps.ids);
  return { CiphertextBlob, Plaintext: plaintext, KeyId: key.arn };
}

function encrypt(deps: KmsDeps, call: ServiceCall): ServiceAnswer {
  const input = parseInput(encryptInput, call.input);
  const key = openSymmetricKey(deps, call, {
    operation: 'Encrypt',
    key: deps.store.find(input.KeyId),
    context: contextKeys(input.EncryptionContext),
    named: input.KeyId,
  });
  const secret = { plaintext: input.Plaintext, context: input.EncryptionContext };
  return { CiphertextBlob: sealBlob(key, secret, deps.ids), KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
}

function decrypt(deps: KmsDeps, call: ServiceCall): ServiceAnswer {
  const input = parseInput(decryptInput, call.input);
  const found = deps.store.findById(keyIdOfBlob(input.CiphertextBlob));
  if (found === undefined) {
    const message = 'The ciphertext refers to a key that does not exist, or that you are not allowed to access.';
    throw new ServiceError('AccessDeniedException', 400, message);
  }
  if (input.KeyId !== undefined && deps.store.find(input.KeyId).keyId !== found.keyId) {
    const message = 'The key ID in the request does not identify the key that encrypted this ciphertext.';
    throw new ServiceError('IncorrectKeyException', 400, message);
  }
  const context = contextKeys(input.EncryptionContext);
  const key = openSymmetricKey(deps, call, { operation: 'Decrypt', key: found, context, named: input.KeyId });
  const Plaintext = openBlob(key, input.CiphertextBlob, input.EncryptionContext);
  return { Plaintext, KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
}
