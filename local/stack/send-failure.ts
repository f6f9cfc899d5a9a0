import type { StackIds } from '../ids.ts';
import type { Service } from '../service.ts';
import type { StackHome } from '../stack-home.ts';
import type { FunctionWiring, Wiring } from '../template/wiring.ts';
import { type FunctionIdentities, roleCaller } from './function-identities.ts';

/** Sends the record of a failure to an on-failure queue, under the role of the function that failed. */
export async function sendFailure(
  deps: {
    readonly wiring: Pick<Wiring, 'queues'>;
    readonly identities: FunctionIdentities;
    readonly home: StackHome;
    readonly sqs: Service;
    readonly ids: Pick<StackIds, 'uuid'>;
  },
  failure: { readonly of: FunctionWiring; readonly queueArn: string; readonly record: string },
): Promise<void> {
  const queue = deps.wiring.queues.find(({ arn }) => arn === failure.queueArn);
  if (queue === undefined) throw new Error(`the stack has no queue ${failure.queueArn}`);
  const lambda = roleCaller({ ...deps, caller: deps.identities.callerOf(failure.of) });
  await lambda.call(deps.sqs, 'SendMessage', { QueueUrl: queue.url, MessageBody: failure.record });
}
