import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { ownAccount, type TemplateValue } from '../template/template-value.ts';

/** How the template names the archive's bucket: the broker's own, or one of another account of ours. */
export type ArchivePlace = {
  readonly isElsewhere: boolean;
  readonly bucket: TemplateValue;
  readonly arn: TemplateValue;
  /** The ARN of every object in the bucket. */
  readonly objects: TemplateValue;
  /** The account that owns the bucket: the name alone would also fit somebody else's bucket. */
  readonly account: TemplateValue;
};

type Settings = Pick<DeploymentConfig, 'hardening'>;

export function archivePlace({ hardening }: Settings, { stage }: { readonly stage: string }): ArchivePlace {
  const elsewhere = hardening?.archiveAccount;
  if (elsewhere === undefined) {
    return {
      isElsewhere: false,
      bucket: { Ref: 'ArchiveBucket' },
      arn: { 'Fn::GetAtt': ['ArchiveBucket', 'Arn'] },
      objects: { 'Fn::Sub': '${ArchiveBucket.Arn}/*' },
      account: { Ref: 'AWS::AccountId' },
    };
  }
  const { accountId, bucketName = archiveBucketName(stage, accountId) } = elsewhere;
  return {
    isElsewhere: true,
    bucket: bucketName,
    arn: { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::${bucketName}` },
    objects: { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::${bucketName}/*` },
    account: accountId,
  };
}

/** The account is part of the name, so that nobody in another account can have taken it. */
export function archiveBucketName(stage: string, account: string = ownAccount): string {
  return `credential-broker-${stage}-archive-${account}`;
}

/** The condition under which the broker account's policies let the archive be read; none for its own bucket. */
export function archiveReaders({ isElsewhere, account }: ArchivePlace): TemplateValue | undefined {
  return isElsewhere ? { StringEquals: { 'aws:ResourceAccount': account } } : undefined;
}
