import { LambdaClient } from '@aws-sdk/client-lambda';
import { clientError } from './api-error.ts';
import type { FunctionUrlLookup } from './find-function-url.ts';
import type { CredentialProvider } from './sign-request.ts';

export type AwsSettings = {
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** The endpoint of a stack that stands in for AWS: `AWS_ENDPOINT_URL`, or `endpoint_url` of the profile. */
  readonly endpoint?: string;
  readonly lambda: FunctionUrlLookup;
};

/**
 * The caller's AWS settings, by the rules of every AWS SDK: environment, profile, SSO, roles of machines. They are
 * taken from the Lambda client, because the client is needed anyway and resolves all of them; no request is made.
 * Throws `ApiError`.
 */
export async function readAwsSettings({ region }: { readonly region?: string | undefined }): Promise<AwsSettings> {
  const lambda = new LambdaClient({ maxAttempts: 2, ...(region !== undefined && { region }) });
  // The endpoint to which the SDK itself sends its requests, if one other than AWS is configured.
  const endpoint = await lambda.config.serviceConfiguredEndpoint?.();
  return {
    region: await regionOf(lambda),
    credentials: () => lambda.config.credentials(),
    ...(endpoint !== undefined && { endpoint }),
    lambda,
  };
}

async function regionOf(lambda: LambdaClient): Promise<string> {
  try {
    return await lambda.config.region();
  } catch (cause) {
    throw clientError('client.regionMissing', { cause });
  }
}
