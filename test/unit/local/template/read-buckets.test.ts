import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deploymentBucket } from '../../../../local/stack/deployment-bucket.ts';
import { readTemplate } from '../../../../local/template/read-template.ts';

const place = { accountId: '111111111111', region: 'eu-west-1', partition: 'aws', endpoint: 'http://127.0.0.1:4566' };
const blocked = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
const locked = {
  BucketName: 'broker-audit-archive',
  ObjectLockEnabled: true,
  ObjectLockConfiguration: {
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: '365' } },
  },
  VersioningConfiguration: { Status: 'Enabled' },
  BucketEncryption: {
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
  },
  PublicAccessBlockConfiguration: blocked,
  LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 400 }] },
};
const deny = {
  Bucket: { Ref: 'Archive' },
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:DeleteObject*',
        Resource: { 'Fn::Sub': '${Archive.Arn}/*' },
      },
    ],
  },
};

function read(bucket: object, policies: readonly object[] = []) {
  const template = JSON.parse(readFileSync(new URL('packaged-template.json', import.meta.url), 'utf8'));
  template.Resources['Archive'] = { Type: 'AWS::S3::Bucket', Properties: bucket };
  for (const [index, Properties] of policies.entries()) {
    template.Resources[`ArchivePolicy${index}`] = { Type: 'AWS::S3::BucketPolicy', Properties };
  }
  return readTemplate(template, place).buckets.find(({ logicalId }) => logicalId === 'Archive');
}

describe('readBuckets', () => {
  it('reads name, retention and policy', () => {
    const bucket = read(locked, [deny]);
    expect(bucket).toMatchObject({
      name: 'broker-audit-archive',
      retention: { mode: 'COMPLIANCE', days: 365 },
      policy: { Statement: [{ Effect: 'Deny', Resource: 'arn:aws:s3:::broker-audit-archive/*' }] },
    });
    expect(bucket && deploymentBucket(bucket, place)).toMatchObject({
      accountId: '111111111111',
      region: 'eu-west-1',
      isPublicAccessBlocked: true,
      retention: { mode: 'COMPLIANCE', days: 365 },
    });
  });

  it('reads a bucket of which nothing is said but its name', () => {
    expect(read({ BucketName: 'plain' })).toEqual({ logicalId: 'Archive', name: 'plain' });
  });

  const kms = [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }];
  const refused: [string, object, string][] = [
    ['public access', { PublicAccessBlockConfiguration: { ...blocked, BlockPublicAcls: false } }, 'BlockPublicAcls'],
    ['a key of KMS', { BucketEncryption: { ServerSideEncryptionConfiguration: kms } }, 'with keys of S3 only'],
    ['a lock without versions', { ...locked, VersioningConfiguration: { Status: 'Suspended' } }, 'versioning'],
    ['a retention without a lock', { ...locked, ObjectLockEnabled: false }, 'ObjectLockEnabled'],
    ['a lock of an unknown mode', withRetention({ Mode: 'SOFT', Days: 1 }), 'Mode'],
    ['a retention in years', withRetention({ Mode: 'COMPLIANCE', Days: 1, Years: 1 }), 'Years'],
    ['replication', { ReplicationConfiguration: {} }, 'ReplicationConfiguration'],
  ];
  it.each(refused)('refuses %s', (_title, bucket, message) => {
    expect(() => read({ BucketName: 'a-bucket', ...bucket })).toThrow(message);
  });

  it('refuses a second policy for a bucket', () => {
    expect(() => read(locked, [deny, deny])).toThrow('a second policy for broker-audit-archive');
  });
});

function withRetention(DefaultRetention: object): object {
  return { ...locked, ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } } };
}
