import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { ownAccount, type TemplateValue } from '../template/template-value.ts';

/** How the template names the archive's bucket: its own, or one of another account of ours. */
export type ArchivePlace = {
  readonly isElsewhere: boolean;
  readonly bucket: TemplateValue;
  readonly arn: TemplateValue;
  /** Of every object in it. */
  readonly objects: TemplateValue;
  /** Whose it is: the name alone would be anybody's who has it. */
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

/** The account is in the name, so that nobody elsewhere can have taken it. */
export function archiveBucketName(stage: string, account: string = ownAccount): string {
  return `credential-broker-${stage}-archive-${account}`;
}

/** What a policy of the broker's account says besides of whom it lets read: nothing of its own bucket. */
export function archiveReaders({ isElsewhere, account }: ArchivePlace): TemplateValue | undefined {
  return isElsewhere ? { StringEquals: { 'aws:ResourceAccount': account } } : undefined;
}
