import { describe, expect, it } from 'vitest';
import { aRole, aTenant } from '../support/a-tenant.ts';
import { brokerIn, plainWorld } from '../support/broker-world.ts';
import { runJobEvent } from '../support/queue-message.ts';

async function delivered(body: string) {
  const broker = brokerIn(plainWorld);
  expect(await broker.deliver(body)).toBe('settled');
  return broker;
}

describe('the same request twice', () => {
  it('is one request and one issuance, however often its message comes', async () => {
    const broker = await delivered(runJobEvent());
    for (const id of ['message-1', 'message-2', 'message-3'])
      expect(await broker.deliver(runJobEvent(), id)).toBe('settled');
    expect(broker.calls.assumed).toHaveLength(1);
    expect(broker.ledger.items.size).toBe(2);
  });

  it('means the accounts that were frozen, each decided again by what holds when it is issued', async () => {
    // Too little time is left to begin: the request is recorded and its message comes again.
    const broker = brokerIn(plainWorld);
    expect(await broker.deliver(runJobEvent(), 'message-1', 11_999)).toBe('again');
    expect([...broker.ledger.items.values()]).toMatchObject([{ decision: 'allowed', accountIds: ['222222222222'] }]);
    const roles = [
      aRole({ status: 'quarantined', findings: ['trust.noExternalIdAccepted'] }),
      aRole({ accountId: '444444444444' }),
    ];
    broker.become({ ...plainWorld, tenants: [aTenant({ roles })] });
    expect(await broker.deliver(runJobEvent())).toBe('settled');
    const records = [...broker.ledger.items.values()];
    expect(records).toMatchObject([
      { decision: 'allowed' },
      { accountId: '222222222222', state: 'refused', refusal: { reason: 'trust.unsafe' } },
    ]);
    expect(broker.calls).toMatchObject({ assumed: [], dataKeys: [], invoked: [] });
  });

  it('is refused for its accounts when the whole is forbidden meanwhile', async () => {
    const broker = brokerIn(plainWorld);
    await broker.deliver(runJobEvent(), 'message-1', 0);
    const switchedOff = [{ switchId: 'tenant#acme', sinceMs: 1, by: 'operator', reason: 'r' }];
    broker.become({ ...plainWorld, switchedOff });
    expect(await broker.deliver(runJobEvent())).toBe('settled');
    expect([...broker.ledger.items.values()][1]).toMatchObject({ refusal: { reason: 'tenant.suspended' } });
    expect(broker.calls).toMatchObject({ assumed: [], dataKeys: [], invoked: [] });
  });

  it('is one request when two events bear the same idempotency key of the same requester', async () => {
    const body = (id: string) => runJobEvent({ envelope: { id }, detail: { idempotencyKey: 'nightly-1' } });
    const broker = await delivered(body('event-1'));
    expect(await broker.deliver(body('event-2'), 'message-2')).toBe('settled');
    expect(broker.calls.invoked).toHaveLength(1);
    expect(broker.ledger.items.size).toBe(2);
  });

  it('is two requests when the key is of two requesters', async () => {
    const detail = { idempotencyKey: 'nightly-1', tenantId: 'globex' };
    const broker = await delivered(runJobEvent({ detail }));
    await broker.deliver(runJobEvent({ envelope: { source: 'com.example.logs' }, detail }), 'message-2');
    expect(broker.calls.invoked).toHaveLength(2);
  });

  it.each([
    ['event id', {}],
    ['idempotency key', { idempotencyKey: 'nightly-1' }],
  ])('is refused as a conflict when the %s bears another payload', async (_, detail) => {
    const broker = await delivered(runJobEvent({ detail }));
    const other = runJobEvent({ detail: { ...detail, tenantId: 'globex' } });
    expect(await broker.deliver(other, 'message-2')).toBe('settled');
    expect(broker.calls.invoked.map(({ context }) => context.tenantId)).toEqual(['acme']);
    const conflicts = () => [...broker.ledger.items.values()].filter((record) => record['decision'] === 'refused');
    expect(conflicts()).toMatchObject([{ tenantId: 'globex', refusal: { reason: 'request.idConflict' } }]);
    expect(conflicts()[0]).toHaveProperty(
      'refusal.explanation',
      expect.stringMatching(/[0-9a-f]{12} here, [0-9a-f]{12} before/),
    );
    await broker.deliver(other, 'message-3');
    expect(conflicts()).toHaveLength(1);
    expect(broker.calls.invoked).toHaveLength(1);
  });
});
