import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import type { Place } from '../aws-ground.ts';
import type { AccountName, RuleState } from '../ground.ts';
import { makeQueue } from '../queues.ts';
import type { Statement } from '../roles.ts';

export type RuleSpecification = {
  readonly account: AccountName;
  readonly busName: string;
  readonly pattern: object;
  readonly state?: RuleState;
  /** The policy of the queue behind it, by the ARNs of queue and rule. */
  readonly policy: (queueArn: string, ruleArn: string) => Promise<readonly Statement[]>;
};

/** A rule with a queue behind it, which its policy lets the rule alone write to. */
export async function makeRule(
  place: Place,
  name: string,
  { account, busName, pattern, state = 'ENABLED', policy }: RuleSpecification,
): Promise<{ readonly url: string; readonly ruleArn: string }> {
  const client = new EventBridgeClient(place.accounts[account].administrator);
  const Name = `cb-live-${place.suffix}-${name}`;
  const rule = { Name, EventBusName: busName };
  const { RuleArn: ruleArn = '' } = await client.send(
    new PutRuleCommand({ ...rule, State: state, EventPattern: JSON.stringify(pattern) }),
  );
  place.removals.add(`rule ${Name} of bus ${busName} in the ${account}'s account`, () =>
    client.send(new DeleteRuleCommand(rule)),
  );
  const queue = await makeQueue(place, name, { account, policy: (arn) => policy(arn, ruleArn) });
  const target = { Rule: Name, EventBusName: busName };
  await client.send(new PutTargetsCommand({ ...target, Targets: [{ Id: 'queue', Arn: queue.arn }] }));
  place.removals.add(`target of rule ${Name}`, () =>
    client.send(new RemoveTargetsCommand({ ...target, Ids: ['queue'] })),
  );
  return { url: queue.url, ruleArn };
}
