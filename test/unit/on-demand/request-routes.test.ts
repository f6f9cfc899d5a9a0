import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { aTenant } from '../../support/a-tenant.ts';
import { onDemandWorld } from '../../support/on-demand-world.ts';
import { plainDetail } from '../../support/queue-message.ts';

const REQUEST_ID = /^req_[a-z2-7]{32}$/;

describe('a request over HTTP', () => {
  it('is accepted at once, and goes on record as of the role that signed', async () => {
    const world = onDemandWorld();
    const { statusCode, body } = await world.call({ body: plainDetail });
    expect({ statusCode, body }).toEqual({ statusCode: 202, body: { requestId: expect.stringMatching(REQUEST_ID) } });
    expect(world.requests()).toEqual([]);
    await world.deliver();
    expect(world.requests()).toMatchObject([
      {
        recordId: body.requestId,
        requester: 'support',
        decision: 'allowed',
        origin: {
          kind: 'functionUrl',
          account: '111111111111',
          principalArn: 'arn:aws:iam::111111111111:role/support-tool',
          requestId: 'invocation-1',
        },
      },
    ]);
  });

  it('that waits is told what became of each account', async () => {
    const roles = [...aTenant().roles, ...aTenant({ accountId: '222222222223', roles: [] }).roles];
    const world = onDemandWorld({ world: { tenants: [aTenant({ roles })] } });
    const detail = { ...plainDetail, accountIds: ['222222222222', '222222222229'] };
    const { statusCode, body } = await world.call({ body: detail, query: 'wait=5' });
    expect(statusCode).toBe(200);
    expect(body).toEqual({
      requestId: expect.stringMatching(REQUEST_ID),
      decision: 'allowed',
      issuances: [
        { issuanceId: expect.stringMatching(/^scan-account\./), accountId: '222222222222', state: 'issued' },
        {
          issuanceId: expect.stringMatching(/^scan-account\./),
          accountId: '222222222229',
          state: 'refused',
          code: 'account.unknown',
          explanation: 'the tenant has not connected this account',
        },
      ],
    });
  });

  it('that waits for nothing is told what there is, when its time is up', async () => {
    const world = onDemandWorld({ queue: 'holds' });
    const before = world.clock.nowMs();
    expect(await world.call({ body: plainDetail, query: 'wait=25' })).toMatchObject({ statusCode: 202 });
    expect(world.clock.nowMs() - before).toBe(25_000);
  });

  it('waits no longer than its function may run', async () => {
    const world = onDemandWorld({ queue: 'holds' });
    const before = world.clock.nowMs();
    await world.call({ body: plainDetail, query: 'wait=25', remainingMs: 9_000 });
    expect(world.clock.nowMs() - before).toBe(7_000);
  });

  it('has waited for a slow queue too, and is answered before its function ends', async () => {
    const world = onDemandWorld({ queue: 'holds', sendTakesMs: 6_500 });
    const before = world.clock.nowMs();
    expect(await world.call({ body: plainDetail, query: 'wait=25' })).toMatchObject({ statusCode: 202 });
    expect(world.clock.nowMs() - before).toBe(25_000);
  });

  it('repeated under its key is the same request, by whichever session of the role', async () => {
    const world = onDemandWorld();
    const detail = { ...plainDetail, idempotencyKey: 'ticket-1' };
    const first = await world.call({ body: detail, query: 'wait=1' });
    const reordered = Object.fromEntries(Object.entries(detail).reverse());
    const again = await world.call({
      body: reordered,
      query: 'wait=1',
      caller: 'arn:aws:sts::111111111111:assumed-role/support-tool/john',
    });
    expect(again).toEqual(first);
    await world.deliver();
    expect(world.requests()).toHaveLength(1);
    expect(world.calls.assumed).toHaveLength(1);
  });

  it('under a key that was used for another is a conflict, on record', async () => {
    const world = onDemandWorld();
    await world.call({ body: { ...plainDetail, idempotencyKey: 'k' }, query: 'wait=1' });
    const other = { ...plainDetail, idempotencyKey: 'k', reason: 'another' };
    const { statusCode, body } = await world.call({ body: other, query: 'wait=1' });
    expect({ statusCode, code: body.error.code }).toEqual({ statusCode: 409, code: 'request.idConflict' });
    await world.deliver();
    expect(world.requests().find(({ recordId }) => recordId === body.requestId)).toMatchObject({
      decision: 'refused',
      refusal: { reason: 'request.idConflict' },
    });
  });
});

