import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, expect, it } from 'vitest';
import { makeAssumeTenantRole } from '../../../lib/broker/assume-tenant-role.ts';
import { scanAccountJob } from '../../../lib/jobs/scan-account.job.ts';
import { buildSessionPolicy } from '../../../lib/jobs/session-policy.ts';
import { systemClock } from '../../../lib/platform/clock.ts';
import { externalIdOf } from '../../support/a-tenant.ts';
import { describeAt, moto } from '../outside-endpoint.ts';

const issuanceId = `scan-account.${'a'.repeat(32)}`;
const sessionName = `${issuanceId}.1`;

/** The allowed path only: moto evaluates no trust policy of another account's role. */
describeAt(moto, 'AssumeRole as the broker makes it, answered by moto', (endpoint) => {
  const place = { endpoint, region: 'eu-west-1' };
  const own = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'test' };
  const sts = new STSClient({ ...place, credentials: own, maxAttempts: 1 });
  afterAll(() => sts.destroy());
  const assume = makeAssumeTenantRole({ sts, clock: systemClock, externalIdRequired: true });

  function aCall(change: Partial<Parameters<typeof assume>[0]> = {}) {
    const fenceMs = systemClock.nowMs() + scanAccountJob.sessionSeconds * 1000;
    const policy = buildSessionPolicy({ job: scanAccountJob, settings: {}, fenceMs, partition: 'aws' });
    if (!policy.built) throw new Error(policy.reason);
    return assume({
      roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
      sessionName,
      externalId: externalIdOf('acme'),
      durationSeconds: scanAccountJob.durationSeconds,
      policy: policy.json,
      tags: { TenantId: 'acme', Job: 'scan-account', IssuanceId: issuanceId },
      sourceIdentity: issuanceId,
      ...change,
    });
  }

  it('gives a session that lasts as long as was asked for, under the name of the attempt', async () => {
    const nowMs = systemClock.nowMs();
    const answer = await aCall();
    if (answer.outcome !== 'assumed') throw new Error(JSON.stringify(answer));
    const { session, credentials } = answer;
    expect(session.accessKeyId).toMatch(/^ASIA/);
    expect(session.assumedRoleId).toMatch(new RegExp(`^AROA.+:${sessionName}$`));
    expect(session.stsRequestId).not.toBe('');
    expect(Math.abs(session.expiresAtMs - 900_000 - nowMs)).toBeLessThan(5_000);
    const { accessKeyId, secretAccessKey, sessionToken } = credentials.reveal();
    const asTenant = new STSClient({ ...place, credentials: { accessKeyId, secretAccessKey, sessionToken } });
    const { Arn, Account } = await asTenant.send(new GetCallerIdentityCommand({}));
    expect([Account, Arn]).toEqual(['222222222222', `arn:aws:sts::222222222222:assumed-role/scanner/${sessionName}`]);
    asTenant.destroy();
  });

  it.each([
    ['the longest session of a Lambda role', { durationSeconds: 3600 }],
    ['neither tags nor a source identity', { tags: undefined, sourceIdentity: undefined }],
    ['the longest session name', { sessionName: `${'j'.repeat(24)}.${'a'.repeat(32)}.123456` }],
  ])('gives one for %s', async (_, change) => {
    expect(await aCall(change)).toMatchObject({ outcome: 'assumed' });
  });

  it('refuses what is over the limits of STS, and the broker reads that as its own mistake', async () => {
    // Source: STS API Reference, AssumeRole, RoleSessionName: 64 characters at most.
    expect(await aCall({ sessionName: 'a'.repeat(65) })).toMatchObject({
      outcome: 'failed',
      code: 'sts.requestRejected',
      stsRequestId: expect.any(String),
    });
  });

  it('is not asked for anything without an external ID', async () => {
    expect(await aCall({ externalId: undefined })).toEqual({ outcome: 'failed', code: 'internal' });
  });
});
