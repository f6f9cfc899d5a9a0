import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { BROKER_ACCOUNT } from '../../support/a-tenant.ts';
import { onDemandWorld, SUPPORT } from '../../support/on-demand-world.ts';
import { plainDetail } from '../../support/queue-message.ts';
import { urlEvent } from '../../support/url-event.ts';

describe('a request by Invoke', () => {
  it('is of the requester whose alias was invoked', async () => {
    const world = onDemandWorld();
    const answer = await world.invoke(plainDetail);
    expect(answer).toEqual({ requestId: expect.stringMatching(/^req_/) });
    await world.deliver();
    expect(world.requests()).toMatchObject([
      {
        recordId: answer.requestId,
        requester: 'billing',
        decision: 'allowed',
        origin: { kind: 'invoke', alias: 'billing', requestId: 'invocation-1' },
      },
    ]);
  });

  it('that waits is given the outcome as its value', async () => {
    const world = onDemandWorld();
    expect(await world.invoke({ ...plainDetail, wait: 5 })).toMatchObject({
      decision: 'allowed',
      issuances: [{ accountId: '222222222222', state: 'issued' }],
    });
  });

  it('that Lambda repeats is the same request', async () => {
    const world = onDemandWorld();
    const first = await world.invoke(plainDetail, { requestId: 'the-same' });
    expect(await world.invoke(plainDetail, { requestId: 'the-same' })).toEqual(first);
    await world.deliver();
    expect(world.requests()).toHaveLength(1);
  });

  it.each(['other', '1', '$LATEST', 'Billing', 'constructor'])('by the alias %s is of nobody', async (alias) => {
    const world = onDemandWorld();
    const answer = await world.invoke({ ...plainDetail, wait: 5 }, { alias });
    expect(answer).toMatchObject({ error: { code: 'requester.notAllowed' } });
    await world.deliver();
    expect(world.requests()).toMatchObject([{ requester: 'unrecognised', decision: 'refused' }]);
    expect(world.calls.assumed).toEqual([]);
  });

  it('without an alias is refused at once, and goes on record', async () => {
    const world = onDemandWorld({ queue: 'holds' });
    const before = world.clock.nowMs();
    const answer = await world.invoke({ ...plainDetail, wait: 25 }, { alias: '' });
    expect(answer).toMatchObject({ error: { code: 'requester.notAllowed' }, requestId: expect.any(String) });
    expect(world.clock.nowMs()).toBe(before);
    await world.deliver();
    expect(world.requests()).toMatchObject([
      { recordId: answer.requestId, refusal: { reason: 'requester.notAllowed' } },
    ]);
  });

  it('says the same of a tenant that there is not and of one that is not theirs', async () => {
    const texts = [];
    for (const [tenantId, alias] of [
      ['no-such-tenant', 'billing'],
      ['globex', 'billing'],
      ['acme', 'other'],
      ['acme', ''],
    ] as const) {
      const answer = await onDemandWorld().invoke({ ...plainDetail, tenantId, wait: 5 }, { alias });
      texts.push(JSON.stringify({ ...answer, requestId: '' }));
    }
    expect(new Set(texts).size).toBe(1);
  });

  const invented = { requestContext: { authorizer: { iam: { accountId: BROKER_ACCOUNT, userArn: SUPPORT } } } };
  it.each<[string, unknown]>([
    ['beside the detail', { ...plainDetail, ...invented }],
    ['around it', urlEvent({ method: 'POST', path: '/requests', body: plainDetail, caller: SUPPORT })],
    [
      'in the words of the queue',
      { brokerRecord: 'onDemand', origin: { kind: 'invoke', alias: 'other' }, detail: plainDetail },
    ],
    [
      'in the words of EventBridge',
      { version: '0', source: 'com.example.scans', account: BROKER_ACCOUNT, detail: plainDetail },
    ],
  ])('is nobody else by what its payload says, %s', async (_, payload) => {
    const world = onDemandWorld();
    expect(await world.invoke(payload)).toHaveProperty('error');
    await world.deliver();
    expect(world.requests()).toMatchObject([
      { requester: 'billing', decision: 'refused', origin: { alias: 'billing' } },
    ]);
    expect(world.calls.assumed).toEqual([]);
  });

  it.each([26, -1, 0.5, '5', null, Number.NaN])('that waits for %j is refused', async (wait) => {
    const world = onDemandWorld();
    expect(await world.invoke({ ...plainDetail, wait })).toMatchObject({ error: { code: 'request.fieldNotAllowed' } });
  });

  it.each([null, 'text', 1, []])('that is %j is refused', async (payload) => {
    expect(await onDemandWorld().invoke(payload)).toMatchObject({ error: { code: 'request.malformed' } });
  });

  it('throws when the queue is away, so that Lambda repeats it', async () => {
    const world = onDemandWorld({ away: { queue: new BrokerError('store.unavailable', 'the queue is away') } });
    await expect(world.invoke(plainDetail)).rejects.toMatchObject({ code: 'store.unavailable' });
  });
});