describe('a refusal', () => {
  const strangers = [
    'arn:aws:sts::111111111111:assumed-role/other/jane',
    'arn:aws:sts::111111111111:assumed-role/support-tool2/jane',
    'arn:aws:iam::111111111111:user/support-tool',
    'arn:aws:iam::111111111111:root',
    'arn:aws:sts::222222222222:assumed-role/support-tool/jane',
  ];

  it('says the same of a tenant that there is not, one that is not theirs, and to a stranger', async () => {
    const asked = [
      { tenantId: 'no-such-tenant' },
      { tenantId: 'globex' },
      { tenantId: 'never-heard-of' },
      ...strangers.map((caller) => ({ tenantId: 'acme', caller })),
    ];
    const answers = [];
    for (const { tenantId, ...who } of asked) {
      const world = onDemandWorld();
      const { statusCode, body } = await world.call({ body: { ...plainDetail, tenantId }, query: 'wait=5', ...who });
      const { requestId, ...rest } = body;
      expect(requestId).toMatch(REQUEST_ID);
      expect(world.requests()).toMatchObject([{ decision: 'refused' }]);
      expect(world.calls.assumed).toEqual([]);
      answers.push(JSON.stringify({ statusCode, ...rest }));
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('403');
    expect(answers[0]).toContain('requester.notAllowed');
  });

  it('keeps the truth in the ledger', async () => {
    const world = onDemandWorld();
    await world.call({ body: { ...plainDetail, tenantId: 'no-such-tenant' }, query: 'wait=5' });
    expect(world.requests()).toMatchObject([{ requester: 'support', refusal: { reason: 'tenant.unknown' } }]);
  });

  it.each([
    [
      'a tenant that is suspended',
      { switchedOff: [{ switchId: 'tenant#acme', sinceMs: 0 }] },
      {},
      409,
      'tenant.suspended',
    ],
    ['everything switched off', { switchedOff: [{ switchId: 'global', sinceMs: 0 }] }, {}, 503, 'switch.off'],
    ['a job that there is not', {}, { job: 'evil' }, 400, 'job.unknown'],
    ['a job that is not enabled', {}, { job: 'process-logs' }, 409, 'job.notEnabled'],
    ['too many hops', {}, { hops: 4 }, 409, 'request.hopLimit'],
  ] as const)('tells a requester of %s', async (_, changes, detail, status, code) => {
    const world = onDemandWorld({ world: changes as object });
    const { statusCode, body } = await world.call({ body: { ...plainDetail, ...detail }, query: 'wait=5' });
    expect({ status: statusCode, code: body.error.code }).toEqual({ status, code });
    expect(body.error.whatToDo).not.toBe('');
  });

  it.each<[string, unknown, number, string]>([
    ['a missing field', { version: 1, job: 'scan-account' }, 400, 'request.fieldInvalid'],
    ['an unknown key', { ...plainDetail, tenantID: 'x' }, 400, 'request.fieldNotAllowed'],
    ['a reserved key', '{"version":1,"__proto__":{}}', 400, 'request.fieldNotAllowed'],
    ['another version', { ...plainDetail, version: 2 }, 400, 'request.versionUnsupported'],
    ['a tenant id in capitals', { ...plainDetail, tenantId: 'ACME' }, 400, 'tenant.idInvalid'],
    ['a list', [], 400, 'request.malformed'],
    ['depth', { ...plainDetail, input: JSON.parse('['.repeat(9) + ']'.repeat(9)) }, 413, 'request.tooLarge'],
    [
      'many keys',
      { ...plainDetail, input: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`k${n}`, n])) },
      413,
      'request.tooLarge',
    ],
  ])('of an illegible body, with %s, comes at once and goes on record', async (_, body, status, code) => {
    const world = onDemandWorld();
    const answer = await world.call({ body, query: 'wait=25' });
    expect({ status: answer.statusCode, code: answer.body.error.code }).toEqual({ status, code });
    await world.deliver();
    expect(world.requests()).toMatchObject([
      { requester: 'support', decision: 'refused', refusal: { reason: code }, origin: { kind: 'functionUrl' } },
    ]);
  });

  it.each<[string, string, number, string]>([
    ['no JSON', '{"version":', 400, 'request.malformed'],
    ['nothing', '', 400, 'request.malformed'],
    ['too much', `"${'x'.repeat(65_536)}"`, 413, 'request.tooLarge'],
    ['what the queue could not take', `{"x":"${'x'.repeat(65_400)}"}`, 413, 'request.tooLarge'],
    ['a depth that nobody could write again', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 413, 'request.tooLarge'],
  ])('of %s comes at once, and nothing goes to the queue', async (_, body, status, code) => {
    const world = onDemandWorld();
    const answer = await world.call({ body });
    expect({ status: answer.statusCode, code: answer.body.error?.code }).toEqual({ status, code });
    expect(world.sent).toEqual([]);
    expect(world.told.lines).toMatchObject([{ transition: 'url.refused', code }]);
  });

  it.each(['wait=26', 'wait=-1', 'wait=1.5', 'wait=', 'wait=x', 'wait=1&wait=2', 'until=5'])(
    'of the query %s comes before anything is asked',
    async (query) => {
      const world = onDemandWorld();
      expect(await world.call({ body: plainDetail, query })).toMatchObject({ statusCode: 400 });
      expect(world.sent).toEqual([]);
    },
  );

  it.each([
    ['GET', '/requests', 405],
    ['POST', '/', 404],
    ['POST', '/requests/', 404],
  ])('of %s %s is %d', async (method, path, statusCode) => {
    expect(await onDemandWorld().call({ method, path })).toMatchObject({ statusCode });
  });
});

describe('what breaks', () => {
  it('is told as such, when the queue is away', async () => {
    const world = onDemandWorld({ away: { queue: new BrokerError('store.unavailable', 'the queue is away') } });
    const { statusCode, body } = await world.call({ body: plainDetail });
    expect({ statusCode, code: body.error.code }).toEqual({ statusCode: 503, code: 'store.unavailable' });
  });

  it('is accepted all the same, when the ledger is away after the request went on its way: to ask again would run it twice', async () => {
    const world = onDemandWorld({ away: { ledger: new BrokerError('store.busy', 'the ledger is busy') } });
    const { statusCode, body } = await world.call({ body: plainDetail, query: 'wait=1' });
    expect({ statusCode, body }).toEqual({ statusCode: 202, body: { requestId: expect.stringMatching(/^req_/) } });
    await world.deliver();
    expect(world.requests().map(({ recordId }) => recordId)).toEqual([body.requestId]);
    expect(world.told.lines).toContainEqual({
      transition: 'request.outcomeUnread',
      requestId: body.requestId,
      code: 'store.busy',
      explanation: 'the ledger is busy',
    });
  });
});
