import { describe, expect, it } from 'vitest';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import type { IssuanceState } from '../../../lib/ledger/issuance.ts';
import { LIMITS } from '../../../lib/ledger/issuance.ts';
import type { ExaminedIssuance } from '../../../lib/onboarding/end-open-issuances.ts';
import { type StopFacts, stopReport } from '../../../lib/onboarding/stop-report.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';
import { START_MS } from '../../support/frozen-clock.ts';

const SCAN_MS = 600_000;
const LOGS_MS = 1_800_000;
const STS_MOST_MS = 3_600_000;

function inUse(name: string, state: IssuanceState, fenceMs?: number, job = 'scan-account'): ExaminedIssuance {
  const session = { accountId: '222222222222', job, state, roleArn: aRole().roleArn };
  const fence = fenceMs === undefined ? {} : { fenceMs };
  return { issuanceId: `${job}.${name}`, outcome: 'inUse', session: { ...session, ...fence } };
}

function report(change: Partial<StopFacts> = {}) {
  return stopReport({
    reading: aTenant(),
    suspension: { switchId: 'tenant#acme', sinceMs: START_MS, by: 'ops', reason: 'x' },
    examined: [],
    catalogue: jobCatalogue,
    nowMs: START_MS + 4_000,
    ...change,
  });
}

describe('until when sessions may live after a suspension', () => {
  const cases: readonly { name: string; change: Partial<StopFacts>; longestMs: number }[] = [
    { name: 'the session of the one job', change: {}, longestMs: SCAN_MS },
    {
      name: 'the longest of several jobs',
      change: { reading: aTenant({ tenant: { enabledJobs: ['scan-account', 'process-logs'] } }) },
      longestMs: LOGS_MS,
    },
    {
      name: 'what STS gives at the most, for a job that the catalogue has no more',
      change: { reading: aTenant({ tenant: { enabledJobs: ['retired-job'] } }) },
      longestMs: STS_MOST_MS,
    },
    {
      name: 'a job that was disabled a moment ago, when one of its issuances was seen',
      change: { examined: [{ issuanceId: 'process-logs.abc', outcome: 'over' }] },
      longestMs: LOGS_MS,
    },
    { name: 'no session at all', change: { reading: aTenant({ tenant: { enabledJobs: [] } }) }, longestMs: 0 },
  ];
  it.each(cases)('is the suspension, the lease, and $name', ({ change, longestMs }) => {
    expect(report(change).lastSessionEndsByMs).toBe(START_MS + LIMITS.leaseMs + longestMs);
  });

  it('is never before the end of a session that is known', () => {
    const fenceMs = START_MS + 3_000_000;
    expect(report({ examined: [inUse('a', 'claimed', fenceMs)] }).lastSessionEndsByMs).toBe(fenceMs);
  });
});

describe('which sessions may still live', () => {
  it('names each by account, job, issuance and role, the last to end first', () => {
    const [soon, late] = [START_MS + 100_000, START_MS + 200_000];
    const examined = [inUse('a', 'completed', soon), inUse('b', 'claimed', late)];
    expect(report({ examined }).alive).toEqual([
      { ...aliveOf('b'), state: 'claimed', endsByMs: late },
      { ...aliveOf('a'), state: 'completed', endsByMs: soon },
    ]);
  });

  it('leaves out one whose fence has fallen, to the millisecond', () => {
    const nowMs = START_MS + 4_000;
    expect(report({ examined: [inUse('a', 'claimed', nowMs)] }).alive).toEqual([]);
    expect(report({ examined: [inUse('a', 'claimed', nowMs + 1)] }).alive).toHaveLength(1);
  });

  it('gives one of which nothing more is known the latest end that there could be', () => {
    const endsByMs = START_MS + LIMITS.leaseMs + SCAN_MS;
    const examined: readonly ExaminedIssuance[] = [
      inUse('a', 'claimed'),
      { issuanceId: 'scan-account.b', outcome: 'illegible' },
    ];
    expect(report({ examined }).alive.map((session) => session.endsByMs)).toEqual([endsByMs, endsByMs]);
  });

  it('counts what was ended, and says nothing of what was over', () => {
    const examined: readonly ExaminedIssuance[] = [
      { issuanceId: 'scan-account.a', outcome: 'revoked' },
      { issuanceId: 'scan-account.b', outcome: 'over' },
    ];
    expect(report({ examined })).toMatchObject({ revokedIssuances: 1, alive: [] });
  });

  const aliveOf = (name: string) => ({
    accountId: '222222222222',
    job: 'scan-account',
    issuanceId: `scan-account.${name}`,
    roleArn: aRole().roleArn,
  });
});

describe('what the customer can do sooner', () => {
  it('is one command for each account, for every role of it, also one that is connected no more', () => {
    const roles = [aRole(), aRole({ accountId: '333333333333', roleArn: 'arn:aws:iam::333333333333:role/x/logs' })];
    const gone = { ...inUse('a', 'claimed', START_MS + 100_000) };
    const session = {
      accountId: '333333333333',
      job: 'scan-account',
      state: 'claimed',
      fenceMs: START_MS + 9_000,
    } as const;
    const other: ExaminedIssuance = {
      issuanceId: 'scan-account.b',
      outcome: 'inUse',
      session: { ...session, roleArn: 'arn:x/old' },
    };
    const { cutSooner } = report({ reading: aTenant({ roles }), examined: [gone, other] });
    expect(cutSooner.map(({ accountId }) => accountId)).toEqual(['222222222222', '333333333333']);
    expect(cutSooner[1]?.command.match(/--role-name '(\w+)'/g)).toEqual(["--role-name 'logs'", "--role-name 'old'"]);
    // A role that the customer has deleted must not keep the next one's sessions alive.
    expect(cutSooner[1]?.command).not.toContain('&&');
  });

  it('names the roles of an account in one order, and none that is not known', () => {
    const roles = ['logs', 'audit'].map((name) => aRole({ roleArn: `arn:aws:iam::222222222222:role/x/${name}` }));
    const illegible: ExaminedIssuance = { issuanceId: 'scan-account.a', outcome: 'illegible' };
    const { alive, cutSooner } = report({ reading: aTenant({ roles }), examined: [illegible] });
    expect(alive).toMatchObject([{ accountId: 'unknown', roleArn: 'unknown' }]);
    expect(cutSooner.map(({ accountId }) => accountId)).toEqual(['222222222222']);
    expect(cutSooner[0]?.command.match(/--role-name '(\w+)'/g)).toEqual(["--role-name 'audit'", "--role-name 'logs'"]);
  });

  it('cuts every session that could have been made before the leases ended, in whole seconds', () => {
    const [first] = report().cutSooner;
    const instant = /"aws:TokenIssueTime": "(.*)"/.exec(first?.command ?? '')?.[1] ?? '';
    expect(Date.parse(instant)).toBeGreaterThan(START_MS + LIMITS.leaseMs);
    expect(Date.parse(instant)).toBeLessThan(START_MS + LIMITS.leaseMs + 2_000);
    expect(first?.command).toMatch(/^aws iam put-role-policy/);
  });

  it('is nothing once the last session is over', () => {
    expect(report({ nowMs: START_MS + LIMITS.leaseMs + SCAN_MS }).cutSooner).toEqual([]);
    expect(report({ nowMs: START_MS + LIMITS.leaseMs + SCAN_MS - 1 }).cutSooner).toHaveLength(1);
  });
});
