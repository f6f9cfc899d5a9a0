import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Place } from '../aws-ground.ts';
import type { AccountName } from '../ground.ts';

export type Messages = {
  /** The first message that the test takes, among those that came and those that come within the time. */
  find(takes: (body: string) => boolean, waitMs: number): Promise<string | undefined>;
};

const LONG_POLL_SECONDS = 10;

/** Takes messages off a queue while somebody looks for one, and keeps what it took. */
export function collectMessages(
  place: Pick<Place, 'accounts' | 'nowMs'>,
  { account, url }: { readonly account: AccountName; readonly url: string },
): Messages {
  const sqs = new SQSClient(place.accounts[account].administrator);
  const bodies: string[] = [];
  async function receive(): Promise<void> {
    const request = { QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: LONG_POLL_SECONDS };
    const { Messages: messages = [] } = await sqs.send(new ReceiveMessageCommand(request));
    for (const { Body = '', ReceiptHandle } of messages) {
      bodies.push(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    }
  }
  return {
    async find(takes, waitMs) {
      const untilMs = place.nowMs() + waitMs;
      for (;;) {
        const found = bodies.find(takes);
        if (found !== undefined || place.nowMs() >= untilMs) return found;
        await receive();
      }
    },
  };
}
