import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  EventBridgeClient,
  PutPermissionCommand,
} from '@aws-sdk/client-eventbridge';
import * as v from 'valibot';
import { busPolicyResources } from '../../../config/template/bus-policy.ts';
import type { Place } from '../aws-ground.ts';
import type { Connection, Ground } from '../ground.ts';
import { readPackaged, standingFor } from '../packaged.ts';
import { makeRole, policy, type Statement, trusts } from '../roles.ts';
import { assumeInTime } from '../sessions.ts';
import { collectMessages } from './collect-messages.ts';
import { makeRule } from './make-rule.ts';

const SOURCE = 'com.example.live-bound';
const WAIT_MS = 60_000;

/** A bus with the packaged Deny for one source, and a rule of it with the packaged policy of the request queue. */
export async function makeBus(place: Place): Promise<Ground['bus']> {
  const { accountId, administrator } = place.accounts.broker;
  const client = new EventBridgeClient(administrator);
  const Name = `cb-live-${place.suffix}`;
  await client.send(new CreateEventBusCommand({ Name }));
  place.removals.add(`bus ${Name}`, () => client.send(new DeleteEventBusCommand({ Name })));
  const arn = `arn:aws:events:${place.region}:${accountId}:event-bus/${Name}`;

  const owner = await requesterOf(place, 'owner', arn);
  const other = await requesterOf(place, 'other', arn);
  const Policy = policy(busStatements({ accountId, region: place.region, busArn: arn }, owner.name));
  await client.send(new PutPermissionCommand({ EventBusName: Name, Policy }));

  const { url, ruleArn } = await makeRule(place, 'requests', {
    account: 'broker',
    busName: Name,
    pattern: { 'detail-type': ['RunJob'] },
    policy: async (RequestsQueue, RunJobRule) =>
      (await readPackaged()).resourceStatements('RequestsQueuePolicy', {
        accountId,
        region: place.region,
        arns: { RequestsQueue, RunJobRule },
      }),
  });
  if (ruleArn === '') throw new Error('EventBridge gave the rule no ARN');
  const messages = collectMessages(place, { account: 'broker', url });
  return {
    name: Name,
    source: SOURCE,
    owner: owner.connection,
    other: other.connection,
    queueUrl: url,
    arrives: async (text) => (await messages.find((body) => body.includes(text), WAIT_MS)) !== undefined,
  };
}

async function requesterOf(
  place: Place,
  name: string,
  busArn: string,
): Promise<{ readonly name: string; readonly connection: Connection }> {
  const statements = [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: busArn }];
  const role = await makeRole(place, { account: 'broker', name, trust: [trusts(place, 'broker')], statements });
  const connection = await assumeInTime(place, place.accounts.broker.administrator, { RoleArn: role.arn });
  return { name: role.name, connection };
}

/** CloudFormation keeps the id beside the statement; in a policy for PutPermission it is the statement's `Sid`. */
const resourceSchema = v.object({
  Properties: v.pipe(
    v.object({ StatementId: v.string(), Statement: v.looseObject({}) }),
    v.transform(({ StatementId, Statement }) => ({ Sid: StatementId, ...Statement })),
  ),
});

/** The statements that `config/template/bus-policy.ts` writes for a source that one role has to itself. */
export function busStatements(
  { accountId, region, busArn }: { readonly accountId: string; readonly region: string; readonly busArn: string },
  ownerName: string,
): readonly Statement[] {
  const resources = busPolicyResources({ requesters: [], ownSources: [{ source: SOURCE, roleNames: [ownerName] }] });
  const stand = { accountId, region, arns: { Bus: busArn } };
  return Object.values(resources).map((resource) => v.parse(resourceSchema, standingFor(resource, stand)).Properties);
}
