import type { KeyDescription, KeySpec } from '../kms/key-store.ts';
import { TemplateError } from '../template/template-error.ts';
import type { KeyWiring } from '../template/wiring.ts';

/** A key of the template as the key store describes it; throws for a kind that the embedded stack does not have. */
export function keyDescription(wiring: KeyWiring): KeyDescription {
  const { logicalId, keyId, policy, aliases } = wiring;
  const [alias, ...more] = aliases;
  if (more.length > 0) throw new TemplateError(logicalId, 'a key of the embedded stack has one alias at most');
  return { keyId, keySpec: specOf(wiring), policy, ...(alias !== undefined && { alias }) };
}

function specOf({ logicalId, keySpec, keyUsage }: KeyWiring): KeySpec {
  if (keySpec === 'SYMMETRIC_DEFAULT' && keyUsage === 'ENCRYPT_DECRYPT') return keySpec;
  if (keySpec === 'ECC_NIST_P256' && keyUsage === 'SIGN_VERIFY') return keySpec;
  throw new TemplateError(logicalId, `the embedded stack has no keys of ${keySpec} for ${keyUsage}`);
}
