import { describe, expect, it } from 'vitest';
import type { Assumption } from '../../../lib/broker/assume-tenant-role.ts';
import type { BrokerDependencies } from '../../../lib/broker/broker-dependencies.ts';
import type { Delivery } from '../../../lib/broker/invoke-job.ts';
import { issueToJob } from '../../../lib/broker/issue-to-job.ts';
import { scanAccountJob } from '../../../lib/jobs/scan-account.job.ts';
import type { DataKeyAnswer } from '../../../lib/sealing/data-key.ts';
import { Secret } from '../../../lib/sealing/secret.ts';
import { brokerIn, plainWorld } from '../../support/broker-world.ts';
import { lives, session } from './issuance-lives.ts';

const account = {
  allowed: true as const,
  accountId: '222222222222',
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  externalId: 'the-one',
  capabilities: { sessionTags: false, sourceIdentity: false },
  settings: {},
  tenantVersion: 3,
  roleVersion: 2,
};

type Answers = {
  readonly sts: readonly ('assumed' | Exclude<Assumption, { outcome: 'assumed' }>)[];
  readonly kms?: Exclude<DataKeyAnswer, { made: true }>;
  readonly lambda?: Delivery;
  readonly ledger?: Partial<BrokerDependencies['ledger']>;
};

/** One visit with these answers: every secret that it was given, and what is on record after it. */
async function visit({ sts, kms, lambda, ledger }: Answers) {
  const world = brokerIn(plainWorld);
  const issuance = lives().intended;
  await world.ledger.open(issuance);
  const credentials: Secret<object>[] = [];
  const keys: { readonly clear: Secret<Uint8Array>; readonly bytes: Uint8Array }[] = [];
  const waiting = [...sts];
  const plain = world.dependencies();
  const broker: BrokerDependencies = {
    ...plain,
    ledger: { ...plain.ledger, ...ledger },
    async assumeTenantRole() {
      const next = waiting.shift() ?? 'assumed';
      if (next !== 'assumed') return next;
      const { accessKeyId, expiresAtMs } = session;
      const given = new Secret({ accessKeyId, secretAccessKey: 's', sessionToken: 't', expiresAtMs });
      credentials.push(given);
      return { outcome: 'assumed', credentials: given, session };
    },
    async makeDataKey() {
      if (kms !== undefined) return kms;
      const bytes = new Uint8Array(32).fill(7);
      const clear = new Secret(bytes);
      keys.push({ clear, bytes });
      return { made: true, key: { clear, wrapped: new Uint8Array([1]) } };
    },
    invokeJob: async (invocation) => lambda ?? plain.invokeJob(invocation),
  };
  const job = scanAccountJob;
  const ended = await issueToJob(issuance, { job, account, input: undefined, remainingMs: () => 60_000 }, broker).catch(
    (error: unknown) => error,
  );
  const after = await world.ledger.readIssuance(issuance.recordId);
  return { credentials, keys, after, ended, invoked: world.calls.invoked };
}

const busy = { outcome: 'unavailable', code: 'sts.unavailable' } as const;
const denial = { outcome: 'denied', code: 'sts.denied' } as const;
const away = new Error('the ledger is away');

const endings: readonly (readonly [how: string, answers: Answers, made: readonly [sessions: number, keys: number]])[] =
  [
    ['is delivered', { sts: ['assumed'] }, [1, 1]],
    ['is made in the second call', { sts: [busy, 'assumed'] }, [1, 2]],
    ['is not made, twice', { sts: [busy, busy] }, [0, 2]],
    ['is denied', { sts: [denial] }, [0, 1]],
    ['is refused for good', { sts: [{ outcome: 'failed', code: 'sts.policyRejected' }] }, [0, 1]],
    ['is lost', { sts: [{ outcome: 'unknown', code: 'sts.outcomeUnknown' }] }, [0, 1]],
    ['has no data key', { sts: ['assumed'], kms: { made: false, permanent: false, errorName: 'x' } }, [1, 0]],
    ['is taken by nobody', { sts: ['assumed'], lambda: { outcome: 'refused', code: 'job.busy' } }, [1, 1]],
    ['was fenced out', { sts: ['assumed'], ledger: { advance: async () => false } }, [1, 1]],
    ['cannot be recorded', { sts: ['assumed'], ledger: { advance: () => Promise.reject(away) } }, [1, 1]],
  ];

describe.each(endings)('when a session %s', (_, answers, [sessions, keysMade]) => {
  it('the broker keeps neither its credentials nor the key that they were sealed under', async () => {
    const { credentials, keys } = await visit(answers);
    expect([credentials.length, keys.length]).toEqual([sessions, keysMade]);
    for (const secret of credentials) expect(() => secret.reveal()).toThrow('forgotten');
    for (const { clear, bytes } of keys) {
      expect(() => clear.reveal()).toThrow('forgotten');
      expect([...bytes]).toEqual(Array.from({ length: 32 }, () => 0));
    }
  });
});

describe('a session', () => {
  it.each([
    ['not recorded', { advance: () => Promise.reject(away) }, away],
    ['fenced out', { advance: async () => false }, undefined],
  ])('that is %s is given to nobody', async (_, ledger, error) => {
    const { invoked, ended } = await visit({ sts: ['assumed'], ledger });
    expect(invoked).toEqual([]);
    expect(ended).toBe(error);
  });

  it.each([
    ['soon, where KMS may answer the next time', false, 30_000],
    ['late, where it cannot', true, 15 * 60_000],
  ])('without a data key is tried again %s', async (_, permanent, delayMs) => {
    const { after } = await visit({ sts: ['assumed'], kms: { made: false, permanent, errorName: 'x' } });
    expect(after).toMatchObject({
      state: 'intended',
      dueAtMs: plainWorld.nowMs + delayMs,
      lastAccessKeyId: session.accessKeyId,
    });
    expect(after?.attempts).toMatchObject([{ outcome: 'undelivered', code: 'seal.failed' }]);
  });

  it('whose job is busy is tried again, and whose job is not there is given up', async () => {
    const refused = (code: 'job.busy' | 'job.notDeployed') =>
      visit({ sts: ['assumed'], lambda: { outcome: 'refused', code } });
    const { after: later } = await refused('job.busy');
    expect(later).toMatchObject({ state: 'issued', resume: 'attempt', dueAtMs: plainWorld.nowMs + 30_000 });
    expect(later?.trail.at(-1)).toMatchObject({ type: 'undelivered', code: 'job.busy' });
    expect(later).not.toHaveProperty('ticket');
    const { after: never } = await refused('job.notDeployed');
    expect(never).toMatchObject({ state: 'revoked', refusal: { reason: 'job.notDeployed' } });
  });
});
