import { GetFunctionUrlConfigCommand, type GetFunctionUrlConfigCommandOutput } from '@aws-sdk/client-lambda';
import { type ApiError, clientError } from './api-error.ts';
import type { AwsSettings } from './aws-settings.ts';

/** The only call of the Lambda API that the client makes. */
export type FunctionUrlLookup = {
  send(command: GetFunctionUrlConfigCommand): Promise<Pick<GetFunctionUrlConfigCommandOutput, 'FunctionUrl'>>;
};

export type FunctionOfStage = {
  /** The name of the file in `functions/`. */
  readonly functionName: string;
  /** If left out, the stage is `local` where a stack stands in for AWS. */
  readonly stage?: string | undefined;
};

const STAGE = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

/**
 * Finds the URL of one of the broker's functions. The URL comes from Lambda, not from the outputs of the stack: that
 * takes a single permission (`lambda:GetFunctionUrlConfig`) and no other client, and works with every way of deploying.
 * Throws `ApiError`.
 */
export async function findFunctionUrl(
  { functionName, stage }: FunctionOfStage,
  { endpoint, lambda, region }: Pick<AwsSettings, 'endpoint' | 'lambda' | 'region'>,
): Promise<string> {
  const chosen = stage ?? (endpoint === undefined ? undefined : 'local');
  if (chosen === undefined) throw clientError('client.stageMissing');
  if (!STAGE.test(chosen)) throw clientError('client.stageInvalid', { detail: JSON.stringify(chosen) });
  const name = `credential-broker-${chosen}-${functionName}`;
  if (endpoint !== undefined) return `${endpoint.replace(/\/$/, '')}/_url/${name}`;
  try {
    const { FunctionUrl } = await lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: name }));
    if (FunctionUrl === undefined) throw clientError('client.answerUnreadable');
    return FunctionUrl;
  } catch (cause) {
    throw explain(cause, `${name} in ${region}`);
  }
}

function explain(cause: unknown, where: string): ApiError | unknown {
  if (!(cause instanceof Error)) return cause;
  const detail = `(${where}: ${cause.message})`;
  if (cause.name === 'ResourceNotFoundException') return clientError('client.functionUnknown', { detail, cause });
  if (cause.name === 'CredentialsProviderError') return clientError('client.credentialsMissing', { detail, cause });
  if (/AccessDenied|UnrecognizedClient|InvalidSignature|ExpiredToken/.test(cause.name)) {
    return clientError('client.accessDenied', { detail, cause });
  }
  return cause.name === 'ApiError' ? cause : clientError('client.unreachable', { detail, cause });
}
