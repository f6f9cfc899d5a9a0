import { describe, expect, it } from 'vitest';
import { observationIdOfDenial } from '../../../../lib/audit/correlation/observation-record.ts';
import { type Story, tellIssuance } from '../../../../lib/audit/questions/issuance-story.ts';
import { jobCatalogue } from '../../../../lib/jobs/job-catalogue.ts';
import { buildSessionPolicy } from '../../../../lib/jobs/session-policy.ts';
import type { Issuance } from '../../../../lib/ledger/issuance.ts';
import { denied, expired, revoked, settled, unknown } from '../../../../lib/ledger/issuance-endings.ts';
import { nextAttempt } from '../../../../lib/ledger/issuance-intents.ts';
import { leaseExpired, released } from '../../../../lib/ledger/issuance-transitions.ts';
import { sha256Hex } from '../../../../lib/platform/ids.ts';
import type { Requester } from '../../../../lib/requests/requester.ts';
import { BROKER_ACCOUNT } from '../../../support/a-tenant.ts';
import { auditRoles } from '../../../support/audit-world.ts';
import {
  accessKeyOf,
  completedFor,
  intendedFor,
  issuedFor,
  refusedFor,
  requestFor,
  seenOf,
} from '../../../support/audited-records.ts';
import { START_MS } from '../../../support/frozen-clock.ts';
import { keptAuditStore } from '../../../support/kept-audit-store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const scans: Requester = {
  name: 'scans',
  recognisedBy: { event: { source: 'com.example.scans' } },
  jobs: ['scan-account'],
  tenants: 'all',
};

type Told = {
  readonly afterMs?: number;
  readonly beside?: readonly { readonly recordId: string }[];
  readonly requesters?: readonly Requester[];
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
};

async function tell(issuance: Issuance, told: Told = {}): Promise<Story> {
  const { afterMs = 10_000, beside = [], requesters = [scans], settings = {} } = told;
  const story = await tellIssuance(issuance.recordId, {
    store: keptAuditStore([issuance, ...beside], settings),
    nowMs: START_MS + afterMs,
    roles: auditRoles,
    grounds: { jobs: jobCatalogue, partition: 'aws', requesters, brokerAccountId: BROKER_ACCOUNT },
  });
  if (story === undefined) throw new Error('there is no story');
  return story;
}

const titles = ({ steps }: Story) => steps.map(({ source, title }) => `${source}: ${title}`);
const unknowns = ({ unknowns: open }: Story) => open.map(({ what, untilMs }) => [what, untilMs]);
const lost = () => leaseExpired(intendedFor('lost'), START_MS + 45_000);
const whatWasDone = "what was done with the session of attempt 1: only the trail of the tenant's account shows it";

describe('the steps of an issuance', () => {
  it('are told in the order of time, each by who knows it', async () => {
    const completed = completedFor('done');
    const story = await tell(settled(completed, { reportSha256: sha256Hex('r'), atMs: START_MS + 60_000 }), {
      afterMs: HOUR,
      beside: [requestFor('done', { atMs: START_MS - 100 }), seenOf(completed, { atMs: START_MS + 300 })],
    });
    expect(titles(story)).toEqual([
      'broker: recorded and decided',
      'request: asked',
      'broker: intent recorded',
      'sts: session issued',
      'cloudtrail: session seen by CloudTrail',
      'job: envelope claimed and opened',
      'job: completed',
      'sweeper: report bound into the trail',
      'broker: fence: the session may do nothing from here',
    ]);
    expect(story.trailHolds).toBe(true);
    expect(JSON.stringify(story.steps)).not.toMatch(/previousHash|owner/);
  });

  it('tell each attempt, what became of it, and what CloudTrail said', async () => {
    const again = nextAttempt(
      lost(),
      {
        owner: 'o',
        roleArn: 'arn:aws:iam::222222222222:role/credential-broker/other',
        tenantVersion: 4,
        roleVersion: 2,
      },
      START_MS + 60_000,
    );
    const seen = seenOf(again, {
      accessKeyId: 'ASIALOST',
      roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
    });
    const story = await tell(again, { beside: [seen], afterMs: 70_000 });
    expect(story.attempts.map(({ attempt, verdict, observed }) => [attempt.outcome, verdict, observed.length])).toEqual(
      [
        ['unknown', 'explained', 1],
        ['open', 'awaited', 0],
      ],
    );
  });

  it('show a denial that CloudTrail shows too', async () => {
    const no = denied(intendedFor('no'), { code: 'sts.denied', stsRequestId: 'sts-no', atMs: START_MS + 300 });
    const { sessionName: _name, lastAccessKeyId: _key, calls, ...seen } = seenOf(no);
    const [{ accessKeyId: _accessKey, ...call }] = calls as [(typeof calls)[number]];
    const denial = {
      ...seen,
      recordId: observationIdOfDenial('sts-no'),
      calls: [{ ...call, stsRequestId: 'sts-no', errorCode: 'AccessDenied' }],
    };
    const story = await tell(no, { beside: [denial] });
    expect(titles(story)).toEqual(['broker: intent recorded', 'cloudtrail: denial seen by CloudTrail', 'sts: denied']);
    expect(story.steps[1]?.facts).toMatchObject({ verdict: 'matched', errorCode: 'AccessDenied' });
    expect(story.attempts[0]?.verdict).toBeUndefined();
    expect(story.unknowns).toEqual([]);
  });

  it('say that the trail was changed, when it was', async () => {
    const issued = issuedFor('tampered');
    const [first, ...rest] = issued.trail;
    const tampered = {
      ...issued,
      trail: [{ ...(first ?? {}), roleArn: 'arn:aws:iam::222222222222:role/x' }, ...rest],
    } as Issuance;
    expect((await tell(tampered)).trailHolds).toBe(false);
    expect((await tell({ ...issued, trailHead: 'f'.repeat(64) })).trailHolds).toBe(false);
  });
});

