import { performance } from 'node:perf_hooks';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import type { Ground } from '../ground.ts';
import type { LiveCheck } from '../live-check.ts';
import { outcomeOf, told } from '../outcome.ts';
import { assume, makeRole, replaceStatements, type Statement, trusts } from '../roles.ts';
import { assumeInTime, sessionWith } from '../sessions.ts';
import { customerRole } from './assume-role.ts';

const CALLS = { aws: 200, embedded: 20 } as const;
const LONGEST_MS = 10 * 60_000;
const EACH_MS = 1_000;
const LIST: Statement = { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' };

/** How long AWS takes: figures that no document gives and that margins of ours are guessed from. */
export const measuringChecks: readonly LiveCheck[] = [
  {
    name: 'sts-latency',
    question: 'How long does AssumeRole take at the regional endpoint, the connection being warm?',
    documents: 'No percentiles are published.',
    asked: 'Two hundred calls one after another, the first ten left out.',
    means: 'The time-out of one call is 3 s; of the share of STS in the time from event to job.',
    async ask(ground) {
      const caller = await sessionWith(ground, 'latency', [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
      ]);
      const { arn } = await customerRole(ground, 'latency');
      await assumeInTime(ground, caller, { RoleArn: arn });
      const took: number[] = [];
      for (let call = 0; call < CALLS[ground.where]; call += 1) {
        const startMs = performance.now();
        await assume(caller, { RoleArn: arn });
        took.push(performance.now() - startMs);
      }
      return percentiles(took.slice(10));
    },
  },
  {
    name: 'iam-propagation',
    question: 'How long until a new role opens, and until a permission that was taken away is gone?',
    documents: 'Eventually consistent; no time is promised.',
    asked: 'A role tried every second from its making on; then its policy emptied and used until it is denied.',
    means:
      'A role that is denied is looked at again for five minutes after it was connected; a live session keeps on this long.',
    async ask(ground) {
      const madeMs = ground.nowMs();
      const trust = [trusts(ground, 'tenant')];
      const role = await makeRole(ground, { account: 'tenant', name: 'propagation', trust, statements: [LIST] });
      const session = await assumeInTime(ground, ground.accounts.tenant.administrator, { RoleArn: role.arn });
      const opened = seconds(ground.nowMs() - madeMs);
      const s3 = new S3Client({ ...session, maxAttempts: 1 });
      const list = () => s3.send(new ListBucketsCommand({}));
      await untilOutcome(ground, list, 'allowed');
      const takenMs = ground.nowMs();
      await replaceStatements(ground, role, [{ ...LIST, Effect: 'Deny' }]);
      const gone = await untilOutcome(ground, list, 'denied');
      return told({ opens: opened, withdrawn: gone ? seconds(ground.nowMs() - takenMs) : 'not in ten minutes' });
    },
  },
];

async function untilOutcome(ground: Ground, call: () => Promise<unknown>, wanted: string): Promise<boolean> {
  const untilMs = ground.nowMs() + LONGEST_MS;
  while (ground.nowMs() < untilMs) {
    if ((await outcomeOf(call)) === wanted) return true;
    await ground.pass(EACH_MS);
  }
  return false;
}

function percentiles(took: readonly number[]): string {
  const sorted = [...took].sort((one, other) => one - other);
  const at = (part: number) =>
    `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0)} ms`;
  return told({ p50: at(0.5), p90: at(0.9), p99: at(0.99), most: at(1) });
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`;
}
