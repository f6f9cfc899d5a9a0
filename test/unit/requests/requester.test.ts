import { describe, expect, it } from 'vitest';
import type { RequestOrigin } from '../../../lib/requests/request.ts';
import { isBound, type Requester, recogniseRequester } from '../../../lib/requests/requester.ts';

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

function origin(change: Partial<RequestOrigin>): RequestOrigin {
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
