import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { archiveArn, archiveBucketResources, archiveObjects } from '../template/archive-resources.ts';
import { iamArn, type TemplateValue } from '../template/template-value.ts';
import { archivePlace } from './archive-place.ts';

type Settings = Pick<DeploymentConfig, 'archive' | 'hardening' | 'homeRegion'>;

const BROKER_ACCOUNT = '${BrokerAccountId}';

/**
 * The template for the account that keeps the archive: the bucket that the broker's own template would otherwise make,
 * under the same policy, opened to one role of the broker that puts objects and to those whom the broker's IAM lets
 * read. Undefined where the archive lies in the broker's account.
 */
export function archiveAccountTemplate(
  config: Settings,
  { stage }: { readonly stage: string },
): TemplateValue | undefined {
  const account = config.hardening?.archiveAccount?.accountId;
  if (account === undefined) return undefined;
  const writerArn = iamArn({ account: BROKER_ACCOUNT, resource: `role/credential-broker-${stage}-archive-audit` });
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `The archive of the audit of credential-broker-${stage}`,
    Parameters: {
      BrokerAccountId: {
        Type: 'String',
        AllowedPattern: '[0-9]{12}',
        Description: 'The account that the broker runs in',
      },
    },
    Rules: { InTheArchiveAccount: { Assertions: assertions(account, config.homeRegion) } },
    Resources: archiveBucketResources({
      retention: config.archive.retention,
      bucketName: archivePlace(config, { stage }).bucket,
      writerArn,
      allowed: allowedToBroker(writerArn),
      // Whoever deploys this template has no `npm run deploy`, which says so for the broker's own template.
      deletionPolicy: 'RetainExceptOnCreate',
    }),
    Outputs: { ArchiveBucketName: { Description: "Where the broker's archive lies", Value: { Ref: 'ArchiveBucket' } } },
  };
}

function assertions(account: string, homeRegion: string): TemplateValue {
  return [
    {
      Assert: { 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, account] },
      AssertDescription: `The bucket belongs into the account ${account} of hardening.archiveAccount.`,
    },
    {
      Assert: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, homeRegion] },
      AssertDescription: `The broker looks for the bucket in its home region, ${homeRegion}.`,
    },
    {
      Assert: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'BrokerAccountId' }, { Ref: 'AWS::AccountId' }] }] },
      AssertDescription: "In the broker's own account the archive would be within reach of its administrators.",
    },
  ];
}

/** Across accounts both sides must allow. The principal is the account: a role made anew keeps its permission. */
function allowedToBroker(writerArn: TemplateValue): readonly TemplateValue[] {
  const broker = { AWS: iamArn({ account: BROKER_ACCOUNT, resource: 'root' }) };
  return [
    {
      Sid: 'BrokerPuts',
      Effect: 'Allow',
      Principal: broker,
      Action: 's3:PutObject',
      Resource: archiveObjects,
      Condition: { ArnEquals: { 'aws:PrincipalArn': writerArn } },
    },
    // The broker account's IAM says who may read: archive-audit, and everybody who has the auditors' policy.
    { Sid: 'BrokerReads', Effect: 'Allow', Principal: broker, Action: 's3:GetObject', Resource: archiveObjects },
    {
      Sid: 'BrokerLists',
      Effect: 'Allow',
      Principal: broker,
      Action: ['s3:GetBucketLocation', 's3:ListBucket'],
      Resource: archiveArn,
    },
  ];
}
