import type { PolicyDocument } from '../iam/policy-document.ts';
import type { StackIds } from '../ids.ts';
import { ServiceError } from '../service.ts';
import { arnAt, type StackHome } from '../stack-home.ts';

export type KeyDescription = {
  readonly keyId: string;
  /** `alias/<name>`. */
  readonly alias?: string;
  readonly policy: PolicyDocument;
};

export type Key = KeyDescription & {
  readonly arn: string;
  readonly isEnabled: boolean;
  /** 256 bits that never leave the stack's memory; after a restart old ciphertext cannot be opened. */
  readonly material: Uint8Array;
};

export type KeyStore = {
  /** By key id, key ARN, alias name or alias ARN, as the API takes them; else `NotFoundException`. */
  find(idOrArnOrAlias: string): Key;
  /** Undefined for a key that never was: what a ciphertext blob names is not for the caller to know. */
  findById(keyId: string): Key | undefined;
  setEnabled(keyId: string, isEnabled: boolean): void;
};

const MATERIAL_BYTES = 32;

/** The symmetric keys of the stack. */
export function createKeyStore(deps: {
  ids: Pick<StackIds, 'bytes'>;
  home: StackHome;
  keys: readonly KeyDescription[];
}): KeyStore {
  const keys = new Map(
    deps.keys.map((description): [string, Key] => {
      const arn = arnAt(deps.home, 'kms', `key/${description.keyId}`);
      return [description.keyId, { ...description, arn, isEnabled: true, material: deps.ids.bytes(MATERIAL_BYTES) }];
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

function notFound(name: string): ServiceError {
  return new ServiceError('NotFoundException', 400, `Key '${name}' does not exist`);
}
