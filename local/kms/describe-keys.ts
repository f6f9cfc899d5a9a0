import * as v from 'valibot';
import { parseInput } from '../parse-input.ts';
import { type ServiceAnswer, type ServiceCall, ServiceError } from '../service.ts';
import type { Key } from './key-store.ts';
import { authorizeKey, type KmsDeps } from './key-use.ts';
import { SIGNING_ALGORITHM } from './signatures.ts';

const input = v.object({ KeyId: v.string() });

export function describeKey(deps: KmsDeps, call: ServiceCall): ServiceAnswer {
  const { KeyId } = parseInput(input, call.input);
  const key = deps.store.find(KeyId);
  authorizeKey(deps, call, { operation: 'DescribeKey', key, named: KeyId });
  return {
    KeyMetadata: {
      AWSAccountId: deps.home.accountId,
      KeyId: key.keyId,
      Arn: key.arn,
      Enabled: key.isEnabled,
      KeyState: key.isEnabled ? 'Enabled' : 'Disabled',
      ...specOf(key),
      KeyManager: 'CUSTOMER',
      Origin: 'AWS_KMS',
      MultiRegion: false,
    },
  };
}

/** `GetPublicKey`: the public half of a pair, DER of its SubjectPublicKeyInfo (RFC 5280). */
export function getPublicKey(deps: KmsDeps, call: ServiceCall): ServiceAnswer {
  const { KeyId } = parseInput(input, call.input);
  const key = deps.store.find(KeyId);
  authorizeKey(deps, call, { operation: 'GetPublicKey', key, named: KeyId });
  if (!key.isEnabled) throw new ServiceError('DisabledException', 400, `${key.arn} is disabled.`);
  if (key.keySpec === 'SYMMETRIC_DEFAULT') {
    throw new ServiceError('UnsupportedOperationException', 400, `${key.arn} is symmetric: it has no public key.`);
  }
  const PublicKey = Uint8Array.from(key.publicKey.export({ type: 'spki', format: 'der' }));
  return { KeyId: key.arn, PublicKey, ...specOf(key) };
}

/** `CustomerMasterKeySpec` is the former name of `KeySpec`; the answer has both. */
function specOf({ keySpec, keyUsage }: Key): ServiceAnswer {
  return {
    KeySpec: keySpec,
    CustomerMasterKeySpec: keySpec,
    KeyUsage: keyUsage,
    ...(keySpec === 'SYMMETRIC_DEFAULT'
      ? { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] }
      : { SigningAlgorithms: [SIGNING_ALGORITHM] }),
  };
}
