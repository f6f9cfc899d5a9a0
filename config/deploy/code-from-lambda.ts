import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { CodeOf } from './deployed-code.ts';

/** Asks Lambda which code a function runs. */
export function codeFromLambda(lambda: LambdaClient): CodeOf {
  return async (FunctionName) => (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).CodeSha256;
}
