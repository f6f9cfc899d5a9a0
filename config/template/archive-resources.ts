import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import type { TemplateValue } from './template-value.ts';

type Resources = Record<string, TemplateValue>;

export type ArchiveBucketOptions = {
  readonly retention: DeploymentConfig['archive']['retention'];
  readonly bucketName: TemplateValue;
  /** The ARN of the one role that puts objects. */
  readonly writerArn: TemplateValue;
  /** What the policy allows in addition; within one account IAM allows it. */
  readonly allowed?: readonly TemplateValue[];
  /** `RetainExceptOnCreate`: a stack that could not be made leaves no bucket whose name a second try finds taken. */
  readonly deletionPolicy?: 'Retain' | 'RetainExceptOnCreate';
};

/**
 * The archive of the audit: every change of the ledger, and the digests that are signed over them. An object can only
 * be put under a key where there is none, it is locked from then on (`archive` of the configuration), and nobody
 * deletes. It is encrypted with keys of S3, not of KMS: whoever can schedule the deletion of a key could make all of it
 * unreadable.
 */
export function archiveBucketResources(options: ArchiveBucketOptions): Resources {
  const { deletionPolicy: DeletionPolicy = 'Retain' } = options;
  return {
    ArchiveBucket: {
      Type: 'AWS::S3::Bucket',
      DeletionPolicy,
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketName: options.bucketName,
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: defaultRetention(options.retention) },
        },
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      },
    },
    ArchiveBucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      DeletionPolicy,
      UpdateReplacePolicy: 'Retain',
      Properties: {
        Bucket: { Ref: 'ArchiveBucket' },
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            denyWithoutTls,
            denyRemoving,
            denyWeakeningByHand,
            denyPutsOfOthers(options.writerArn),
            denyReplacing,
            ...(options.allowed ?? []),
          ],
        },
      },
    },
  };
}

export const archiveArn: TemplateValue = { 'Fn::GetAtt': ['ArchiveBucket', 'Arn'] };
export const archiveObjects: TemplateValue = { 'Fn::Sub': '${ArchiveBucket.Arn}/*' };

const denyWithoutTls: TemplateValue = {
  Sid: 'DenyWithoutTls',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [archiveArn, archiveObjects],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};

/** A delete marker hides a locked object; nobody may put one, administrators included. */
const denyRemoving: TemplateValue = {
  Sid: 'DenyRemoving',
  Effect: 'Deny',
  Principal: '*',
  Action: [
    's3:BypassGovernanceRetention',
    's3:DeleteObject',
    's3:DeleteObjectVersion',
    's3:PutObjectLegalHold',
    's3:PutObjectRetention',
  ],
  Resource: archiveObjects,
};

/**
 * Calls that would hide evidence or end it early. A rule that expires objects puts a delete marker over locked ones as
 * well, one that moves them makes them unreadable until they are restored, and with a shorter retention or a key of KMS
 * future objects could be removed or made unreadable. CloudFormation makes these calls for whoever deploys, and they
 * then count as a service's, with a role of its own or without ("Forward access sessions (FAS) requests and permission
 * evaluation", CloudFormation User Guide): the template may change these settings, a call by hand may not.
 * PutBucketPolicy is left alone: whoever deploys must not be locked out of this policy. CloudTrail shows it.
 */
const denyWeakeningByHand: TemplateValue = {
  Sid: 'DenyWeakeningByHand',
  Effect: 'Deny',
  Principal: '*',
  Action: [
    's3:PutBucketObjectLockConfiguration',
    's3:PutBucketVersioning',
    's3:PutEncryptionConfiguration',
    's3:PutLifecycleConfiguration',
  ],
  Resource: archiveArn,
  Condition: { Bool: { 'aws:ViaAWSService': 'false' } },
};

function denyPutsOfOthers(writerArn: TemplateValue): TemplateValue {
  return {
    Sid: 'DenyPutsOfOthers',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: archiveObjects,
    Condition: { ArnNotEquals: { 'aws:PrincipalArn': writerArn } },
  };
}

/** A second version of an object would hide the first. */
const denyReplacing: TemplateValue = {
  Sid: 'DenyReplacing',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:PutObject',
  Resource: archiveObjects,
  Condition: { Null: { 's3:if-none-match': 'true' } },
};

function defaultRetention({ mode, days }: ArchiveBucketOptions['retention']): TemplateValue {
  return { Mode: mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE', Days: days };
}
