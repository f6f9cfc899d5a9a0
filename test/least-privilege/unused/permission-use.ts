import { evaluateIdentityPolicies } from '../../../local/iam/evaluate-policy.ts';
import type { PolicyDocument } from '../../../local/iam/policy-document.ts';
import { requestContext } from '../../../local/iam/request-context.ts';

/** One request that the embedded stack allowed, with what the policies of its role can see of it. */
export type PermissionUse = {
  readonly roleArn: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
};

/** Where a run of tests writes its uses, one JSON object a line. */
export const USES_FILE = 'PERMISSION_USES_FILE';

/** Do these policies allow it, by themselves? */
export function isAllowedBy(
  policies: readonly PolicyDocument[],
  { action, resource, context }: PermissionUse,
): boolean {
  return evaluateIdentityPolicies(policies, { action, resource, context: requestContext(context) }) === 'allowed';
}

/** The same for all uses that no policy here can tell apart: ids and hashes of rows and sessions are left out of it. */
export function kindOfUse({ roleArn, action, resource, context }: PermissionUse): string {
  const place = /^(s3|sts):/.test(action) ? resource.split('/').slice(0, 2).join('/') : resource;
  const told = Object.entries(context)
    .filter(([key]) => key.startsWith('dynamodb:') || /^(events|aws):|EncryptionContext:job$/.test(key))
    .map(([key, value]) => [key, key === 'dynamodb:LeadingKeys' ? [value].flat().map(kindOfKey) : value]);
  return JSON.stringify([roleArn, action, place, told, Object.keys(context).sort()]);
}

/** `scan-account.01j…` and `rate#tenant#acme` are rows of the kinds `scan-account.` and `rate#`. */
function kindOfKey(key: string): string {
  return /^[^._#]*[._#]/.exec(key)?.[0] ?? key;
}
