import { CreateQueueCommand, DeleteQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { AccountName, Ground } from './ground.ts';
import { policy, type Statement } from './roles.ts';

export type MadeQueue = { readonly url: string; readonly arn: string };
type Place = Pick<Ground, 'accounts' | 'region' | 'suffix' | 'removals'>;

export type QueueSpecification = {
  readonly account?: AccountName;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Its policy, which names the queue by its ARN. */
  readonly policy?: (arn: string) => Promise<readonly Statement[]>;
};

/** Makes a standard queue in AWS, and hands its removal over. */
export async function makeQueue(place: Place, name: string, specification: QueueSpecification): Promise<MadeQueue> {
  const { account = 'broker', attributes = {} } = specification;
  const { accountId, administrator } = place.accounts[account];
  const sqs = new SQSClient(administrator);
  const QueueName = `cb-live-${place.suffix}-${name}`;
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
  const arn = `arn:aws:sqs:${place.region}:${accountId}:${QueueName}`;
  place.removals.add(`queue ${QueueName} in the ${account}'s account`, () =>
    sqs.send(new DeleteQueueCommand({ QueueUrl: url })),
  );
  if (specification.policy !== undefined) {
    const Policy = policy(await specification.policy(arn));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
  }
  return { url, arn };
}
