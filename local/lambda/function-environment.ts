import { devNull } from 'node:os';
import type { FunctionWiring } from '../template/wiring.ts';

export type FunctionCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
};

/**
 * The whole environment of a function's worker: the variables of the template, those of Lambda's runtime, and the
 * endpoint of AWS. Nothing of the machine's own environment gets in, and neither do its AWS configuration files.
 * Source: Lambda Developer Guide, "Defined runtime environment variables".
 */
export function functionEnvironment(
  wiring: FunctionWiring,
  place: { readonly region: string; readonly endpoint: string; readonly taskRoot: string },
  credentials: FunctionCredentials,
): Readonly<Record<string, string>> {
  return {
    ...wiring.environment,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_ENDPOINT_URL: place.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: wiring.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(wiring.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${wiring.name}`,
    LAMBDA_TASK_ROOT: place.taskRoot,
    _HANDLER: wiring.handler,
  };
}
