import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { CodeOf } from './deployed-code.ts';

/** Asks Lambda which code a function runs; a function that does not exist runs none. */
export function codeFromLambda(lambda: Pick<LambdaClient, 'send'>): CodeOf {
  return async (FunctionName) => {
    try {
      const told = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      return {
        sha256: told.CodeSha256,
        handler: told.Handler,
        runtime: told.Runtime,
        layers: (told.Layers ?? []).map(({ Arn = '' }) => Arn),
        variables: Object.keys(told.Environment?.Variables ?? {}),
      };
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  };
}
