import type { AccessCheck, Authorize } from '../iam/authorize.ts';
import type { StackIds } from '../ids.ts';
import { type ServiceCall, ServiceError } from '../service.ts';
import type { StackHome } from '../stack-home.ts';
import type { EncryptionContext } from './ciphertext-blob.ts';
import type { Key, KeyStore, SigningKey, SymmetricKey } from './key-store.ts';

export type KmsDeps = {
  readonly store: KeyStore;
  readonly authorize: Authorize;
  readonly ids: Pick<StackIds, 'bytes'>;
  readonly home: StackHome;
};

export type KeyUse = {
  /** The operation, without `kms:`. */
  readonly operation: string;
  readonly key: Key;
  /** The key as the request named it; absent where the request named none. */
  readonly named: string | undefined;
  /** The condition keys of this operation. */
  readonly context?: NonNullable<AccessCheck['context']>;
};

/**
 * Lets a call use a key for an operation on ciphertext, or throws: `AccessDenied`, then `DisabledException`, then
 * `InvalidKeyUsageException`. A caller who may not use a key does not learn its kind, nor that it is disabled.
 */
export function openSymmetricKey(deps: KmsDeps, call: ServiceCall, use: KeyUse): SymmetricKey {
  const key = openKey(deps, call, use);
  if (key.keyUsage !== 'ENCRYPT_DECRYPT') throw wrongUsage(use);
  return key;
}

/** As `openSymmetricKey`, for an operation on signatures. */
export function openSigningKey(deps: KmsDeps, call: ServiceCall, use: KeyUse): SigningKey {
  const key = openKey(deps, call, use);
  if (key.keyUsage !== 'SIGN_VERIFY') throw wrongUsage(use);
  return key;
}

/** Decides by the key's policy, directly or through the account to which it leaves the decision. */
export function authorizeKey(deps: KmsDeps, call: ServiceCall, { operation, key, named, context = {} }: KeyUse): void {
  deps.authorize({
    caller: call.caller,
    region: call.region,
    sourceIp: call.sourceIp,
    action: `kms:${operation}`,
    resource: key.arn,
    resourceAccountId: deps.home.accountId,
    resourcePolicy: key.policy,
    resourcePolicyDecides: true,
    context: {
      ...context,
      'kms:CallerAccount': call.caller.accountId,
      'kms:KeySpec': key.keySpec,
      'kms:KeyUsage': key.keyUsage,
      ...(named?.includes('alias/') ? { 'kms:RequestAlias': key.alias ?? '' } : {}),
      ...(key.alias === undefined ? {} : { 'kms:ResourceAliases': [key.alias] }),
    },
  });
}

/** The condition keys with which a policy sees an encryption context. */
export function contextKeys(context: EncryptionContext): NonNullable<AccessCheck['context']> {
  const names = Object.keys(context);
  const pairs = Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]);
  return { ...Object.fromEntries(pairs), ...(names.length === 0 ? {} : { 'kms:EncryptionContextKeys': names }) };
}

function openKey(deps: KmsDeps, call: ServiceCall, use: KeyUse): Key {
  authorizeKey(deps, call, use);
  if (!use.key.isEnabled) throw new ServiceError('DisabledException', 400, `${use.key.arn} is disabled.`);
  return use.key;
}

function wrongUsage({ key, operation }: KeyUse): ServiceError {
  const message = `${key.arn} key usage is ${key.keyUsage} which is not valid for ${operation}.`;
  return new ServiceError('InvalidKeyUsageException', 400, message);
}
