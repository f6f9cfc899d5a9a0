import type { Authorize } from '../iam/authorize.ts';
import type { Caller } from '../iam/caller.ts';
import { ServiceError } from '../service.ts';
import type { QueueStore } from '../sqs/queue-store.ts';
import { arnAt, type StackHome } from '../stack-home.ts';
import type { DeliverToTarget } from './event-bus.ts';

/** EventBridge itself, as queue policies know it. */
const eventBridge: Caller = {
  kind: 'service',
  accountId: '',
  arn: 'events.amazonaws.com',
  principalArn: 'events.amazonaws.com',
  userId: 'events.amazonaws.com',
  accessKeyId: '',
  identityPolicies: () => [],
};

/**
 * Sends to a queue of the stack as EventBridge does: only the queue's own policy can allow it, which sees the rule as
 * `aws:SourceArn` and the rule's account as `aws:SourceAccount`.
 */
export function deliverToQueues(deps: { store: QueueStore; authorize: Authorize; home: StackHome }): DeliverToTarget {
  return async (targetArn, body, { ruleArn, attributes = {} }) => {
    const queueName = targetArn.split(':').at(-1) ?? '';
    const queue = deps.store.findQueue(queueName);
    if (queue === undefined || targetArn !== arnAt(deps.home, 'sqs', queueName)) {
      throw new ServiceError('QueueDoesNotExist', 400, `there is no queue ${targetArn}`);
    }
    deps.authorize({
      caller: eventBridge,
      action: 'sqs:SendMessage',
      resource: targetArn,
      resourceAccountId: deps.home.accountId,
      ...(queue.policy === undefined ? {} : { resourcePolicy: queue.policy }),
      region: deps.home.region,
      sourceIp: 'events.amazonaws.com',
      context: { 'aws:SourceArn': ruleArn, 'aws:SourceAccount': ruleArn.split(':')[4] ?? '' },
    });
    const texts = Object.entries(attributes).map(([name, text]) => [name, { DataType: 'String', StringValue: text }]);
    deps.store.send(queueName, body, { attributes: Object.fromEntries(texts), senderId: eventBridge.userId });
  };
}
