import * as v from 'valibot';
import type { Place } from '../aws-ground.ts';
import { type AccountName, type Ground, RULE_STATES, type RuleState } from '../ground.ts';
import { collectMessages, type Messages } from './collect-messages.ts';
import { makeRule } from './make-rule.ts';

const WAIT_MS = 15 * 60_000;
/** What nobody expects to come is not waited for as long as what must come, and comes first where it comes. */
const SHORT_WAIT_MS = 60_000;
const PATTERN = {
  source: ['aws.sts'],
  'detail-type': ['AWS API Call via CloudTrail'],
  detail: { eventName: ['AssumeRole'] },
};
const eventSchema = v.object({ detail: v.looseObject({ requestID: v.optional(v.string()) }) });

/** Rules for AssumeRole on the default buses of both accounts, and in the broker's one of each state. */
export async function watchTrails(place: Place): Promise<Ground['recordOf']> {
  const watched = new Map<string, Messages>();
  for (const [account, state] of WATCHED) watched.set(`${account} ${state}`, await watch(place, account, state));
  let longest = true;
  return async (account, requestId, state = RULE_STATES[1]) => {
    const takes = (body: string) => recordIn(body).requestID === requestId;
    const isWaitedFor = longest || (account === 'broker' && state === RULE_STATES[1]);
    const found = await watched.get(`${account} ${state}`)?.find(takes, isWaitedFor ? WAIT_MS : SHORT_WAIT_MS);
    // Once anything came, the trails log, and what does not come within a minute of it is not to come.
    if (found !== undefined) longest = false;
    return found === undefined ? undefined : recordIn(found);
  };
}

const WATCHED: readonly (readonly [AccountName, RuleState])[] = [
  ['broker', RULE_STATES[0]],
  ['broker', RULE_STATES[1]],
  ['tenant', RULE_STATES[1]],
];

async function watch(place: Place, account: AccountName, state: RuleState): Promise<Messages> {
  const name = `trail-${account}-${state === 'ENABLED' ? 'enabled' : 'all'}`;
  const { url } = await makeRule(place, name, {
    account,
    busName: 'default',
    pattern: PATTERN,
    state,
    policy: async (queueArn, ruleArn) => [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      },
    ],
  });
  return collectMessages(place, { account, url });
}

function recordIn(body: string): v.InferOutput<typeof eventSchema>['detail'] {
  return v.parse(eventSchema, JSON.parse(body)).detail;
}
