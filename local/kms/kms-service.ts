import * as v from 'valibot';
import { withAccessDeniedException } from '../access-denied-exception.ts';
import { exactRecord } from '../exact-record.ts';
import type { Authorize } from '../iam/authorize.ts';
import type { StackIds } from '../ids.ts';
import { parseInput } from '../parse-input.ts';
import { type Service, type ServiceAnswer, type ServiceCall, ServiceError, serviceOf } from '../service.ts';
import type { StackHome } from '../stack-home.ts';
import { type EncryptionContext, keyIdOfBlob, openBlob, sealBlob } from './ciphertext-blob.ts';
import type { Key, KeyStore } from './key-store.ts';

export type KmsDeps = {
  readonly store: KeyStore;
  readonly authorize: Authorize;
  readonly ids: Pick<StackIds, 'bytes'>;
  readonly home: StackHome;
};

const LARGEST_PLAINTEXT_BYTES = 4096;
const LARGEST_DATA_KEY_BYTES = 1024;

const context = v.optional(exactRecord(v.string()), {});
const bytes = (longest: number) => v.pipe(v.instance(Uint8Array), v.minLength(1), v.maxLength(longest));
const dataKeyInput = v.object({
  KeyId: v.string(),
  EncryptionContext: context,
  KeySpec: v.optional(v.picklist(['AES_256', 'AES_128'])),
  NumberOfBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LARGEST_DATA_KEY_BYTES))),
});
const encryptInput = v.object({
  KeyId: v.string(),
  EncryptionContext: context,
  Plaintext: bytes(LARGEST_PLAINTEXT_BYTES),
});
const decryptInput = v.object({
  KeyId: v.optional(v.string()),
  EncryptionContext: context,
  CiphertextBlob: bytes(6144),
});
const describeInput = v.object({ KeyId: v.string() });

/**
 * KMS's symmetric operations. Each is allowed by the key's policy, directly or through the account it hands the
 * decision to; `kms:ViaService` is never set, because every call here comes straight from a principal.
 */
export function createKmsService(deps: KmsDeps): Service {
  const guarded = { ...deps, authorize: withAccessDeniedException(deps.authorize) };
  return serviceOf({
    GenerateDataKey: (call) => generateDataKey(guarded, call),
    Encrypt: (call) => encrypt(guarded, call),
    Decrypt: (call) => decrypt(guarded, call),
    DescribeKey: (call) => describeKey(guarded, call),
  });
}

function generateDataKey(deps: KmsDeps, call: ServiceCall): ServiceAnswer {
  const input = parseInput(dataKeyInput, call.input);
  if ((input.KeySpec === undefined) === (input.NumberOfBytes === undefined)) {
    throw new ServiceError('ValidationException', 400, 'Please specify either number of bytes or key spec.');
  }
  const key = deps.store.find(input.KeyId);
  authorizeUse(deps, call, {
    action: 'kms:GenerateDataKey',
    key,
    context: input.EncryptionContext,
    named: input.KeyId,
  });
  const plaintext = Uint8Array.from(deps.ids.bytes(input.NumberOfBytes ?? (input.KeySpec === 'AES_128' ? 16 : 32)));
  const CiphertextBlob = sealBlob(key, { plaintext, context: input.EncryptionContext }, deps.ids);
  return { CiphertextBlob, Plaintext: plaintext, KeyId: key.arn };
}

function encrypt(deps: KmsDeps, call: ServiceCall): ServiceAnswer {
  const input = parseInput(encryptInput, call.input);
  const key = deps.store.find(input.KeyId);
  authorizeUse(deps, call, { action: 'kms:Encrypt', key, context: input.EncryptionContext, named: input.KeyId });
  const secret = { plaintext: input.Plaintext, context: input.EncryptionContext };
  return { CiphertextBlob: sealBlob(key, secret, deps.ids), KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
}

function decrypt(deps: KmsDeps, call: ServiceCall): ServiceAnswer {
  const input = parseInput(decryptInput, call.input);
  const key = deps.store.findById(keyIdOfBlob(input.CiphertextBlob));
  if (key === undefined) {
    const message = 'The ciphertext refers to a key that does not exist, or that you are not allowed to access.';
    throw new ServiceError('AccessDeniedException', 400, message);
  }
  if (input.KeyId !== undefined && deps.store.find(input.KeyId).keyId !== key.keyId) {
    const message = 'The key ID in the request does not identify the key that encrypted this ciphertext.';
    throw new ServiceError('IncorrectKeyException', 400, message);
  }
  authorizeUse(deps, call, { action: 'kms:Decrypt', key, context: input.EncryptionContext, named: input.KeyId });
  const Plaintext = openBlob(key, input.CiphertextBlob, input.EncryptionContext);
  return { Plaintext, KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
}

function describeKey(deps: KmsDeps, call: ServiceCall): ServiceAnswer {
  const { KeyId } = parseInput(describeInput, call.input);
  const key = deps.store.find(KeyId);
  authorize(deps, call, { action: 'kms:DescribeKey', key, context: {}, named: KeyId });
  return {
    KeyMetadata: {
      AWSAccountId: deps.home.accountId,
      KeyId: key.keyId,
      Arn: key.arn,
      Enabled: key.isEnabled,
      KeyState: key.isEnabled ? 'Enabled' : 'Disabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      KeyManager: 'CUSTOMER',
      Origin: 'AWS_KMS',
      MultiRegion: false,
    },
  };
}

type KeyUse = { action: string; key: Key; context: EncryptionContext; named: string | undefined };

/** Who may not use a key does not learn that it is disabled. */
function authorizeUse(deps: KmsDeps, call: ServiceCall, use: KeyUse): void {
  authorize(deps, call, use);
  if (!use.key.isEnabled) throw new ServiceError('DisabledException', 400, `${use.key.arn} is disabled.`);
}

function authorize(deps: KmsDeps, call: ServiceCall, use: KeyUse): void {
  const pairs = Object.entries(use.context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]);
  const names = Object.keys(use.context);
  deps.authorize({
    caller: call.caller,
    region: call.region,
    sourceIp: call.sourceIp,
    action: use.action,
    resource: use.key.arn,
    resourceAccountId: deps.home.accountId,
    resourcePolicy: use.key.policy,
    resourcePolicyDecides: true,
    context: {
      ...Object.fromEntries(pairs),
      ...(names.length === 0 ? {} : { 'kms:EncryptionContextKeys': names }),
      ...(use.named?.includes('alias/') ? { 'kms:RequestAlias': use.key.alias ?? '' } : {}),
      ...(use.key.alias === undefined ? {} : { 'kms:ResourceAliases': [use.key.alias] }),
    },
  });
}
