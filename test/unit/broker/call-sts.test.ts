import { describe, expect, it } from 'vitest';
import { callSts } from '../../../lib/broker/call-sts.ts';
import type { Job } from '../../../lib/jobs/job.ts';
import { scanAccountJob } from '../../../lib/jobs/scan-account.job.ts';
import { buildSessionPolicy } from '../../../lib/jobs/session-policy.ts';
import type { AllowedAccount } from '../../../lib/requests/decide-account.ts';
import type { DataKeyAnswer } from '../../../lib/sealing/data-key.ts';
import type { EnvelopeContext } from '../../../lib/sealing/envelope.ts';
import { anIntended } from '../../support/an-issuance.ts';
import { brokerIn, plainWorld } from '../../support/broker-world.ts';

const wholeSecondMs = Math.floor(plainWorld.nowMs / 1000) * 1000;
const job: Job = { ...scanAccountJob, durationSeconds: 1_800, sessionSeconds: 700, minimumSeconds: 90 };
const account: AllowedAccount = {
  allowed: true,
  accountId: '222222222222',
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  externalId: 'the-one',
  capabilities: { sessionTags: false, sourceIdentity: false },
  settings: { bucketNamePrefixes: ['acme'] },
  tenantVersion: 3,
  roleVersion: 2,
};

/** A data key that KMS did not make, which is enough to see where it goes. */
const noKey: DataKeyAnswer = { made: false, permanent: false, errorName: 'KMSInternalException' };

/** One call at this instant, and for which contexts a data key was requested with it. */
async function callAt(nowMs: number, change: Partial<AllowedAccount> = {}) {
  const { calls, dependencies } = brokerIn({ ...plainWorld, nowMs });
  const keyContexts: EnvelopeContext[] = [];
  const makeDataKey = async (context: EnvelopeContext) => {
    keyContexts.push(context);
    return noKey;
  };
  const visit = { job, account: { ...account, ...change }, remainingMs: () => 30_000 };
  const answer = await callSts(anIntended('one'), visit, { broker: dependencies(), makeDataKey });
  return { answer, assumed: calls.assumed, keyContexts };
}

describe('a call to STS', () => {
  it('asks for the role of the account, for as long as the job says, under its policy', async () => {
    const { answer, assumed } = await callAt(wholeSecondMs);
    const { settings } = account;
    const fenceMs = wholeSecondMs + 700_000;
    const policy = buildSessionPolicy({ job, settings, fenceMs, partition: 'aws' });
    if (!policy.built) return expect.unreachable(policy.reason);
    const { recordId } = anIntended('one');
    expect(assumed).toEqual([
      {
        roleArn: account.roleArn,
        externalId: 'the-one',
        sessionName: `${recordId}.1`,
        durationSeconds: 1_800,
        policy: policy.json,
      },
    ]);
    expect(answer).toMatchObject({ assumption: { outcome: 'assumed' }, policySha256: policy.sha256 });
  });

  it.each([0, 1, 499, 500, 999])(
    'of a session that ends with a whole second, %i ms into one, and is of use for its job until just before',
    async (milliseconds) => {
      const { answer, keyContexts } = await callAt(wholeSecondMs + milliseconds);
      const { recordId: issuanceId, tenantId, accountId } = anIntended('one');
      const fenceMs = wholeSecondMs + 700_000;
      const names = { tenantId, accountId, job: 'scan-account', issuanceId, attempt: 1 };
      expect(answer.context).toEqual({ ...names, fenceMs, usableUntilMs: fenceMs - 90_000 });
      expect(keyContexts).toEqual([answer.context]);
      expect(answer.dataKey).toBe(noKey);
    },
  );

  it('is not made, nor a data key requested, where its policy cannot be built', async () => {
    const { answer, assumed, keyContexts } = await callAt(wholeSecondMs, { settings: { everything: true } });
    expect(answer).toMatchObject({
      assumption: { outcome: 'failed', code: 'policy.parameterInvalid' },
      dataKey: undefined,
      policySha256: '',
    });
    expect([assumed, keyContexts]).toEqual([[], []]);
  });
});
