import type { AnsweredCall } from '../../../local/stack/deferred-services.ts';
import type { Break, Breakage, Fault } from '../../../local/stack/faults.ts';
import type { FailureWorld } from './failure-world.ts';

/** The calls of one request, by who makes them and what they are for. */
export const CALLS = {
  brokerReadsTenant: { service: 'dynamodb', action: 'Query', caller: 'issue-credentials' },
  brokerReadsSwitches: { service: 'dynamodb', action: 'BatchGetItem', caller: 'issue-credentials' },
  brokerRecordsRequest: {
    service: 'dynamodb',
    action: 'PutItem',
    caller: 'issue-credentials',
    where: says('"request"'),
  },
  brokerRecordsIntent: {
    service: 'dynamodb',
    action: 'PutItem',
    caller: 'issue-credentials',
    where: says('"issuance"'),
  },
  brokerAssumes: { service: 'sts', action: 'AssumeRole', caller: 'issue-credentials' },
  brokerGetsDataKey: { service: 'kms', action: 'GenerateDataKey', caller: 'issue-credentials' },
  brokerRecordsIssue: {
    service: 'dynamodb',
    action: 'UpdateItem',
    caller: 'issue-credentials',
    where: says('":state":{"S":"issued"}'),
  },
  brokerBacksOff: { service: 'sqs', action: 'ChangeMessageVisibility', caller: 'issue-credentials' },
  brokerInvokes: { service: 'lambda', action: 'Invoke', caller: 'issue-credentials' },
  jobReadsSwitches: { service: 'dynamodb', action: 'BatchGetItem', caller: 'scan-account' },
  jobClaims: { service: 'dynamodb', action: 'UpdateItem', caller: 'scan-account', where: says('":claimed"') },
  jobOpens: { service: 'kms', action: 'Decrypt', caller: 'scan-account' },
  jobReports: { service: 'dynamodb', action: 'UpdateItem', caller: 'scan-account', where: says('":outcome"') },
  jobWorks: { service: 's3', action: 'ListBuckets' },
  sweeperLooks: { service: 'dynamodb', action: 'Query', caller: 'sweep-issuances' },
  sweeperHandsBack: { service: 'sqs', action: 'SendMessage', caller: 'sweep-issuances' },
} as const satisfies Readonly<Record<string, Omit<Breakage, 'times' | 'how'>>>;

export type CallName = keyof typeof CALLS;

/** Breaks a call; `times` counts HTTP calls, so that all that an SDK repeats has to be counted. */
export function breakCall({ stack }: FailureWorld, call: CallName, how: Fault, times = 1): Break {
  return stack.faults.breakNext({ ...CALLS[call], how, times });
}

/** Ends whoever makes this call once it has happened, before the answer is there; `times` in a row. */
export function killAfter({ stack }: FailureWorld, name: CallName, times = 1): Pick<Break, 'hits'> {
  const wanted: Omit<Breakage, 'times' | 'how'> = CALLS[name];
  const victim = name.startsWith('broker') ? 'issue-credentials' : 'scan-account';
  let kills = 0;
  const stop = stack.onCall((answered) => {
    if (!isCall(answered, wanted)) return;
    if (kills + 1 >= times) stop();
    kills += stack.functions.kill(`credential-broker-local-${victim}`);
  });
  return { hits: () => kills };
}

function isCall({ service, action, call }: AnsweredCall, wanted: Omit<Breakage, 'times' | 'how'>): boolean {
  const { caller = '', where = () => true } = wanted;
  if (service !== wanted.service || action !== wanted.action) return false;
  return call.caller.principalArn.includes(caller) && where(call.input);
}

function says(text: string): (input: Readonly<Record<string, unknown>>) => boolean {
  return (input) => JSON.stringify(input).includes(text);
}
