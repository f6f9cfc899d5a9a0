import { ServiceError } from '../service.ts';
import type { QueueSettings } from './queue.ts';
import type { QueueCounts } from './queued-message.ts';

/** The answer of GetQueueAttributes: strings, as in SQS; a queue without a policy or redrive has no such member. */
export function queueAttributes(
  settings: QueueSettings,
  counts: QueueCounts,
  arnOfQueue: (queueName: string) => string,
): Readonly<Record<string, string>> {
  const { redrive, policy } = settings;
  const redrivePolicy = redrive && {
    deadLetterTargetArn: arnOfQueue(redrive.deadLetterQueueName),
    maxReceiveCount: redrive.maxReceiveCount,
  };
  return {
    QueueArn: arnOfQueue(settings.name),
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
    MaximumMessageSize: String(settings.maximumMessageBytes),
    MessageRetentionPeriod: String(settings.retentionSeconds),
    DelaySeconds: '0',
    ReceiveMessageWaitTimeSeconds: '0',
    SqsManagedSseEnabled: 'true',
    ...(policy === undefined ? {} : { Policy: JSON.stringify(policy) }),
    ...(redrivePolicy === undefined ? {} : { RedrivePolicy: JSON.stringify(redrivePolicy) }),
  };
}

/** The requested attributes; one that standard queues do not have is `InvalidAttributeName`. */
export function pickAttributes(all: Readonly<Record<string, string>>, names: readonly string[]) {
  if (names.includes('All')) return all;
  const unknown = names.find((name) => !(name in all) && name !== 'Policy' && name !== 'RedrivePolicy');
  if (unknown !== undefined) throw new ServiceError('InvalidAttributeName', 400, `Unknown Attribute ${unknown}.`);
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}
