/**
 * What an envelope is: one session's credentials, encrypted for one attempt of one issuance. This file says what binds
 * it; `seal` and `unseal` do the cryptography.
 */
import * as v from 'valibot';

/** The facts that an envelope is bound to. A change in any of them makes it impossible to open. */
export type EnvelopeContext = {
  readonly tenantId: string;
  readonly accountId: string;
  readonly job: string;
  readonly issuanceId: string;
  readonly attempt: number;
  readonly fenceMs: number;
  readonly usableUntilMs: number;
};

/** A session of a tenant's role. `expiresAtMs` is the `Expiration` that STS gave, in epoch milliseconds. */
export type SessionCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
};

/**
 * What is sealed: the credentials, and the tenant's settings for the job, so that nobody on the way can read or change
 * them.
 */
export type EnvelopeContent = SessionCredentials & { readonly settings?: unknown };

/** Base64 of the 12-byte nonce, the ciphertext and the 16-byte tag of AES-256-GCM. */
export type SealedEnvelope = {
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
};

export const envelopeContentSchema = v.strictObject({
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
  sessionToken: v.string(),
  expiresAtMs: v.number(),
  settings: v.exactOptional(v.unknown()),
});

/**
 * The KMS encryption context. It stands in clear in CloudTrail, so it holds identifiers only: never the external ID.
 * Source: AWS KMS Developer Guide, "Encryption context".
 */
export function kmsEncryptionContext(context: EnvelopeContext): Record<string, string> {
  return {
    v: '1',
    tenant: context.tenantId,
    account: context.accountId,
    job: context.job,
    issuance: context.issuanceId,
    attempt: String(context.attempt),
    fence: String(context.fenceMs),
    usableUntil: String(context.usableUntilMs),
  };
}

/**
 * The additional data of AES-GCM: the same context, each part preceded by its length so that no two contexts collide.
 */
export function additionalData(context: EnvelopeContext): Buffer {
  const parts = Object.entries(kmsEncryptionContext(context)).flat();
  return Buffer.concat(
    parts.map((part) => {
      const bytes = Buffer.from(part);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, bytes]);
    }),
  );
}
