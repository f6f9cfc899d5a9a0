import { describe, expect, it } from 'vitest';
import type { Message } from '../../../lib/broker/broker-dependencies.ts';
import { makeRunJob } from '../../../lib/broker/run-job.ts';
import type { HeldBack, PermitUse, Workload } from '../../../lib/limits/limits.ts';
import { brokerRecordBody } from '../../../lib/requests/broker-record.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';
import { aRequest } from '../../support/an-issuance.ts';
import { brokerIn, plainWorld, type World } from '../../support/broker-world.ts';
import { runJobEvent } from '../../support/queue-message.ts';

const heldBack: HeldBack = { code: 'tenant.rateLimited', explanation: 'not now' };
const ours = '222222222222';
const theirs = '333333333333';

/** The pipeline with its queue left out: what becomes of one message, and of the permits that it took. */
function world(change: Partial<World> = {}, isHeldBack = false) {
  const { dependencies, calls, ledger } = brokerIn({ ...plainWorld, ...change });
  const plain = dependencies();
  const workloads: Workload[] = [];
  const released: PermitUse[] = [];
  const acquire = async (asked: Workload) => {
    workloads.push(asked);
    const release = async (how: PermitUse) => void released.push(how);
    return isHeldBack ? { heldBack, release } : { release };
  };
  const runJob = makeRunJob({ ...plain, limits: { ...plain.limits, acquire } });
  const run = (body: string, remainingMs = 30_000) => {
    const message: Message = { messageId: 'm', body, receiveCount: 1, remainingMs: () => remainingMs };
    return runJob(message).catch((error: unknown) => ({ error }));
  };
  return { run, calls, ledger, workloads, released };
}

describe('a request from the queue', () => {
  it.each([
    ['is done with once its job is handed over', {}, 30_000, 'settled', { calls: 1, goesBack: false }],
    ['is done with once its refusal is on record', { tenants: [] }, 30_000, 'settled', { calls: 0, goesBack: false }],
    ['comes again where too little time is left', {}, 0, 'again', { calls: 0, goesBack: true }],
  ] as const)('%s, and releases its permit accordingly', async (_what, change, remainingMs, outcome, leaving) => {
    const { run, released } = world(change);
    expect(await run(runJobEvent(), remainingMs)).toBe(outcome);
    expect(released).toEqual([leaving]);
  });

  it('is done with, and releases its permit, once a message was sent for each of many accounts', async () => {
    const accountIds = Array.from({ length: 26 }, (_, index) => String(222_222_222_222 + index));
    const { run, calls, released } = world({
      tenants: [aTenant({ roles: accountIds.map((accountId) => aRole({ accountId })) })],
    });
    expect(await run(runJobEvent())).toBe('settled');
    expect(calls.queued).toHaveLength(26);
    expect(released).toEqual([{ calls: 0, goesBack: false }]);
  });

  it('is done with where its id was taken by another payload', async () => {
    const { run, calls } = world();
    await run(runJobEvent());
    expect(await run(runJobEvent({ detail: { reason: 'other' } }))).toBe('settled');
    expect(calls.invoked).toHaveLength(1);
  });

  it.each([
    ['refused, whatever accounts stand in it', { decision: 'refused' }],
    ['allowed, with no accounts', { accountIds: undefined }],
  ])('enters nothing where it is on record as %s', async (_what, change) => {
    const { run, ledger, calls } = world();
    const tooLittleTime = 0;
    await run(runJobEvent(), tooLittleTime);
    const [[recordId, record] = ['', {}]] = [...ledger.items];
    ledger.items.set(recordId, withoutUndefined({ ...record, ...change }));
    expect(await run(runJobEvent())).toBe('settled');
    expect([calls.assumed, calls.invoked]).toEqual([[], []]);
    expect([...ledger.items.keys()]).toEqual([recordId]);
  });
});

describe('the message for one account of a large request', () => {
  const { recordId: requestId } = aRequest('one');
  const message = (accountId: string = ours) => brokerRecordBody({ brokerRecord: 'account', requestId, accountId });

  it('is carried to the job of that account alone, under a permit for one call of its tenant', async () => {
    const { run, ledger, calls, workloads, released } = world();
    await ledger.recordRequest(aRequest('one', { accountIds: [ours, '444444444444'] }));
    expect(await run(message())).toBe('settled');
    expect(calls.invoked).toHaveLength(1);
    expect(workloads).toEqual([{ tenantId: 'acme', calls: 1 }]);
    expect(released).toEqual([{ calls: 1, goesBack: false }]);
  });

  it.each([
    ['there is no such request', undefined, ours],
    ['the request is refused', aRequest('one', { decision: 'refused' }), ours],
    ['the request has no accounts', withoutUndefined({ ...aRequest('one'), accountIds: undefined }), ours],
    ['the account is not one of its own', aRequest('one'), theirs],
  ])('is done with, and takes no permit, where %s', async (_what, record, accountId) => {
    const { run, ledger, calls, workloads } = world();
    if (record !== undefined) ledger.items.set(requestId, record);
    expect(await run(message(accountId))).toBe('settled');
    expect([workloads, calls.registry, calls.assumed]).toEqual([[], [], []]);
  });

  it('is held back where there is no permit, with nothing opened', async () => {
    const { run, ledger, calls } = world({}, true);
    await ledger.recordRequest(aRequest('one'));
    expect(await run(message())).toMatchObject({ error: { code: 'tenant.rateLimited' } });
    expect([ledger.items.size, calls.assumed]).toEqual([1, []]);
  });

  it('comes again, and says so of its permit, where too little time is left', async () => {
    const { run, ledger, released } = world();
    await ledger.recordRequest(aRequest('one'));
    expect(await run(message(), 0)).toBe('again');
    expect(released).toEqual([{ calls: 0, goesBack: true }]);
  });
});

describe('what else is on the queue', () => {
  it('is done with: what nobody can read, on record', async () => {
    const { run, ledger } = world();
    expect(await run('no JSON')).toBe('settled');
    expect([...ledger.items.values()]).toMatchObject([{ decision: 'refused' }]);
  });

  it('is done with: the order of a probe, once it is made', async () => {
    const role = aRole();
    const { run, calls } = world({ mode: 'dedicated', tenants: [aTenant({ tenant: { externalIds: undefined } })] });
    const { accountId, roleArn } = role;
    const order = { probeId: `probe_${'a'.repeat(32)}`, tenantId: 'acme', accountId, roleArn };
    expect(await run(brokerRecordBody({ brokerRecord: 'probe', ...order }))).toBe('settled');
    expect(calls.probesMade).toMatchObject([{ probeId: order.probeId }]);
  });
});

function withoutUndefined(members: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}
