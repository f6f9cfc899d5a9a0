import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { systemClock } from '../../lib/platform/clock.ts';
import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { PARTITION_ENDPOINTS } from '../../lib/platform/partition-endpoints.ts';
import { cloudFormationEndpoint, endpointKind } from './cloudformation-endpoint.ts';
import { CLOUDFORMATION_VERSION, makeCloudFormation } from './cloudformation-over-http.ts';
import { codeFromLambda } from './code-from-lambda.ts';
import type { DeployWorld } from './deploy-stage.ts';
import type { Credentials } from './query-call.ts';

/**
 * AWS as the person who runs the command, in the home region of a deployment: credentials and endpoints follow the
 * rules of every AWS SDK. The region of the shell does not matter: a stage has its own.
 */
export async function openAws(
  { homeRegion: region, partition }: Pick<DeploymentConfig, 'homeRegion' | 'partition'>,
  log: (line: string) => void,
): Promise<DeployWorld & { readonly s3: S3Client }> {
  const sts = new STSClient({ region });
  // For a service of which the project has no client, any other client tells the configured endpoint.
  const asked = new STSClient({ region, serviceId: 'CloudFormation' });
  const endpoint =
    (await configuredEndpoint(asked)) ??
    cloudFormationEndpoint({ homeRegion: region, partition }, await endpointKind(asked));
  const s3Endpoint = await configuredEndpoint(new S3Client({ region }));
  const suffix = PARTITION_ENDPOINTS[partition].s3;
  const credentials = async (): Promise<Credentials> => {
    const { accessKeyId, secretAccessKey, sessionToken } = await sts.config.credentials();
    return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  };
  const { Account: accountId, Arn: arn } = await sts.send(new GetCallerIdentityCommand({}));
  if (accountId === undefined || arn === undefined) throw new Error('STS does not say whose the credentials are');
  const s3 = new S3Client({ region, forcePathStyle: s3Endpoint !== undefined });
  return {
    caller: { accountId, arn },
    cloudFormation: makeCloudFormation({
      url: new URL(endpoint),
      service: 'cloudformation',
      region,
      version: CLOUDFORMATION_VERSION,
      credentials,
    }),
    codeOf: codeFromLambda(new LambdaClient({ region })),
    s3,
    async upload(bucket, files) {
      for (const { key, bytes, contentType } of files) {
        // A bucket that was deleted by hand can belong to somebody else by now, who would choose what is deployed from
        // it.
        const of = { Bucket: bucket, ExpectedBucketOwner: accountId };
        await s3.send(new PutObjectCommand({ ...of, Key: key, Body: bytes, ContentType: contentType }));
      }
    },
    urlOf: (bucket, key) =>
      s3Endpoint === undefined
        ? `https://${bucket}.s3.${region}.${suffix}/${key}`
        : new URL(`/${bucket}/${key}`, s3Endpoint).href,
    log,
    sleep: async (milliseconds) => sleep(milliseconds),
    nowMs: systemClock.nowMs,
  };
}

type Configured = { readonly config: { readonly serviceConfiguredEndpoint?: () => Promise<string | undefined> } };

/** The endpoint from `AWS_ENDPOINT_URL`, the service's own variable or the profile; undefined for the default. */
async function configuredEndpoint({ config }: Configured): Promise<string | undefined> {
  return config.serviceConfiguredEndpoint?.();
}
