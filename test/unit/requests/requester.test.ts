import { describe, expect, it } from 'vitest';
import type { EventOrigin, RequestOrigin } from '../../../lib/requests/request.ts';
import {
  isBound,
  type Requester,
  recogniseRequester,
  scheduleSource,
  UNRECOGNISED,
} from '../../../lib/requests/requester.ts';

const requesters: readonly Requester[] = [
  { name: 'own', recognisedBy: { event: { source: 'com.example.own' } }, jobs: 'all', tenants: 'all' },
  {
    name: 'other',
    recognisedBy: { event: { source: 'com.example.other', account: '222222222222' } },
    jobs: ['scan-account'],
    tenants: ['acme'],
  },
];
const rules = { requesters, brokerAccountId: '111111111111' };

function origin(change: Partial<EventOrigin>): EventOrigin {
  return { kind: 'event', account: '111111111111', source: 'com.example.own', eventId: 'e', timeMs: 0, ...change };
}

describe('who asks', () => {
  it.each([
    { change: {}, name: 'own' },
    { change: { account: '222222222222', source: 'com.example.other' }, name: 'other' },
    { change: { account: '222222222222' }, name: undefined },
    { change: { source: 'com.example.other' }, name: undefined },
    { change: { source: 'COM.example.own' }, name: undefined },
    { change: { source: 'com.example.own\u200d' }, name: undefined },
    { change: { source: '' }, name: undefined },
    { change: { account: '' }, name: undefined },
  ])('is $name for $change', ({ change, name }) => {
    expect(recogniseRequester(origin(change), rules)?.name).toBe(name);
  });

  it('is nobody where two requesters fit, one of which states the account that the other leaves out', () => {
    const narrow: Requester = {
      name: 'narrow',
      recognisedBy: { event: { source: 'com.example.own', account: '111111111111' } },
      jobs: 'all',
      tenants: ['acme'],
    };
    for (const both of [
      [...requesters, narrow],
      [narrow, ...requesters],
    ]) {
      expect(recogniseRequester(origin({}), { ...rules, requesters: both })).toBeUndefined();
    }
  });

  it('is nobody for any name that every object has', () => {
    for (const source of Object.getOwnPropertyNames(Object.prototype)) {
      expect(recogniseRequester(origin({ source }), rules)).toBeUndefined();
    }
  });

  it('is nobody where two requesters of one kind fit', () => {
    for (const [asked, twice] of everyKind) {
      const both = [twice, { ...twice, name: 'another' }];
      expect(recogniseRequester(asked, { ...rules, requesters: both }), twice.name).toBeUndefined();
    }
  });

  it('has a word in the ledger where it is nobody, which never changes', () => {
    expect(UNRECOGNISED).toBe('unrecognised');
  });

  it.each([
    { requester: 0, tenantId: 'globex', job: 'copy-logs', bound: true },
    { requester: 1, tenantId: 'acme', job: 'scan-account', bound: true },
    { requester: 1, tenantId: 'globex', job: 'scan-account', bound: false },
    { requester: 1, tenantId: 'acme', job: 'copy-logs', bound: false },
    { requester: 1, tenantId: 'acm', job: 'scan-account', bound: false },
    { requester: 1, tenantId: 'length', job: 'scan-account', bound: false },
    { requester: 1, tenantId: 'all', job: 'all', bound: false },
  ])('is bound to $tenantId and $job: $bound', ({ requester, tenantId, job, bound }) => {
    const asking = requesters[requester];
    expect(asking !== undefined && isBound(asking, { tenantId, job })).toBe(bound);
  });
});

const OWN = '111111111111';
const ELSEWHERE = '222222222222';

function byUrl(principalArn: string, account = OWN): RequestOrigin {
  return { kind: 'functionUrl', account, principalArn, requestId: 'r', timeMs: 0 };
}

function byAlias(alias: string): RequestOrigin {
  return { kind: 'invoke', alias, requestId: 'r', timeMs: 0 };
}

function declared(name: string, recognisedBy: Requester['recognisedBy']): Requester {
  return { name, recognisedBy, jobs: 'all', tenants: 'all' };
}

