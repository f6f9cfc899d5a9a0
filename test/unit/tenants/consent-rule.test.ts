import { describe, expect, it } from 'vitest';
import type { Consent } from '../../../lib/tenants/consent.ts';
import { canBeToldApart, consentOnceConnected, hasConnected } from '../../../lib/tenants/consent-rule.ts';

const ALICE = 'arn:aws:sts::111111111111:assumed-role/operators/alice';
const BOB = 'arn:aws:iam::111111111111:user/team/bob';
const OPERATORS = 'arn:aws:iam::111111111111:role/operators';
const nowMs = 2_000;

const awaited: Consent = { state: 'awaited', connectedBy: [OPERATORS], sinceMs: 1_000 };
const given: Consent = { ...awaited, state: 'given', by: BOB, atMs: 1_500 };
const anew: Consent = { state: 'awaited', connectedBy: [BOB], sinceMs: nowMs };

type Jobs = 'all' | readonly string[];
const role = (jobs: Jobs, consent?: Consent) => ({
  jobs: jobs === 'all' ? jobs : [...jobs],
  ...(consent === undefined ? {} : { consent }),
});
const connect = (before: ReturnType<typeof role> | undefined, jobs: Jobs, awaitsConsent: boolean, by = BOB) =>
  consentOnceConnected(before, { jobs: jobs === 'all' ? jobs : [...jobs], by }, { awaitsConsent, nowMs });

describe('the consent of a role that is connected', () => {
  it.each<[string, ReturnType<typeof role> | undefined, Jobs, Consent | undefined, Consent | undefined]>([
    // what, before, for which jobs, with the rule, without it
    ['new', undefined, 'all', anew, undefined],
    ['for more jobs', role(['a'], given), ['a', 'b'], anew, undefined],
    ['for all instead of some', role(['a'], given), 'all', anew, undefined],
    ['for another job', role(['a'], given), ['b'], anew, undefined],
    ['for fewer jobs', role(['a', 'b'], given), ['b'], given, given],
    ['for some instead of all', role('all', given), ['a'], given, given],
    ['for the same jobs', role('all', given), 'all', given, given],
    ['from before the rule, for the same jobs', role(['a']), ['a'], undefined, undefined],
    ['from before the rule, for fewer jobs', role('all'), ['a'], undefined, undefined],
    ['from before the rule, for more jobs', role(['a']), 'all', anew, undefined],
    ['awaiting, for fewer jobs', role('all', awaited), ['a'], awaited, awaited],
  ])('%s', (_, before, jobs, withRule, without) => {
    expect(connect(before, jobs, true)).toEqual(withRule);
    expect(connect(before, jobs, false)).toEqual(without);
  });

  it.each([true, false])('stays awaited when it gets more jobs, of everybody who had a part (rule: %s)', (rule) => {
    const both = { ...awaited, connectedBy: [OPERATORS, BOB] };
    expect(connect(role(['a'], awaited), 'all', rule)).toEqual(both);
    expect(connect(role(['a'], both), 'all', rule, ALICE)).toEqual(both);
  });
});

describe('who connected a role', () => {
  it.each([
    [ALICE, 'the session itself'],
    ['arn:aws:sts::111111111111:assumed-role/operators/security-review', 'another session of the role'],
    ['arn:aws:sts::111111111111:assumed-role/Operators/alice', 'the role in other letters, of which there is one'],
    [OPERATORS, 'the role'],
  ])('is %s: %s', (caller) => {
    expect(hasConnected(caller, awaited)).toBe(true);
  });

  it.each([
    [BOB],
    ['arn:aws:sts::111111111111:assumed-role/operators-2/alice'],
    ['arn:aws:sts::222222222222:assumed-role/operators/alice'],
    ['arn:aws:iam::111111111111:user/operators'],
  ])('is not %s', (caller) => {
    expect(hasConnected(caller, awaited)).toBe(false);
  });

  it('is each who had a part in it', () => {
    const both = { ...awaited, connectedBy: [OPERATORS, BOB] };
    expect([ALICE, BOB].map((caller) => hasConnected(caller, both))).toEqual([true, true]);
  });
});

describe('a principal that can be told from others', () => {
  it.each([
    [ALICE, true],
    [BOB, true],
    // The name of such a session is chosen by the user who makes it.
    ['arn:aws:sts::111111111111:federated-user/alice', false],
    ['arn:aws:iam::111111111111:root', false],
    ['verify-trust', false],
    ['', false],
  ])('%j: %s', (caller, expected) => {
    expect(canBeToldApart(caller)).toBe(expected);
  });
});
