import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { archiveBucketResources } from '../template/archive-resources.ts';
import { iamArn, ownAccount, type TemplateValue } from '../template/template-value.ts';
import { archiveBucketName, archivePlace } from './archive-place.ts';

type Settings = Pick<DeploymentConfig, 'archive' | 'hardening'>;

/** The archive's part of the broker's own template: where it lies and, unless it is another account's, its bucket. */
export function ownArchive(config: Settings, { stage }: { readonly stage: string }): TemplateValue {
  const place = archivePlace(config, { stage });
  const resources = archiveBucketResources({
    retention: config.archive.retention,
    bucketName: { 'Fn::Sub': archiveBucketName(stage) },
    writerArn: iamArn({ account: ownAccount, resource: `role/credential-broker-${stage}-archive-audit` }),
  });
  return {
    ...(place.isElsewhere ? {} : { Resources: resources }),
    Outputs: {
      ArchiveBucketName: {
        Description: "Where the audit's archive lies; `broker audit verify` reads it",
        Value: place.bucket,
      },
      DigestsKeyArn: {
        Description: 'Signs the digests of the archive; publish its public key',
        Value: { 'Fn::GetAtt': ['DigestsKey', 'Arn'] },
      },
    },
  };
}