/** One of each kind, and two where one kind has two forms: an origin, and the requester that it is. */
const everyKind: readonly (readonly [RequestOrigin, Requester])[] = [
  [origin({ source: 'com.example.scans' }), declared('event', { event: { source: 'com.example.scans' } })],
  [
    origin({ source: 'com.example.scans', account: ELSEWHERE }),
    declared('event of another account', { event: { source: 'com.example.scans', account: ELSEWHERE } }),
  ],
  [origin({ source: scheduleSource('nightly') }), declared('schedule', { schedule: 'nightly' })],
  [origin({ source: scheduleSource('nightly-2') }), declared('another schedule', { schedule: 'nightly-2' })],
  [
    byUrl(`arn:aws:iam::${OWN}:role/nightly`),
    declared('role', { functionUrl: { principals: ['user/nobody', 'role/nightly'] } }),
  ],
  [byUrl(`arn:aws:iam::${OWN}:user/nightly`), declared('user', { functionUrl: { principals: ['user/nightly'] } })],
  [
    byUrl(`arn:aws:iam::${OWN}:role/support-eu`),
    declared('roles', { functionUrl: { principals: ['role/support-*'] } }),
  ],
  [
    byUrl(`arn:aws:iam::${ELSEWHERE}:role/nightly`, ELSEWHERE),
    declared('role of another account', { functionUrl: { principals: [`arn:aws:iam::${ELSEWHERE}:role/nightly`] } }),
  ],
  [byAlias('nightly'), declared('alias', { invoke: { alias: 'nightly' } })],
  [byAlias('nightly-2'), declared('another alias', { invoke: { alias: 'nightly-2' } })],
];
const all = { requesters: everyKind.map(([, requester]) => requester), brokerAccountId: OWN };

describe('of all pairs of an origin and a requester', () => {
  const pairs = everyKind.flatMap(([asked, { name: from }]) =>
    everyKind.map(([, requester]) => ({ asked, from, requester, to: requester.name })),
  );
  it.each(pairs)('$from is $to only where they are the same', ({ asked, from, requester, to }) => {
    expect(recogniseRequester(asked, { ...all, requesters: [requester] }) !== undefined).toBe(from === to);
  });

  it.each(everyKind)('each is found among them all', (asked, { name }) => {
    expect(recogniseRequester(asked, all)?.name).toBe(name);
  });
});

describe('nobody is', () => {
  const strangers: readonly (readonly [string, RequestOrigin])[] = [
    ['a role of another account', byUrl(`arn:aws:iam::${ELSEWHERE}:role/support-eu`, ELSEWHERE)],
    ['an ARN of another account than the one said', byUrl(`arn:aws:iam::${OWN}:role/nightly`, ELSEWHERE)],
    ['a role whose name goes on', byUrl(`arn:aws:iam::${OWN}:role/nightly2`)],
    ['a role in other letters', byUrl(`arn:aws:iam::${OWN}:role/Nightly`)],
    ['a session', byUrl(`arn:aws:sts::${OWN}:assumed-role/nightly/session`)],
    ['the root of the account', byUrl(`arn:aws:iam::${OWN}:root`)],
    ['a path where a name was meant', byUrl(`arn:aws:iam::${OWN}:role/support-/x`)],
    ['no principal', byUrl('')],
    ['the text of a pattern', byUrl('role/nightly')],
    ['an invocation without an alias', byAlias('$LATEST')],
    ['a version', byAlias('1')],
    ['an alias of nothing', byAlias('')],
    ['an alias that every object has', byAlias('constructor')],
    ['a schedule that another account sends', origin({ source: scheduleSource('nightly'), account: ELSEWHERE })],
    ['a schedule that is not declared', origin({ source: scheduleSource('hourly') })],
    ['the beginning of a schedule', origin({ source: scheduleSource('') })],
    ['a source that is the name of a schedule', origin({ source: 'nightly' })],
  ];
  it.each(strangers)('%s', (_, asked) => {
    expect(recogniseRequester(asked, all)).toBeUndefined();
  });
});
