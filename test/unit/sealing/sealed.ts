import { createHash } from 'node:crypto';
import type { EnvelopeContext, SessionCredentials } from '../../../lib/sealing/envelope.ts';
import { seal } from '../../../lib/sealing/seal.ts';
import { Secret } from '../../../lib/sealing/secret.ts';

export const dataKey = createHash('sha256').update('the data key of the tests').digest();

export const context: EnvelopeContext = {
  tenantId: 'acme',
  accountId: '222222222222',
  job: 'scan-account',
  issuanceId: `scan-account.${'a'.repeat(32)}`,
  attempt: 1,
  fenceMs: 1_935_903_600_000,
  usableUntilMs: 1_935_903_300_000,
};

export const credentials: SessionCredentials = {
  accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
  secretAccessKey: 'canary-secret-access-key',
  sessionToken: 'canary-session-token',
  expiresAtMs: 1_935_904_000_000,
};

/** An envelope of the tests' credentials, with a nonce made from `nonce`. */
export function sealed(nonce = 'nonce', given: SessionCredentials = credentials) {
  const randomBytes = (length: number) => createHash('shake256', { outputLength: length }).update(nonce).digest();
  return seal(new Secret(given), { dataKey, context, randomBytes });
}