describe('the verdict of a session', () => {
  it.each<[string, () => Issuance, Told, string | undefined]>([
    ['not seen yet', () => issuedFor('x'), {}, 'awaited'],
    ['not seen for an hour', () => issuedFor('x'), { afterMs: HOUR + MINUTE }, 'missing'],
    ['seen', () => issuedFor('x'), { beside: [seenOf(issuedFor('x'))] }, 'matched'],
    [
      'seen late',
      () => issuedFor('x'),
      { beside: [seenOf(issuedFor('x'), { receivedAtMs: START_MS + 2 * HOUR })] },
      'late',
    ],
    [
      'of another key',
      () => issuedFor('x'),
      { beside: [seenOf(issuedFor('x'), { accessKeyId: 'ASIAOTHER' })] },
      'awaited',
    ],
    ['lost', () => lost(), {}, 'awaited'],
    ['lost and seen', () => lost(), { beside: [seenOf(lost())] }, 'explained'],
  ])('%s', async (_, issuance, told, verdict) => {
    expect((await tell(issuance(), told)).attempts[0]?.verdict).toBe(verdict);
  });
});

describe('the decision', () => {
  it('names the reason of a refusal', async () => {
    const { decision } = await tell(refusedFor('no'));
    expect(decision).toMatchObject({ decided: 'refused', rule: 'account.notVerified' });
  });

  it('names the entry of the requesters, and what it rests on', async () => {
    const { decision } = await tell(issuedFor('yes'), { beside: [requestFor('yes')] });
    expect(decision).toMatchObject({ decided: 'allowed', rule: 'requester scans' });
    expect(decision.explanation).toContain('source com.example.scans of account 111111111111');
    expect(decision.explanation).toContain('tenant (version 3)');
    expect(decision.explanation).toContain(
      "Today's configuration has it so: its jobs are scan-account, its tenants all.",
    );
  });

  it.each<[string, readonly Requester[], string]>([
    ['is gone', [], 'has no such requester'],
    ['is bound to less', [{ ...scans, tenants: ['globex'] }], 'would refuse it: its jobs are scan-account'],
    ['is known by something else', [{ ...scans, recognisedBy: { invoke: { alias: 'a' } } }], 'would not recognise it'],
  ])('says when the entry %s by now', async (_, requesters, words) => {
    const { decision } = await tell(issuedFor('yes'), { beside: [requestFor('yes')], requesters });
    expect(decision.rule).toBe('requester scans');
    expect(decision.explanation).toContain(words);
  });

  it('stays what it was when a later one revoked the issuance', async () => {
    const refusal = { reason: 'tenant.suspended', explanation: 'the tenant is suspended' };
    const story = await tell(revoked(issuedFor('gone'), refusal, START_MS + 5_000));
    expect(story.decision.decided).toBe('allowed');
    expect(story.steps.at(-1)).toMatchObject({ title: 'revoked', facts: { code: 'tenant.suspended' } });
  });
});

