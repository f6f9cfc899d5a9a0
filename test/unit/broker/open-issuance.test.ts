import { describe, expect, it } from 'vitest';
import { MINIMUM_REMAINING_MS } from '../../../lib/broker/broker-dependencies.ts';
import { openIssuance } from '../../../lib/broker/open-issuance.ts';
import { scanAccountJob } from '../../../lib/jobs/scan-account.job.ts';
import type { AllowedAccount } from '../../../lib/requests/decide-account.ts';
import { anIdentity, aRequest } from '../../support/an-issuance.ts';
import { brokerIn, plainWorld } from '../../support/broker-world.ts';

const accountId = '222222222222';
const allowed: AllowedAccount = {
  allowed: true,
  accountId,
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  externalId: 'the-one',
  externalIdSlot: 'current',
  capabilities: { sessionTags: true, sourceIdentity: false },
  settings: {},
  tenantVersion: 3,
  roleVersion: 2,
};
const refusal = { reason: 'account.unknown', explanation: 'not connected' } as const;

function world(remainingMs = MINIMUM_REMAINING_MS, change = {}) {
  const { dependencies, ledger } = brokerIn({ ...plainWorld, ...change });
  return { ledger, means: { remainingMs: () => remainingMs, broker: dependencies() } };
}

describe('an account of a request', () => {
  it('that is refused is recorded as that, however little time is left', async () => {
    const { ledger, means } = world(0);
    const opened = await openIssuance(aRequest('one'), { allowed: false, accountId, refusal }, means);
    expect(opened).toStrictEqual({ opened: 'refused', refusal });
    expect([...ledger.items.values()]).toMatchObject([{ ...anIdentity('one'), state: 'refused', refusal }]);
  });

  it.each([
    ['its input, as a hash,', { inputSha256: 'a'.repeat(64) }, { inputSha256: 'a'.repeat(64) }],
    ['that it has no input', {}, {}],
    ['that it is for a caller', { delivery: 'caller' as const }, { delivery: 'caller' }],
  ])('that is allowed is announced with its grounds, and with %s', async (_, change, told) => {
    const { ledger, means } = world();
    const opened = await openIssuance(aRequest('one', change), allowed, means);
    if (opened.opened !== 'intended') return expect.unreachable(opened.opened);
    expect(opened).toMatchObject({ job: scanAccountJob, account: allowed, issuance: anIdentity('one') });
    expect(await ledger.readIssuance(opened.issuance.recordId)).toEqual(opened.issuance);
    const { type, sequence, hash, previousHash, atMs, ...entry } = opened.issuance.trail[0] ?? {};
    const { roleArn, tenantVersion, roleVersion } = allowed;
    const terms = { externalId: 'current', sessionTags: true, sourceIdentity: false };
    const { owner, leaseUntilMs, attempts } = opened.issuance;
    const call = { attempt: 1, call: 1, sessionName: attempts[0]?.sessionName, leaseUntilMs };
    expect(entry).toStrictEqual({ owner, roleArn, tenantVersion, roleVersion, ...terms, ...call, ...told });
  });

  it('that is open already is left to whoever opened it', async () => {
    const { means } = world();
    await openIssuance(aRequest('one'), allowed, means);
    expect(await openIssuance(aRequest('one'), allowed, means)).toStrictEqual({ opened: 'before' });
  });

  it('is not begun when the invocation could end before its record', async () => {
    const { ledger, means } = world(MINIMUM_REMAINING_MS - 1);
    expect(await openIssuance(aRequest('one'), allowed, means)).toStrictEqual({ opened: 'tooLate' });
    expect(ledger.items.size).toBe(0);
  });

  it.each([
    ['no tenant', { tenantId: undefined }, {}],
    ['no job', { job: undefined }, {}],
    ['a job that does not exist', {}, { jobs: new Map() }],
  ])('of a request with %s is an error of ours, and no record', async (_, change, worldChange) => {
    const { ledger, means } = world(MINIMUM_REMAINING_MS, worldChange);
    const opening = openIssuance({ ...aRequest('one'), ...change }, allowed, means);
    await expect(opening).rejects.toMatchObject({ code: 'internal' });
    expect(ledger.items.size).toBe(0);
  });
});
