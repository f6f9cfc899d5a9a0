import { type AccessCheck, type Authorize, createAuthorize } from '../../../../local/iam/authorize.ts';
import type { Caller } from '../../../../local/iam/caller.ts';
import type { PolicyDocument } from '../../../../local/iam/policy-document.ts';
import { createBucketStore } from '../../../../local/s3/bucket-store.ts';
import { createS3Service } from '../../../../local/s3/s3-service.ts';
import type { ServiceAnswer } from '../../../../local/service.ts';

export const nowMs = Date.parse('2026-11-21T01:02:03.456Z');
export const everything: PolicyDocument = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

type Asked = Readonly<Record<string, unknown>>;
export type Who = { readonly accountId?: string; readonly region?: string; readonly policy?: PolicyDocument };

/** Two accounts with buckets, and calls made as either of them; `checks` is what was asked of IAM. */
export function createS3Fixture() {
  const clock = { nowMs: () => nowMs };
  const buckets = createBucketStore({ clock });
  const checks: AccessCheck[] = [];
  const decide = createAuthorize({ clock });
  const authorize: Authorize = (check) => {
    checks.push(check);
    decide(check);
  };
  const service = createS3Service({ buckets, authorize, partition: 'aws' });
  const add = (name: string, accountId: string, region: string, isPublicAccessBlocked = true) =>
    buckets.addBucket({ name, accountId, region, isPublicAccessBlocked, encryption: 'AES256' });
  const reports = add('acme-reports', '222222222222', 'eu-west-1');
  add('acme-assets', '222222222222', 'us-east-1', false);
  add('acme-logs', '222222222222', 'eu-west-1');
  add('globex-payroll', '333333333333', 'eu-west-1');
  const call = (action: string, input: Asked, who: Who = {}): Promise<ServiceAnswer> =>
    service(action, {
      caller: caller(who.accountId ?? '222222222222', who.policy ?? everything),
      input,
      requestId: 'r',
      region: who.region ?? 'eu-west-1',
      sourceIp: '127.0.0.1',
      userAgent: 'test',
    });
  return { buckets, reports, checks, call };
}

function caller(accountId: string, policy: PolicyDocument): Caller {
  const arn = `arn:aws:iam::${accountId}:user/tester`;
  return {
    kind: 'user',
    accountId,
    arn,
    principalArn: arn,
    userId: 'AIDATESTER',
    accessKeyId: 'AKIATESTER',
    identityPolicies: () => [policy],
  };
}
