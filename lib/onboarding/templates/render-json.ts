import type { TrustTemplate } from './trust-template.ts';

/**
 * The role as JSON, for a customer's own tools: its policies as IAM takes them, and the external IDs that the trust
 * policy names, where there are any.
 */
export function renderJson({ terms, ...role }: TrustTemplate): string {
  const { current: externalId, next: nextExternalId } = terms.externalIds ?? {};
  return `${JSON.stringify({ ...role, externalId, nextExternalId }, null, 2)}\n`;
}
