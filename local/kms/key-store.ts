import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { StackIds } from '../ids.ts';
import { ServiceError } from '../service.ts';
import { arnAt, type StackHome } from '../stack-home.ts';

/** The kinds of keys: AES-256 to encrypt and decrypt, or a P-256 pair to sign and verify. */
export type KeySpec = 'SYMMETRIC_DEFAULT' | 'ECC_NIST_P256';
export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY';

export type KeyDescription = {
  readonly keyId: string;
  /** `alias/<name>`. */
  readonly alias?: string;
  /** Symmetric when left out. */
  readonly keySpec?: KeySpec;
  readonly policy: PolicyDocument;
};

/** Key material never leaves the stack's memory: after a restart old ciphertext cannot be opened. */
export type KeyMaterial =
  | {
      readonly keySpec: 'SYMMETRIC_DEFAULT';
      readonly keyUsage: 'ENCRYPT_DECRYPT';
      /** 256 bits. */
      readonly material: Uint8Array;
    }
  | {
      readonly keySpec: 'ECC_NIST_P256';
      readonly keyUsage: 'SIGN_VERIFY';
      readonly privateKey: KeyObject;
      readonly publicKey: KeyObject;
    };

export type Key = Omit<KeyDescription, 'keySpec'> & {
  readonly arn: string;
  readonly isEnabled: boolean;
} & KeyMaterial;

export type SymmetricKey = Extract<Key, { keyUsage: 'ENCRYPT_DECRYPT' }>;
export type SigningKey = Extract<Key, { keyUsage: 'SIGN_VERIFY' }>;

export type KeyStore = {
  /** Finds a key by key id, key ARN, alias name or alias ARN, as the API does. Throws `NotFoundException`. */
  find(idOrArnOrAlias: string): Key;
  /** Undefined for a key that never existed: the caller must not learn which key a ciphertext blob names. */
  findById(keyId: string): Key | undefined;
  setEnabled(keyId: string, isEnabled: boolean): void;
};

const MATERIAL_BYTES = 32;

/** The keys of the stack. */
export function createKeyStore(deps: {
  ids: Pick<StackIds, 'bytes'>;
  home: StackHome;
  keys: readonly KeyDescription[];
}): KeyStore {
  const keys = new Map(
    deps.keys.map(({ keySpec = 'SYMMETRIC_DEFAULT', ...description }): [string, Key] => {
      const arn = arnAt(deps.home, 'kms', `key/${description.keyId}`);
      return [description.keyId, { ...description, arn, isEnabled: true, ...makeMaterial(keySpec, deps.ids) }];
    }),
  );
  const namesOf = ({ keyId, arn, alias }: Key) =>
    alias === undefined ? [keyId, arn] : [keyId, arn, alias, arnAt(deps.home, 'kms', alias)];

  return {
    find(idOrArnOrAlias) {
      const found = [...keys.values()].find((key) => namesOf(key).includes(idOrArnOrAlias));
      if (found === undefined) throw notFound(idOrArnOrAlias);
      return found;
    },
    findById: (keyId) => keys.get(keyId),
    setEnabled(keyId, isEnabled) {
      const key = keys.get(keyId);
      if (key === undefined) throw notFound(keyId);
      keys.set(keyId, { ...key, isEnabled });
    },
  };
}

function makeMaterial(keySpec: KeySpec, ids: Pick<StackIds, 'bytes'>): KeyMaterial {
  if (keySpec === 'SYMMETRIC_DEFAULT') {
    return { keySpec, keyUsage: 'ENCRYPT_DECRYPT', material: ids.bytes(MATERIAL_BYTES) };
  }
  return { keySpec, keyUsage: 'SIGN_VERIFY', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
}

function notFound(name: string): ServiceError {
  return new ServiceError('NotFoundException', 400, `Key '${name}' does not exist`);
}
