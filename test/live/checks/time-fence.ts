import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { scanAccountJob } from '../../../lib/jobs/scan-account.job.ts';
import { buildSessionPolicy } from '../../../lib/jobs/session-policy.ts';
import type { LiveCheck } from '../live-check.ts';
import { outcomeOf, told } from '../outcome.ts';
import { assumeInTime, sessionWith } from '../sessions.ts';
import { customerRole } from './assume-role.ts';

const FENCE_AFTER_MS = 30_000;
const MARGIN_MS = 5_000;

/** The promise that a session ends before STS would end it. */
export const timeFenceChecks: readonly LiveCheck[] = [
  {
    name: 'time-fence',
    question: 'Does a Deny by aws:CurrentTime in the session policy end the session, and what gets past it?',
    documents:
      'aws:CurrentTime is in every request; no permission is needed for GetCallerIdentity, nor can one be taken.',
    asked: 'A session with the policy that the catalogue builds, before its fence and five seconds after it.',
    expected: 'before: allowed · after: denied · GetCallerIdentity after: allowed',
    means: 'Otherwise a session lasts at least the 15 minutes that STS makes it, whatever the job says.',
    async ask(ground) {
      const caller = await sessionWith(ground, 'fence', [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }]);
      const { arn } = await customerRole(ground, 'fence');
      // IAM must know of the roles before the fence is set: it is a matter of seconds from here.
      await assumeInTime(ground, caller, { RoleArn: arn });
      const fenceMs = ground.nowMs() + FENCE_AFTER_MS;
      const policy = buildSessionPolicy({ job: scanAccountJob, settings: {}, fenceMs, partition: 'aws' });
      if (!policy.built) throw new Error(`the catalogue cannot build the policy: ${policy.reason}`);
      const session = await assumeInTime(ground, caller, { RoleArn: arn, Policy: policy.json });
      const s3 = new S3Client({ ...session, maxAttempts: 1 });
      const list = () => s3.send(new ListBucketsCommand({}));
      const before = await outcomeOf(list);
      await ground.pass(fenceMs + MARGIN_MS - ground.nowMs());
      const sts = new STSClient({ ...session, maxAttempts: 1 });
      return told({
        before,
        after: await outcomeOf(list),
        'GetCallerIdentity after': await outcomeOf(() => sts.send(new GetCallerIdentityCommand({}))),
      });
    },
  },
];
