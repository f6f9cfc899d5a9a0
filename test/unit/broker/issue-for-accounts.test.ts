import { describe, expect, it } from 'vitest';
import { afterIntent, issueForAccounts } from '../../../lib/broker/issue-for-accounts.ts';
import { BrokerError } from '../../../lib/errors.ts';
import { scanAccountJob } from '../../../lib/jobs/scan-account.job.ts';
import type { Ledger } from '../../../lib/ledger/ledger.ts';
import type { RequestRecord } from '../../../lib/ledger/request-record.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';
import { anIntended, aRequest } from '../../support/an-issuance.ts';
import { brokerIn, plainWorld } from '../../support/broker-world.ts';
import { gate } from '../../support/faulty-world/process.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';

const away = new BrokerError('store.unavailable', 'away');

function accounts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(222_222_222_222 + index));
}

function tenantWith(accountIds: readonly string[]) {
  return aTenant({ roles: accountIds.map((accountId) => aRole({ accountId })) });
}

async function statesByAccount(world: FaultyWorld): Promise<Record<string, string>> {
  const issuances = await world.issuances();
  return Object.fromEntries(issuances.map(({ accountId, state }) => [accountId, state]));
}

describe('a large request', () => {
  it('becomes one message for each account above 25', async () => {
    const world = await faultyWorld({ tenants: [tenantWith(accounts(26))] });
    const { body } = world.ask();
    await world.pump();
    expect(world.queue.messages).toHaveLength(26);
    expect(world.sts.asked).toEqual([]);
    world.queue.add(body);
    await world.settle();
    expect(new Set(Object.values(await statesByAccount(world)))).toEqual(new Set(['completed']));
    expect(world.sts.minted).toHaveLength(26);
    expect(await world.violations()).toEqual([]);
  });

  it('is worked on in place up to 25', async () => {
    const world = await faultyWorld({ tenants: [tenantWith(accounts(25))] });
    world.ask();
    await world.pump();
    expect(world.queue.messages).toEqual([]);
    expect(world.sts.minted).toHaveLength(25);
  });

  it('loses no account when the broker dies while it sends them', async () => {
    const world = await faultyWorld({ tenants: [tenantWith(accounts(40))] });
    world.ask();
    world.faults.breakAt('sqs.send', ...Array.from({ length: 17 }, () => 'ok' as const), 'crashAfter');
    await world.pump();
    await world.settle();
    expect(Object.keys(await statesByAccount(world))).toHaveLength(40);
    expect(world.sts.minted).toHaveLength(40);
    expect(await world.violations()).toEqual([]);
  });

  it('sends several at a time: one that is slow does not hold up the rest', async () => {
    const world = await faultyWorld({ tenants: [tenantWith(accounts(40))] });
    const slow = gate();
    world.ask();
    world.faults.breakAt('sqs.send', { stall: slow });
    const run = await world.pump();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(world.queue.messages.filter(({ body }) => body.includes('brokerRecord'))).toHaveLength(39);
    slow.open();
    expect(await run?.finally).toMatchObject({ end: 'done', result: { batchItemFailures: [] } });
  });

  it('comes again as a whole when one account cannot be sent', async () => {
    const world = await faultyWorld({ tenants: [tenantWith(accounts(40))] });
    world.ask();
    world.faults.breakAt('sqs.send', 'ok', 'ok', 'loseRequest');
    expect((await world.pump())?.now).toMatchObject({ result: { batchItemFailures: [{}] } });
    await world.settle();
    expect(world.sts.minted).toHaveLength(40);
    expect(await world.violations()).toEqual([]);
  });

  it('takes no message for an account that was not frozen into it', async () => {
    const world = await faultyWorld({ tenants: [tenantWith(accounts(26))] });
    world.ask();
    await world.settle();
    const [request] = await world.requests();
    const strange = { brokerRecord: 'account', requestId: request?.recordId, accountId: '888888888888' };
    const calls = world.sites().length;
    await world.handle([world.queue.add(JSON.stringify(strange))]);
    expect(world.sites().slice(calls)).toEqual(['ledger.read']);
  });
});

describe('accounts that may not be entered', () => {
  it('are refused on record while the others run', async () => {
    const [one = '', two = '', three = ''] = accounts(3);
    const roles = [
      aRole({ accountId: one }),
      aRole({ accountId: two, status: 'pending' }),
      aRole({ accountId: three }),
    ];
    const world = await faultyWorld({ tenants: [aTenant({ roles })] });
    world.ask();
    await world.settle();
    expect(await statesByAccount(world)).toEqual({ [one]: 'completed', [two]: 'refused', [three]: 'completed' });
    const refused = (await world.issuances()).find(({ state }) => state === 'refused');
    expect(refused).toMatchObject({ refusal: { reason: 'account.notVerified' }, attempt: 0, attempts: [] });
    expect(world.sts.asked).toHaveLength(2);
    expect(await world.violations()).toEqual([]);
  });

  it('stay refused when the message comes again after they became trusted', async () => {
    const accountId = '222222222222';
    const world = await faultyWorld({ tenants: [aTenant({ roles: [aRole({ accountId, status: 'pending' })] })] });
    const { body } = world.ask();
    await world.drain();
    await world.connect(aTenant());
    world.queue.add(body);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'refused' });
    expect(world.sts.asked).toEqual([]);
  });
});

