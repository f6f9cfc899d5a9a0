import { describe, expect, it } from 'vitest';
import {
  DEFAULT_DAYS,
  type ListPlace,
  type ListPlan,
  partitionAt,
  planOf,
} from '../../../../lib/audit/questions/list-plan.ts';
import type { ListQuery } from '../../../../lib/audit/questions/list-question.ts';
import { DAY_MS, timeOf } from '../../../../lib/audit/questions/question-times.ts';
import { completedFor, issuedFor } from '../../../support/audited-records.ts';
import { START_MS } from '../../../support/frozen-clock.ts';

const NEWEST_MS = START_MS + DAY_MS;
const walked = { fromMs: START_MS - DEFAULT_DAYS * DAY_MS, untilMs: NEWEST_MS, isFromChosen: true };
const whole = { fromMs: 0, untilMs: NEWEST_MS, isFromChosen: true };
const tenant = { of: 'tenant', value: 'acme' } as const;
const requester = { of: 'requester', value: 'scans' } as const;

describe('the plan of a list', () => {
  it.each<[string, ListPlace, ListQuery, Partial<ListPlan>]>([
    ['a tenant', tenant, {}, { index: 'byTenant', value: 'acme', filter: {}, ...whole }],
    ['an account', { of: 'account', value: '2' }, {}, { index: 'byAccount', value: '2', ...whole }],
    ['a day', { of: 'day', value: '2031-05-06' }, {}, { index: 'byDay', value: '2031-05-06', ...whole }],
    ['an exception', { of: 'exception', value: 'denied' }, {}, { index: 'byException', value: 'denied', ...whole }],
    ['a requester', requester, {}, { index: 'byDay', filter: { requester: 'scans' }, ...walked }],
    [
      'a requester and a tenant, whose index is narrower',
      requester,
      { tenant: 'acme', account: '2' },
      { index: 'byTenant', value: 'acme', filter: { requester: 'scans', tenantId: 'acme', accountId: '2' } },
    ],
    ['a job and an account', { of: 'job', value: 'j' }, { account: '2' }, { index: 'byAccount', value: '2' }],
    // The address wins over a filter that says something else: the rows are the address's.
    ['a requester and another one', requester, { requester: 'logs' }, { filter: { requester: 'scans' } }],
    ['a state, which only issuances have', tenant, { state: 'failed' }, { filter: { recordType: 'issuance' } }],
    ['a range', tenant, { from: '5', to: '9' }, { fromMs: 5, untilMs: 8, isFromChosen: false }],
    ['a range into the future', tenant, { to: '999999999999999' }, { untilMs: NEWEST_MS }],
    [
      'the days before one',
      requester,
      { to: String(START_MS - DAY_MS) },
      { fromMs: START_MS - DAY_MS - 1 - DEFAULT_DAYS * DAY_MS },
    ],
  ])('for %s', (_, place, query, wanted) => {
    expect(planOf({ place, query }, START_MS)).toMatchObject(wanted);
  });

  it('keeps a record of the state that is asked for, and nothing else', () => {
    const { keep } = planOf({ place: tenant, query: { state: 'completed' } }, START_MS);
    const spoilt = { recordType: 'unreadable', recordId: 'x', problem: '' } as const;
    const kept = [completedFor('done'), issuedFor('not-yet'), spoilt].map((record) => keep?.(record));
    expect(kept).toEqual([true, false, false]);
  });

  it('walks a day at a time, the first one from where the question begins', () => {
    const plan = planOf({ place: requester, query: { from: String(START_MS - DAY_MS) } }, START_MS);
    const day = Date.parse('2031-05-06');
    expect(partitionAt(plan, START_MS)).toEqual({ value: '2031-05-06', fromMs: day });
    expect(partitionAt(plan, day - 1)).toEqual({ value: '2031-05-05', fromMs: START_MS - DAY_MS });
  });
});

describe('a time in a question', () => {
  it.each<[string, number | undefined]>([
    ['0', 0],
    ['1935817689123', 1_935_817_689_123],
    ['2031-05-06', Date.parse('2031-05-06T00:00:00Z')],
    ['2031-05-06T07:08Z', Date.parse('2031-05-06T07:08:00Z')],
    ['2031-05-06T07:08:09.123Z', START_MS],
    ['2031-05-06T09:08:09.123+02:00', START_MS],
    ['2031-02-29', undefined],
    ['2032-02-29', Date.parse('2032-02-29')],
    ['2031-13-01', undefined],
    ['2031-05-06T25:00Z', undefined],
    ['1969-12-31', undefined],
    ['yesterday', undefined],
  ])('%s', (text, wanted) => {
    expect(timeOf(text)).toBe(wanted);
  });
});