describe('the session policy', () => {
  const job = jobCatalogue.get('scan-account');
  const policyAt = (fenceMs: number) => {
    if (job === undefined) throw new Error('there is no such job');
    const policy = buildSessionPolicy({ job, settings: job.defaultSettings, fenceMs, partition: 'aws' });
    if (!policy.built) throw new Error('it was not built');
    return policy.sha256;
  };

  it('is exact when it has the hash that was recorded', async () => {
    const fenceMs = issuedFor('same').attempts[0]?.fenceMs ?? 0;
    const { sessionPolicy } = await tell(issuedFor('same', { policySha256: policyAt(fenceMs) }));
    expect(sessionPolicy).toMatchObject({ certainty: 'exact', sha256: policyAt(fenceMs) });
    expect(sessionPolicy?.statements.at(-1)).toMatchObject({ effect: 'Deny', actions: ['*'] });
    expect(sessionPolicy?.statements[0]?.actions.length).toBeGreaterThan(0);
  });

  it('is a shape where the settings or the catalogue changed since', async () => {
    const fenceMs = issuedFor('same').attempts[0]?.fenceMs ?? 0;
    const { sessionPolicy } = await tell(issuedFor('other', { policySha256: policyAt(fenceMs + 1_000) }));
    expect(sessionPolicy?.certainty).toBe('shape');
  });

  it.each<[string, Issuance, Told]>([
    ['no attempt was made', refusedFor('x'), {}],
    ['the job is gone', { ...issuedFor('x'), job: 'gone' }, {}],
    ['the settings fit the job no more', issuedFor('x'), { settings: { 'scan-account': { nonsense: 1 } } }],
  ])('is not told where %s', async (_, issuance, told) => {
    expect((await tell(issuance, told)).sessionPolicy).toBeUndefined();
  });
});

describe('what is unknown', () => {
  const issuedAtMs = START_MS + 200;

  it.each<[string, () => Issuance, Told, readonly (readonly [string, number | undefined])[]]>([
    [
      'under way',
      () => intendedFor('x'),
      {},
      [['whether attempt 1 made a session: its call may be under way', START_MS + 45_000]],
    ],
    [
      'issued',
      () => issuedFor('x'),
      {},
      [
        ["CloudTrail's own record of attempt 1", issuedAtMs + HOUR],
        [whatWasDone, issuedAtMs + 600_000 + HOUR],
        ['whether the job claims its credentials', issuedAtMs + 300_000],
      ],
    ],
    [
      'seen and claimed',
      () => ({ ...claimed('x') }),
      { beside: [seenOf(issuedFor('x'))] },
      [
        [whatWasDone, issuedAtMs + 600_000 + HOUR],
        ['how the job ends', issuedAtMs + 660_000],
      ],
    ],
    [
      'silent',
      () => unknown(claimed('x'), START_MS + 11 * MINUTE),
      { beside: [seenOf(issuedFor('x'))] },
      [
        [whatWasDone, issuedAtMs + 600_000 + HOUR],
        ['how the job ended: it claimed its credentials and never reported', undefined],
      ],
    ],
    ['lost', lost, {}, [['whether attempt 1 made a session that nobody holds', START_MS + HOUR]]],
    [
      'missing',
      () => expired(issuedFor('x'), START_MS + 6 * MINUTE),
      { afterMs: 3 * HOUR },
      [['why CloudTrail never showed the session of attempt 1', undefined]],
    ],
    ['refused', () => refusedFor('x'), {}, []],
  ])('of what is %s', async (_, issuance, told, wanted) => {
    expect(unknowns(await tell(issuance(), told))).toEqual(wanted);
  });

  it('is nothing of an attempt whose call was refused in full', async () => {
    const back = released(
      intendedFor('throttled'),
      { code: 'sts.unavailable', resume: 'call', outcome: 'open', retryAtMs: START_MS + 60_000 },
      START_MS + 500,
    );
    const story = await tell(back);
    expect(story.attempts[0]?.verdict).toBeUndefined();
    expect(unknowns(story)).toEqual([]);
  });
});

describe('a story', () => {
  it('is of one session at a time: its key stands in it', async () => {
    expect((await tell(issuedFor('x'))).issuance).toMatchObject({
      isLive: true,
      attempts: [{ accessKeyId: accessKeyOf('x') }],
    });
    expect((await tell(issuedFor('x'), { afterMs: HOUR })).issuance.isLive).toBe(false);
  });

  it('of what is not there is none', async () => {
    const grounds = { jobs: jobCatalogue, partition: 'aws', requesters: [], brokerAccountId: BROKER_ACCOUNT };
    const telling = { store: keptAuditStore([]), nowMs: START_MS, roles: auditRoles, grounds };
    expect(await tellIssuance('scan-account.x', telling)).toBeUndefined();
  });

  it('of a record that was spoilt is an error, and not a guess', async () => {
    const spoilt = { ...issuedFor('x'), state: 'won' } as unknown as Issuance;
    await expect(tell(spoilt)).rejects.toMatchObject({ code: 'store.itemInvalid' });
  });
});

function claimed(name: string) {
  const { report: _report, ...rest } = completedFor(name);
  return { ...rest, state: 'claimed' as const };
}
