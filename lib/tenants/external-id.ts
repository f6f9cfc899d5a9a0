/**
 * External IDs are made here and nowhere else: no function of the broker accepts one from outside. AWS does not treat
 * an external ID as a secret, and the broker does not rely on its being one; it is still never logged.
 */
export type ExternalId = string & { readonly __brand: 'ExternalId' };

/**
 * `cb-<deploymentId>-<uuid v4>`: unique even across deployments that cannot talk to each other.
 * Source: IAM User Guide, "Access to AWS accounts owned by third parties": the third party makes it, one per customer.
 */
export function makeExternalId(deploymentId: string, ids: { uuid(): string }): ExternalId {
  return parseExternalId(`cb-${deploymentId}-${ids.uuid()}`);
}

/** Takes an external ID as it was stored; throws when it does not have the form that we give. */
export function parseExternalId(text: string): ExternalId {
  if (!isExternalId(text)) throw new Error('a stored external ID does not have our form');
  return text;
}

function isExternalId(text: string): text is ExternalId {
  return /^cb-[a-z0-9]{4,12}-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
}
