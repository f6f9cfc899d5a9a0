import { InvokeCommand, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { BrokerError } from '../errors.ts';
import { errorName } from '../platform/store-error.ts';
import type { ManagementDependencies } from './management-dependencies.ts';

export type VerifierClient = { send(command: InvokeCommand): Promise<InvokeCommandOutput> };

/**
 * Has verify-trust probe roles, and waits until what it found is in the registry. No other function may probe. Throws
 * `verifier.unavailable`.
 */
export function makeHaveVerified({
  lambda,
  config,
}: {
  /** A client that waits for as long as a verification takes, and never repeats an invocation. */
  readonly lambda: VerifierClient;
  readonly config: { readonly verifyTrustFunctionName: string };
}): ManagementDependencies['verify'] {
  return async (wanted) => {
    const command = new InvokeCommand({
      FunctionName: config.verifyTrustFunctionName,
      InvocationType: 'RequestResponse',
      Payload: Buffer.from(JSON.stringify({ kind: 'check', ...wanted }), 'utf8'),
    });
    const answer = await lambda.send(command).catch((error: unknown) => {
      throw unavailable(`verify-trust could not be invoked: ${errorName(error)}`);
    });
    // The payload of a failure may quote the function's input, so only the fact of the failure is passed on.
    if (answer.FunctionError !== undefined) throw unavailable('verify-trust failed');
  };
}

function unavailable(message: string): BrokerError {
  return new BrokerError('verifier.unavailable', message);
}
