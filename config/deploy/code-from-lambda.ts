import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { CodeOf } from './deployed-code.ts';

/** Asks Lambda which code a function runs; a function that there is not runs none. */
export function codeFromLambda(lambda: Pick<LambdaClient, 'send'>): CodeOf {
  return async (FunctionName) => {
    try {
      return (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).CodeSha256;
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  };
}