describe('a message that is delivered again', () => {
  it('opens the accounts that were not reached when the broker died between them', async () => {
    const world = await faultyWorld({ tenants: [tenantWith(accounts(3))] });
    world.ask();
    world.faults.breakAt('ledger.intended', 'ok', 'crashBefore');
    expect((await world.pump())?.now).toEqual({ end: 'died' });
    expect(await world.issuances()).toHaveLength(1);
    await world.settle();
    expect(Object.values(await statesByAccount(world))).toEqual(['completed', 'completed', 'completed']);
    expect(await world.violations()).toEqual([]);
  });

  it('means the accounts that were frozen, not those connected since', async () => {
    const world = await faultyWorld({ tenants: [tenantWith(accounts(2))] });
    world.ask();
    world.faults.breakAt('ledger.request', 'crashAfter');
    await world.pump();
    await world.connect(tenantWith(accounts(3)));
    await world.settle();
    expect(Object.keys(await statesByAccount(world)).sort()).toEqual(accounts(2));
    expect(await world.violations()).toEqual([]);
  });

  it('is decided again for each account: what was frozen opens no door that has been shut', async () => {
    const world = await faultyWorld();
    world.ask();
    world.faults.breakAt('ledger.request', 'crashAfter');
    await world.pump();
    await world.suspend();
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'refused', refusal: { reason: 'tenant.suspended' } });
    expect(world.sts.asked).toEqual([]);
    expect(await world.violations()).toEqual([]);
  });

  it('stays refused when it was, and leaves one record', async () => {
    const world = await faultyWorld({ tenants: [] });
    const { body } = world.ask();
    await world.drain();
    await world.connect(aTenant());
    world.queue.add(body);
    world.queue.add(body);
    await world.settle();
    expect(await world.requests()).toMatchObject([{ decision: 'refused', refusal: { reason: 'tenant.unknown' } }]);
    expect(await world.issuances()).toEqual([]);
    expect(world.sites().filter((site) => /^(sts|kms|lambda)/.test(site))).toEqual([]);
  });
});

describe('what breaks once an intent is on record', () => {
  const { recordId } = anIntended('one');

  it.each<[string, () => Promise<void>, object[]]>([
    ['tells of nothing where nothing does', async () => undefined, []],
    [
      'is the sweeper’s, where it may be tried again',
      () => Promise.reject(new BrokerError('store.busy', 'throttled')),
      [{ transition: 'issuance.interrupted', issuanceId: recordId, code: 'store.busy', explanation: 'throttled' }],
    ],
  ])('%s', async (_what, issue, lines) => {
    const log = recordedTransitions();
    await afterIntent({ recordId }, issue, { log });
    expect(log.lines).toEqual(lines);
  });

  it.each([
    ['of which a retry is no cure', new BrokerError('store.itemInvalid', 'an item')],
    ['of ours', new TypeError('a bug')],
    ['that only looks like one', Object.assign(new Error('x'), { retryable: true, code: 'store.busy' })],
  ])('stays an error, where it is one %s', async (_what, error) => {
    const log = recordedTransitions();
    await expect(afterIntent({ recordId }, () => Promise.reject(error), { log })).rejects.toBe(error);
    expect(log.lines).toEqual([]);
  });
});

describe('the accounts of a request', () => {
  const [one = '', two = ''] = accounts(2);

  /** A request for these accounts, worked on with so much time left whenever that is asked. */
  async function issue(
    accountIds: readonly string[],
    { request = {}, ledger = {}, timesLeftMs = [] }: IssueChange = {},
  ): Promise<{ outcome: unknown; assumed: number; invoked: number }> {
    const { calls, dependencies } = brokerIn(plainWorld);
    const plain = dependencies();
    const facts = {
      detail: { version: 1, tenantId: 'acme', job: 'scan-account' },
      requester: plainWorld.requesters[0],
      job: scanAccountJob,
      reading: tenantWith(accountIds),
      switchedOff: [],
    } as const;
    const times = [...timesLeftMs];
    const message = { messageId: 'm', body: '', receiveCount: 1, remainingMs: () => times.shift() ?? 30_000 };
    const outcome = await issueForAccounts({ request: aRequest('one', request), accountIds, facts }, message, {
      ...plain,
      ledger: { ...plain.ledger, ...ledger },
    }).catch((error: unknown) => ({ error }));
    return { outcome, assumed: calls.assumed.length, invoked: calls.invoked.length };
  }

  it.each<[string, readonly string[], IssueChange, unknown, number]>([
    ['are entered, and the message is done with', [one, two], {}, 'settled', 2],
    ['are none of a job’s where they are for a caller', [one], { request: { delivery: 'caller' } }, 'settled', 0],
    ['come again where too little time is left', [one], { timesLeftMs: [0] }, 'again', 0],
    ['come again where there is time for the first only', [one, two], { timesLeftMs: [30_000, 0] }, 'again', 1],
    ['come again where there is time for the last only', [one, two], { timesLeftMs: [0, 30_000] }, 'again', 1],
    ['are left to whoever opened them', [one], { ledger: { open: async () => false } }, 'settled', 0],
    [
      'fail where no intent can be written',
      [one],
      { ledger: { open: () => Promise.reject(away) } },
      { error: away },
      0,
    ],
  ])('%s', async (_what, accountIds, change, outcome, issued) => {
    expect(await issue(accountIds, change)).toEqual({ outcome, assumed: issued, invoked: issued });
  });
});

type IssueChange = {
  readonly request?: Partial<RequestRecord>;
  readonly ledger?: Partial<Ledger>;
  readonly timesLeftMs?: readonly number[];
};
