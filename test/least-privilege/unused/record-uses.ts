/**
 * Loaded before each test file when permissions are looked for that nothing needs: writes down every request of a role of
 * the deployment that the embedded stack allowed, once a kind.
 */
import { appendFileSync } from 'node:fs';
import { type AccessCheck, allowedRequests } from '../../../local/iam/authorize.ts';
import { kindOfUse, type PermissionUse, USES_FILE } from './permission-use.ts';

const file = process.env[USES_FILE];

const seen = new Set<string>();

allowedRequests.subscribe((message) => {
  const { caller, ...check } = message as AccessCheck;
  if (file === undefined || caller.kind !== 'session') return;
  const use = useOf(caller.principalArn, check);
  const kind = kindOfUse(use);
  if (seen.has(kind)) return;
  seen.add(kind);
  appendFileSync(file, `${JSON.stringify(use)}\n`);
});

function useOf(roleArn: string, { action, resource, ...check }: Omit<AccessCheck, 'caller'>): PermissionUse {
  const place = { 'aws:RequestedRegion': check.region, 'aws:ResourceAccount': check.resourceAccountId };
  return { roleArn, action, resource, context: { ...check.context, ...place, 'aws:PrincipalArn': roleArn } };
}
