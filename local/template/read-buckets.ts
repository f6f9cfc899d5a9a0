import * as v from 'valibot';
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { ReferenceScope } from './intrinsics.ts';
import { notLocally, readPolicy, readProperties, wholeNumber } from './properties.ts';
import { TemplateError } from './template-error.ts';
import type { ResourcesByType } from './template-resources.ts';
import type { BucketWiring } from './wiring.ts';

const allOn = v.literal(true, 'the embedded stack blocks public access altogether');
const retentionSchema = v.object({
  Mode: v.picklist(['GOVERNANCE', 'COMPLIANCE']),
  Days: wholeNumber,
  Years: notLocally,
});

/** Lifecycle rules are dropped: they take effect after days, and no stack lives that long. */
const bucketSchema = v.object({
  VersioningConfiguration: v.exactOptional(v.object({ Status: v.picklist(['Enabled', 'Suspended']) })),
  ObjectLockEnabled: v.optional(v.boolean(), false),
  ObjectLockConfiguration: v.exactOptional(
    v.object({
      ObjectLockEnabled: v.literal('Enabled'),
      Rule: v.exactOptional(v.object({ DefaultRetention: retentionSchema })),
    }),
  ),
  BucketEncryption: v.exactOptional(
    v.object({
      ServerSideEncryptionConfiguration: v.tuple([
        v.object({
          ServerSideEncryptionByDefault: v.object({
            SSEAlgorithm: v.literal('AES256', 'the embedded stack encrypts buckets with keys of S3 only'),
          }),
        }),
      ]),
    }),
  ),
  /** Left out, public access is blocked as well: S3's default for every bucket since 2023. */
  PublicAccessBlockConfiguration: v.exactOptional(
    v.object({
      BlockPublicAcls: allOn,
      BlockPublicPolicy: allOn,
      IgnorePublicAcls: allOn,
      RestrictPublicBuckets: allOn,
    }),
  ),
  AccessControl: notLocally,
  CorsConfiguration: notLocally,
  NotificationConfiguration: notLocally,
  ReplicationConfiguration: notLocally,
  WebsiteConfiguration: notLocally,
});

const policySchema = v.object({ Bucket: v.string(), PolicyDocument: v.looseObject({}) });

/** The buckets of the deployment with their policies. */
export function readBuckets(resources: ResourcesByType, scope: ReferenceScope): readonly BucketWiring[] {
  const policies = readBucketPolicies(resources, scope);
  return resources.of('AWS::S3::Bucket').map((resource) => {
    const { logicalId } = resource;
    const properties = readProperties(bucketSchema, resource, scope);
    const { ObjectLockConfiguration: lock, VersioningConfiguration: versioning } = properties;
    if (lock !== undefined && !properties.ObjectLockEnabled) {
      throw new TemplateError(logicalId, 'ObjectLockConfiguration needs ObjectLockEnabled');
    }
    if (properties.ObjectLockEnabled && versioning?.Status !== 'Enabled') {
      throw new TemplateError(logicalId, 'a bucket with Object Lock has versioning enabled');
    }
    const retention = lock?.Rule?.DefaultRetention;
    const name = scope.ref(logicalId) ?? '';
    const policy = policies.get(name);
    return {
      logicalId,
      name,
      ...(retention !== undefined && { retention: { mode: retention.Mode, days: retention.Days } }),
      ...(policy !== undefined && { policy }),
    };
  });
}

function readBucketPolicies(resources: ResourcesByType, scope: ReferenceScope): ReadonlyMap<string, PolicyDocument> {
  const policies = new Map<string, PolicyDocument>();
  for (const resource of resources.of('AWS::S3::BucketPolicy')) {
    const { Bucket: bucket, PolicyDocument: document } = readProperties(policySchema, resource, scope);
    if (policies.has(bucket)) throw new TemplateError(resource.logicalId, `a second policy for ${bucket}`);
    policies.set(bucket, readPolicy(document, 'resource', resource.logicalId));
  }
  return policies;
}
