import type { Ground, TrailRecord } from '../ground.ts';
import type { LiveCheck } from '../live-check.ts';
import { outcomeOf, told } from '../outcome.ts';
import { assume } from '../roles.ts';
import { assumeInTime, sessionWith } from '../sessions.ts';
import { customerRole } from './assume-role.ts';

const EXTERNAL_ID = 'cb-live-5d1c9a44';
const ASSUME_ANY = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }];

/** What CloudTrail shows of AssumeRole, to whom. Each account needs a trail of management events that logs. */
export const cloudTrailChecks: readonly LiveCheck[] = [
  {
    name: 'rule-state',
    question: 'In which state does a rule on the default bus get AssumeRole?',
    documents: 'It is on the list of read-only management events: a rule that is merely ENABLED never gets it.',
    asked: 'The same call, looked for behind a rule in each state.',
    expected: 'ENABLED: not seen · ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS: seen',
    means: 'Not seen in the second: nothing is correlated as it happens, and trail.silent rings.',
    needsAws: 'it has one rule for AssumeRole, in the second state',
    async ask(ground) {
      const { requestId } = await allowedCall(ground, 'rule-state');
      const all = await ground.recordOf('broker', requestId, 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
      return told({
        ENABLED: seen(await ground.recordOf('broker', requestId, 'ENABLED')),
        ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS: seen(all),
      });
    },
  },
  {
    name: 'denied-call',
    question: 'Who sees a denied call from another account, and what of it?',
    documents:
      'Logged in the caller’s account only. That requestParameters is null is known from records, not documents.',
    asked:
      'A call of a role that trusts somebody else; waited for until a later, allowed call is seen in both accounts.',
    expected: 'caller: requestParameters null · customer: not seen',
    means: 'Parameters: denials can be joined without the request id. Seen: customers see what we were denied.',
    async ask(ground) {
      const { requestId, caller } = await deniedCall(ground);
      const later = await allowedCall(ground, 'after-denied', caller);
      await ground.recordOf('tenant', later.requestId);
      const record = await ground.recordOf('broker', requestId);
      const parameters = record?.['requestParameters'] === null ? 'requestParameters null' : 'requestParameters';
      return told({
        caller: record === undefined ? 'not seen' : parameters,
        customer: seen(await ground.recordOf('tenant', requestId)),
      });
    },
  },
  {
    name: 'allowed-call',
    question: 'What joins the two records of one call, and is the external ID in them?',
    documents: 'sharedEventID equal, eventID different; the samples leave the external ID out.',
    asked: 'A call with an external ID and the records of both accounts.',
    expected: 'sharedEventID: equal · eventID: different · requestID: equal · external ID: in both',
    means: 'requestID different: customers’ records are joined by access key alone. External ID: it is no secret.',
    async ask(ground) {
      const { requestId } = await allowedCall(ground, 'allowed');
      const ours = await ground.recordOf('broker', requestId);
      const theirs = await ground.recordOf('tenant', requestId);
      if (ours === undefined || theirs === undefined) return told({ caller: seen(ours), customer: seen(theirs) });
      const compared = (name: string) => (ours[name] === theirs[name] ? 'equal' : 'different');
      return told({
        sharedEventID: compared('sharedEventID'),
        eventID: compared('eventID'),
        requestID: compared('requestID'),
        'external ID': whereExternalId(ours, theirs),
      });
    },
  },
];

function whereExternalId(ours: TrailRecord, theirs: TrailRecord): string {
  const holds = [ours, theirs].map((record) => JSON.stringify(record).includes(EXTERNAL_ID));
  if (holds.every((one) => one)) return 'in both';
  return holds[0] ? 'in the caller’s' : holds[1] ? 'in the customer’s' : 'in neither';
}

function seen(record: TrailRecord | undefined): string {
  return record === undefined ? 'not seen' : 'seen';
}

async function allowedCall(ground: Ground, name: string, by?: Awaited<ReturnType<typeof sessionWith>>) {
  const caller = by ?? (await sessionWith(ground, name, ASSUME_ANY));
  const { arn } = await customerRole(ground, name);
  await assumeInTime(ground, caller, { RoleArn: arn });
  const { $metadata } = await assume(caller, { RoleArn: arn, ExternalId: EXTERNAL_ID });
  return { requestId: $metadata.requestId ?? '', caller };
}

async function deniedCall(ground: Ground) {
  const caller = await sessionWith(ground, 'denied', ASSUME_ANY);
  const trust = [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }];
  const { arn } = await customerRole(ground, 'denied', { trust });
  let requestId = '';
  await outcomeOf(() =>
    assume(caller, { RoleArn: arn }).catch((error: unknown) => {
      requestId = requestIdOf(error);
      throw error;
    }),
  );
  if (requestId === '') throw new Error('a role that trusts EC2 alone let us in, or STS gave no request id');
  return { requestId, caller };
}

function requestIdOf(error: unknown): string {
  if (!(error instanceof Error && '$metadata' in error)) return '';
  const metadata = error.$metadata;
  const id = typeof metadata === 'object' && metadata !== null && 'requestId' in metadata ? metadata.requestId : '';
  return typeof id === 'string' ? id : '';
}
