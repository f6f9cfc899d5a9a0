import { describe, expect, it } from 'vitest';
import type { Job } from '../../../lib/jobs/job.ts';
import { scanAccountJob } from '../../../lib/jobs/scan-account.job.ts';
import { type DecisionFacts, type DecisionRules, decideAgain, decideRequest } from '../../../lib/requests/decide.ts';
import type { RequestOrigin } from '../../../lib/requests/request.ts';
import type { Requester } from '../../../lib/requests/requester.ts';
import type { Tenant } from '../../../lib/tenants/tenant.ts';
import { aRole, aTenant, roleArnRules } from '../../support/a-tenant.ts';
import { START_MS } from '../../support/frozen-clock.ts';

const rules: DecisionRules = {
  mode: 'shared',
  roleArnRules,
  maximumAgeMs: 86_400_000,
  maximumFutureMs: 300_000,
  maximumHops: 3,
};
const requester: Requester = {
  name: 'scans',
  recognisedBy: { event: { source: 'com.example.scans' } },
  jobs: ['scan-account'],
  tenants: ['acme'],
};
const event: RequestOrigin = {
  kind: 'event',
  account: '111111111111',
  source: 'com.example.scans',
  eventId: 'event-1',
  timeMs: START_MS,
};
const onDemand: RequestOrigin = { kind: 'invoke', alias: 'scans', requestId: 'r', timeMs: START_MS };
const openWindow = { sinceMs: START_MS, untilMs: START_MS + 3_600_000, by: 'operator', reason: 'TICKET-1' };
const forCallers: Job = { ...scanAccountJob, deliverTo: ['job', 'caller'] };
const notForCallers: Job = { ...scanAccountJob, deliverTo: ['job'] };

type Facts = DecisionFacts & { readonly origin: RequestOrigin; readonly nowMs: number };
const plain: Facts = {
  detail: { tenantId: 'acme', job: 'scan-account' },
  requester,
  job: scanAccountJob,
  reading: aTenant(),
  switchedOff: [],
  origin: event,
  nowMs: START_MS,
};
const asked = (detail: Partial<Facts['detail']>): Partial<Facts> => ({ detail: { ...plain.detail, ...detail } });
const at = (timeMs: number): Partial<Facts> => ({ origin: { ...event, timeMs } });
const of = (tenant: Partial<Tenant>): Partial<Facts> => ({ reading: aTenant({ tenant }) });
const off = (...switchIds: readonly string[]): Partial<Facts> => ({
  switchedOff: switchIds.map((switchId) => ({ switchId, sinceMs: START_MS - 1_000, by: 'operator', reason: 'x' })),
});

/** What may be against a request, each alone: first the five of a request that has just come in. */
const atItsArrival: readonly (readonly [name: string, change: Partial<Facts>, reason: string, says: string])[] = [
  [
    'of a stranger',
    { requester: undefined },
    'requester.notAllowed',
    'no requester is declared for this account and source, principal or alias, or more than one is',
  ],
  [
    'for a tenant that its requester is not bound to',
    asked({ tenantId: 'globex' }),
    'requester.notAllowed',
    'requester scans is not bound to this tenant and job',
  ],
  [
    'for a job that its requester is not bound to',
    asked({ job: 'copy-logs' }),
    'requester.notAllowed',
    'requester scans is not bound to this tenant and job',
  ],
  [
    'out of a replay that nobody allowed',
    { origin: { ...event, replayName: 'yesterday' } },
    'request.replayed',
    'the event comes from a replay; none is allowed now',
  ],
  [
    'out of a replay whose window is over',
    { origin: { ...event, replayName: 'yesterday' }, replay: { ...openWindow, untilMs: START_MS } },
    'request.replayed',
    'the event comes from a replay; none is allowed now',
  ],
  [
    'a millisecond older than a request may be',
    at(START_MS - 86_400_001),
    'request.tooOld',
    'the request is 86400 s old; the limit is 86400 s',
  ],
  ['of no time', at(Number.NaN), 'request.tooOld', 'the request is NaN s old; the limit is 86400 s'],
  [
    'a millisecond further ahead than a clock may be',
    at(START_MS + 300_001),
    'request.fromFuture',
    'the request is 300 s ahead; the limit is 300 s',
  ],
  ['through more jobs than it may be', asked({ hops: 4 }), 'request.hopLimit', '4 hops; the limit is 3'],
  [
    'of a requester that asked for too many tenants',
    { breadthExceeded: 20 },
    'requester.breadthExceeded',
    'requester scans may ask for 20 tenants an hour; this is one more',
  ],
];

