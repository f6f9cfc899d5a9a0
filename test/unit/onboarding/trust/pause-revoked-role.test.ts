import type { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { type EndedSession, makeFindEndedSession } from '../../../../lib/onboarding/trust/ended-session.ts';
import { pauseRevokedRole } from '../../../../lib/onboarding/trust/pause-revoked-role.ts';
import type { TenantRole } from '../../../../lib/tenants/tenant.ts';
import { aRole, aTenant } from '../../../support/a-tenant.ts';
import { frozenClock, START_MS } from '../../../support/frozen-clock.ts';
import { lives } from '../../../support/issuance-life.ts';
import { recordedTransitions } from '../../../support/recorded-transitions.ts';

const ISSUED_MS = START_MS - 60_000;
const trusted = aRole({ verifiedAtMs: START_MS - 3_600_000 });
const ended: EndedSession = {
  tenantId: 'acme',
  accountId: trusted.accountId,
  roleArn: trusted.roleArn,
  issuedAtMs: ISSUED_MS,
  fenceMs: ISSUED_MS + 900_000,
};

/** A registry with one role, which somebody else writes `written` times before it is written here. */
function world(
  role: TenantRole | undefined,
  { session = [ended], written = 0, pauseLimit = async (_: object) => true, nowMs = START_MS } = {},
) {
  const state = { role, left: written, writes: 0 };
  const told: { detailType: string; detail: object }[] = [];
  const log = recordedTransitions();
  const pause = () =>
    pauseRevokedRole('the-issuance', {
      findEndedSession: async () => session[0],
      pauseLimit,
      clock: frozenClock(nowMs),
      log,
      tell: async (event) => {
        told.push(event);
      },
      registry: {
        readTenant: async () => (state.role === undefined ? undefined : aTenant({ roles: [state.role] })),
        async recordVerification(before, proof) {
          if (state.left > 0 || state.role === undefined) {
            state.left -= 1;
            return { refused: 'registry.stale', explanation: 'changed meanwhile' };
          }
          state.writes += 1;
          const { capabilities: _1, firstRefusedAtMs: _2, ...kept } = before;
          state.role = { ...kept, ...proof, findings: [...proof.findings], version: before.version + 1 };
          return state.role;
        },
      },
    });
  return { pause, state, told, log };
}

describe('the role of a session that its customer has ended', () => {
  it('is put out of use with a finding of its own, and nothing else of it is changed', async () => {
    const { pause, state, told } = world(trusted);
    expect(await pause()).toEqual([{ tenantId: 'acme', record: trusted.record, status: 'quarantined' }]);
    const findings = ['trust.sessionsRevoked'];
    expect(state.role).toEqual({ ...trusted, status: 'quarantined', findings, version: trusted.version + 1 });
    expect(told).toMatchObject([{ detailType: 'TrustChanged', detail: { to: 'quarantined', reason: 'trust.broken' } }]);
  });

  it('is paused once, however often that is told', async () => {
    const { pause, state, told } = world(trusted);
    await pause();
    expect(await pause()).toEqual([]);
    expect([state.writes, told.length]).toEqual([1, 1]);
  });

  it('is paused although somebody writes it meanwhile, and else that is to be tried again', async () => {
    const lucky = world(trusted, { written: 3 });
    expect(await lucky.pause()).toMatchObject([{ status: 'quarantined' }]);
    const unlucky = world(trusted, { written: 1_000 });
    await expect(unlucky.pause()).rejects.toMatchObject({ code: 'store.busy', retryable: true });
  });

  it('is written ten times at the most, in the name of the function', async () => {
    const by: string[] = [];
    const asked: unknown[] = [];
    const registry = {
      async readTenant(tenantId: string, accountIds?: readonly string[]) {
        asked.push([tenantId, accountIds]);
        return aTenant({ roles: [aRole({ roleArn: `${trusted.roleArn}-other` }), trusted] });
      },
      async recordVerification(_role: TenantRole, _proof: object, who: string) {
        by.push(who);
        return { refused: 'registry.stale', explanation: 'changed meanwhile' } as const;
      },
    };
    const log = recordedTransitions();
    const tell = async () => undefined;
    const others = { pauseLimit: async () => true, clock: frozenClock(), log, tell };
    const pausing = pauseRevokedRole('x', { findEndedSession: async () => ended, registry, ...others });
    await expect(pausing).rejects.toMatchObject({ code: 'store.busy' });
    expect(by).toEqual(Array(10).fill('verify-trust'));
    expect(asked).toEqual(Array(10).fill(['acme', ['222222222222']]));
    expect(log.lines).toEqual([]);
  });

  it('keeps what it was proven to be able to do, and since when it refuses us', async () => {
    const capabilities = { sessionTags: true, sourceIdentity: false };
    const { pause, state, log } = world({ ...trusted, capabilities, status: 'refused', firstRefusedAtMs: 7 });
    expect(await pause()).toEqual([{ tenantId: 'acme', record: trusted.record, status: 'refused' }]);
    expect(state.role).toMatchObject({ capabilities, firstRefusedAtMs: 7, verifiedAtMs: trusted.verifiedAtMs });
    const line = { transition: 'role.paused', issuanceId: 'the-issuance', tenantId: 'acme', accountId: '222222222222' };
    expect(log.lines[0]).toEqual({ ...line, code: 'trust.sessionsRevoked' });
  });

  it('has no more in its proof than it had before', async () => {
    const { pause, state } = world(trusted);
    await pause();
    expect(state.role).not.toHaveProperty('capabilities');
    expect(state.role).not.toHaveProperty('firstRefusedAtMs');
  });

  it('keeps what else was found of it', async () => {
    const quarantined = {
      ...trusted,
      status: 'quarantined' as const,
      findings: ['trust.noExternalIdAccepted' as const],
    };
    const { pause, state } = world(quarantined);
    await pause();
    expect(state.role).toMatchObject({
      status: 'quarantined',
      findings: ['trust.noExternalIdAccepted', 'trust.sessionsRevoked'],
    });
  });

  it.each([
    ['before an operator put it in use again', ISSUED_MS + 1, false],
    ['in that very moment', ISSUED_MS, false],
    ['after that', ISSUED_MS - 1, true],
  ])('is judged by sessions that were issued %s: paused %#', async (_, pauseLiftedAtMs, isPaused) => {
    const { pause, state } = world({ ...trusted, pauseLiftedAtMs });
    await pause();
    expect(state.writes).toBe(isPaused ? 1 : 0);
  });

  it.each<[string, TenantRole | undefined, EndedSession[]]>([
    ['the issuance does not say so', trusted, []],
    ['the tenant is gone', undefined, [ended]],
    ['it is another role of the account', aRole({ roleArn: `${trusted.roleArn}-other` }), [ended]],
    ['it was never proven', neverProven(), [ended]],
  ])('stays as it is when %s', async (_, role, session) => {
    const { pause, state } = world(role, { session });
    expect(await pause()).toEqual([]);
    expect(state.writes).toBe(0);
  });
});

describe('a pause that nobody should decide without a person', () => {
  const line = {
    transition: 'role.notPaused',
    issuanceId: 'the-issuance',
    tenantId: 'acme',
    accountId: '222222222222',
    code: 'trust.sessionsRevoked',
  };

  it('is left out and logged where the limit on pauses is reached', async () => {
    const asked: object[] = [];
    const pauseLimit = async (pause: object) => {
      asked.push(pause);
      return false;
    };
    const { pause, state, told, log } = world(trusted, { pauseLimit });
    expect(await pause()).toEqual([]);
    expect([state.role, state.writes, told]).toEqual([trusted, 0, []]);
    expect(asked).toEqual([{ tenantId: 'acme', nowMs: START_MS }]);
    expect(log.lines).toEqual([{ ...line, explanation: 'roles of too many tenants were paused within an hour' }]);
  });

  it.each([
    ['in time', 3_600_000, 1],
    ['later', 3_600_001, 0],
  ])('is none an hour after the session ended by itself, %s', async (_, lateMs, writes) => {
    const { pause, state, log } = world(trusted, { nowMs: ended.fenceMs + lateMs });
    await pause();
    expect(state.writes).toBe(writes);
    if (writes === 0) {
      expect(log.lines).toEqual([{ ...line, explanation: 'told too long after the session had ended' }]);
    }
  });

  it('is not asked for, and nobody is told, where there is nothing to pause', async () => {
    const pauseLimit = async () => {
      throw new Error('the limit on pauses was asked');
    };
    const paused = { ...trusted, status: 'quarantined' as const, findings: ['trust.sessionsRevoked' as const] };
    for (const nowMs of [START_MS, START_MS + 86_400_000]) {
      const { pause, log } = world(paused, { pauseLimit, nowMs });
      expect(await pause()).toEqual([]);
      expect(log.lines).toEqual([]);
    }
  });

  it('is tried again where the limit on pauses cannot be read', async () => {
    const pauseLimit = async () => {
      throw new Error('away');
    };
    const { pause, state } = world(trusted, { pauseLimit });
    await expect(pause()).rejects.toThrow('away');
    expect(state.writes).toBe(0);
  });
});

function neverProven(): TenantRole {
  const { verifiedAtMs: _never, ...role } = aRole({ status: 'pending' });
  return role;
}

const reported = { atMs: START_MS, attempt: 1, outcome: 'failed' as const, code: 'job.sessionRevoked' };
const failed = { ...lives.failedByJob, report: reported };

/** The same, its one attempt changed in this. */
function attempted(change: object): object {
  return { ...failed, attempts: failed.attempts.map((attempt) => ({ ...attempt, ...change })) };
}

/** Looks in a ledger that holds this item. */
async function find(item: object | undefined) {
  const asked: GetCommand['input'][] = [];
  const send = async ({ input }: GetCommand) => {
    asked.push(input);
    return item === undefined ? {} : { Item: item };
  };
  const dynamo: Parameters<typeof makeFindEndedSession>[0]['dynamo'] = { send: send as never };
  return { found: await makeFindEndedSession({ dynamo, config: { ledgerTable: 'ledger' } })(failed.recordId), asked };
}

describe('what an issuance says of the end of its session', () => {
  it('is read consistently, in the parts that are needed, without the ticket', async () => {
    const { found, asked } = await find(failed);
    const { tenantId, accountId, roleArn } = failed;
    const { issuedAtMs, fenceMs } = failed.attempts[0] ?? {};
    expect(fenceMs).toBeGreaterThan(issuedAtMs ?? 0);
    expect(found).toEqual({ tenantId, accountId, roleArn, issuedAtMs, fenceMs });
    const needed = ['recordId', 'recordType', 'state', 'tenantId', 'accountId', 'roleArn', 'attempts', 'report'];
    expect(asked).toEqual([
      {
        TableName: 'ledger',
        Key: { recordId: failed.recordId },
        ConsistentRead: true,
        ProjectionExpression: needed.map((name) => `#${name}`).join(', '),
        ExpressionAttributeNames: Object.fromEntries(needed.map((name) => [`#${name}`, name])),
      },
    ]);
  });

  it('is not taken for nothing where it cannot be read', async () => {
    const throttled = Object.assign(new Error('x'), { name: 'ThrottlingException' });
    const findIn = makeFindEndedSession({
      dynamo: { send: () => Promise.reject(throttled) },
      config: { ledgerTable: 'ledger' },
    });
    await expect(findIn(failed.recordId)).rejects.toMatchObject({ code: 'store.busy' });
  });

  it.each<[string, object | undefined]>([
    ['there is none', undefined],
    ['its job failed otherwise', { ...failed, report: { ...reported, code: 'job.failed' } }],
    ['its job wrote no code', lives.failedByJob],
    ['it is still claimed', { ...lives.claimed, report: reported }],
    ['it ended well', { ...lives.completed, report: { ...reported, outcome: 'completed' } }],
    ['it is another record', { ...failed, recordType: 'request' }],
    ['it has no role', { ...failed, roleArn: undefined }],
    ['its report is of an attempt that issued nothing', { ...failed, report: { ...reported, attempt: 2 } }],
    ['its attempt does not say when it was issued', attempted({ issuedAtMs: undefined })],
    ['its attempt does not say when it ends', attempted({ fenceMs: undefined })],
    ['its tenant cannot be', { ...failed, tenantId: 'binding#x' }],
  ])('is nothing where %s', async (_, item) => {
    expect((await find(item)).found).toBeUndefined();
  });
});
