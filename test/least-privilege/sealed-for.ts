/** The encryption context that every envelope has: these names, and no others. */
export const ENVELOPE_CONTEXT = ['v', 'tenant', 'account', 'job', 'issuance', 'attempt', 'fence', 'usableUntil'];

/** What KMS's condition keys say of an envelope of a job, or of one whose context has other names. */
export function sealedFor(job: string, names: readonly string[] = ENVELOPE_CONTEXT) {
  const values = names.map((name) => [`kms:EncryptionContext:${name}`, name === 'job' ? job : 'x'] as const);
  return {
    ...Object.fromEntries(values),
    ...(names.length > 0 && { 'kms:EncryptionContextKeys': names }),
  };
}