/** The rest is asked again before each issuance and each attempt. */
const everyTime: typeof atItsArrival = [
  ['for a job that there is not', { job: undefined }, 'job.unknown', 'no job of the catalogue has this name'],
  [
    'of a caller for the session of a job that keeps its sessions',
    { delivery: 'caller', job: notForCallers },
    'job.notForCallers',
    'the catalogue does not let sessions of scan-account out to callers',
  ],
  ['while everything is off', off('global'), 'switch.off', 'global is off since 2031-05-06T07:08:08.123Z'],
  [
    'while its job is off',
    off('job#scan-account'),
    'switch.off',
    'job scan-account is off since 2031-05-06T07:08:08.123Z',
  ],
  [
    'for a suspended tenant',
    off('tenant#acme'),
    'tenant.suspended',
    'the tenant is suspended since 2031-05-06T07:08:08.123Z',
  ],
  [
    'for a suspended tenant while its job is off',
    off('job#scan-account', 'tenant#acme'),
    'switch.off',
    'job scan-account is off since 2031-05-06T07:08:08.123Z',
  ],
  ['for a tenant that there is not', { reading: undefined }, 'tenant.unknown', 'no tenant has this id'],
  [
    'answered with another tenant',
    { reading: aTenant({ tenantId: 'globex' }) },
    'tenant.unknown',
    'the registry answered with another tenant',
  ],
  [
    'for a tenant with long-lived keys',
    of({ status: 'migrating' }),
    'tenant.migrating',
    'nothing is brokered for it until `broker tenants migrate acme` has moved it to a role',
  ],
  ['for a tenant that left', of({ status: 'offboarded' }), 'tenant.offboarded', 'the tenant has left'],
  [
    'for a job that the tenant has not',
    of({ enabledJobs: ['copy-logs'] }),
    'job.notEnabled',
    'the job is not enabled for the tenant',
  ],
  [
    'for a tenant that connected nothing',
    { reading: aTenant({ roles: [] }) },
    'account.none',
    'the tenant has connected no account',
  ],
  ['for no account', asked({ accountIds: [] }), 'account.none', 'the tenant has connected no account'],
];

describe('a request that has just come in', () => {
  it.each([...atItsArrival, ...everyTime])('is refused: %s', (_, change, reason, explanation) => {
    const refusal = { reason, explanation };
    expect(decideRequest({ ...plain, ...change }, rules)).toEqual({ allowed: false, refusal });
  });

  const allowed: readonly (readonly [string, Partial<Facts>])[] = [
    ['as it is', {}],
    ['on demand', { origin: onDemand }],
    ['as old as it may be', at(START_MS - 86_400_000)],
    ['as far ahead as a clock may be', at(START_MS + 300_000)],
    ['through as many jobs as it may be', asked({ hops: 3 })],
    ['out of a replay that is allowed', { origin: { ...event, replayName: 'yesterday' }, replay: openWindow }],
    ['while replays are allowed and it is none', { replay: openWindow }],
    ['of a caller for the session of a job that gives them out', { delivery: 'caller', job: forCallers }],
    ['of a requester that may ask for all', { requester: { ...requester, jobs: 'all', tenants: 'all' } }],
  ];

  it.each(allowed)('is allowed: %s', (_, change) => {
    const decision = decideRequest({ ...plain, ...change }, rules);
    expect(decision).toEqual({ allowed: true, accountIds: ['222222222222'] });
  });

  const order = [...atItsArrival, ...everyTime].filter(([, , , says]) => !says.startsWith('the registry answered'));
  const pairs = order.flatMap(([first, change, reason], index) =>
    order
      .slice(index + 1)
      .filter(([, later]) => Object.keys(later).every((name) => !(name in change)))
      .map(([second, later]) => ({ first, second, facts: { ...plain, ...later, ...change }, reason })),
  );
  it.each(pairs)('is refused $first rather than $second', ({ facts, reason }) => {
    expect(decideRequest(facts, rules)).toMatchObject({ allowed: false, refusal: { reason } });
  });
});

describe('what was allowed before', () => {
  it.each(everyTime)('is refused when it is decided again: %s', (_, change, reason, explanation) => {
    const refusal = { reason, explanation };
    expect(decideAgain({ ...plain, ...change }, rules)).toEqual({ allowed: false, refusal });
  });

  it.each(atItsArrival.slice(0, 3))('is bound again: a request %s', (_, change, reason) => {
    expect(decideAgain({ ...plain, ...change }, rules)).toMatchObject({ allowed: false, refusal: { reason } });
  });

  it.each(atItsArrival.slice(3))('was in time when it came: a request %s', (_, change) => {
    expect(decideAgain({ ...plain, ...change }, rules)).toMatchObject({ allowed: true });
  });
});

describe('the accounts of an allowed request', () => {
  const roles = ['444444444444', '222222222222', '333333333333', '222222222222'].map((accountId, index) =>
    aRole({ accountId, record: `role#${accountId}#${index}`, jobs: index === 3 ? [] : 'all' }),
  );
  const reading = aTenant({ roles });
  const decided = (change: Partial<Facts>) => {
    const facts = { ...plain, reading, ...change };
    const decision = decideAgain(facts, rules);
    const accounts = decision.allowed ? decision.accounts : [];
    const accountIds = accounts.map(({ accountId }) => accountId);
    expect(decideRequest(facts, rules)).toEqual({ allowed: true, accountIds });
    return accounts.map(({ accountId, allowed }) => `${accountId} ${allowed}`);
  };

  it('are all that the tenant has connected, each once and in one order', () => {
    expect(decided({})).toEqual(['222222222222 true', '333333333333 true', '444444444444 true']);
  });

  it('are those that were asked for, in the order they were asked for, connected or not', () => {
    const accountIds = ['333333333333', '555555555555', '222222222222'];
    expect(decided(asked({ accountIds }))).toEqual(['333333333333 true', '555555555555 false', '222222222222 true']);
  });
});
