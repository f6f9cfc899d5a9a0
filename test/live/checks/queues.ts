import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Ground } from '../ground.ts';
import type { LiveCheck } from '../live-check.ts';
import { outcomeOf, told } from '../outcome.ts';
import { readPackaged } from '../packaged.ts';
import { makeQueue } from '../queues.ts';

const TRIES = 12;

/** What the packaged policy of a dead-letter queue does to SQS itself. */
export const queueChecks: readonly LiveCheck[] = [
  {
    name: 'redrive-past-deny',
    question: 'Does SQS move messages to a dead-letter queue whose policy denies everybody else?',
    documents: 'Moving needs no permission; whether a Deny in the policy holds for SQS itself is not said.',
    asked: 'A message received twice where once is the most; then a message by the administrator.',
    expected: 'moved by SQS: yes · administrator: denied',
    means: 'No: what the broker could not digest is received for ever, until it is too old and lost.',
    needsAws: 'it makes no queues, and its own are emptied by its functions',
    async ask(ground) {
      const { accountId } = ground.accounts.broker;
      const dead = await makeQueue(ground, 'dead', {
        policy: async (RequestsDeadLetterQueue) =>
          (await readPackaged()).resourceStatements('RequestsDeadLetterQueuePolicy', {
            accountId,
            region: ground.region,
            arns: { RequestsDeadLetterQueue },
          }),
      });
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
      const alive = await makeQueue(ground, 'alive', { attributes: { RedrivePolicy, VisibilityTimeout: '1' } });
      const sqs = new SQSClient(ground.accounts.broker.administrator);
      const administrator = await outcomeOf(() => send(sqs, dead.url));
      await send(sqs, alive.url);
      return told({ 'moved by SQS': (await isMoved(ground, sqs, alive.url, dead.url)) ? 'yes' : 'no', administrator });
    },
  },
];

function send(sqs: SQSClient, QueueUrl: string): Promise<unknown> {
  return sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
}

async function isMoved(ground: Ground, sqs: SQSClient, ...[alive, dead]: readonly [string, string]): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: alive, WaitTimeSeconds: 1 }));
    await ground.pass(2_000);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: dead, WaitTimeSeconds: 1 }));
    if (Messages.length > 0) return true;
  }
  return false;
}
