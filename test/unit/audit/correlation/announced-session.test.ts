import { describe, expect, it } from 'vitest';
import { pointerRecord } from '../../../../lib/audit/archive/telling/pointer-record.ts';
import { announcedByIssuance } from '../../../../lib/audit/correlation/announced-session.ts';
import type { Issuance, IssuanceIn } from '../../../../lib/ledger/issuance.ts';
import { denied, revoked } from '../../../../lib/ledger/issuance-endings.ts';
import { nextCall } from '../../../../lib/ledger/issuance-intents.ts';
import { leaseExpired, released } from '../../../../lib/ledger/issuance-transitions.ts';
import { anIntended, anIssued } from '../../../support/an-issuance.ts';
import { OUR_STORIES } from '../../../support/correlation/call-stories.ts';
import { deniedRecord } from '../../../support/correlation/cloudtrail-record.ts';
import { correlationWorld, roles } from '../../../support/correlation/correlation-world.ts';
import { START_MS } from '../../../support/frozen-clock.ts';

const intended = anIntended('one');
const throttled = { code: 'sts.unavailable' as const, retryAtMs: START_MS + 5_000 };
const handedBack = released(intended, { ...throttled, resume: 'call', outcome: 'open' }, START_MS + 1_000);
const calledAgain = nextCall(handedBack, { owner: 'owner-2' }, START_MS + 200_000);
const gaveUp = (before: IssuanceIn<'intended'>) => leaseExpired(before, START_MS + 300_000);
const refusal = { reason: 'switch.off', explanation: 'off' };

const CASES: readonly [string, Issuance, object][] = [
  ['under way', intended, { answer: 'open', intendedAtMs: START_MS, calledByMs: START_MS + 45_000 }],
  ['given a session', anIssued(intended), { answer: 'read', accessKeyId: 'ASIA1' }],
  [
    'given one, and revoked',
    revoked(anIssued(intended), refusal, START_MS + 1),
    { answer: 'read', accessKeyId: 'ASIA1' },
  ],
  ['denied', denied(intended, { code: 'sts.denied', stsRequestId: 'r', atMs: START_MS + 1 }), { answer: 'closed' }],
  ['lost', gaveUp(intended), { answer: 'lost', intendedAtMs: START_MS }],
  ['refused in full, and handed back', handedBack, { answer: 'closed' }],
  ['called again', calledAgain, { answer: 'open', intendedAtMs: START_MS + 200_000 }],
  ['called again, and lost', gaveUp(calledAgain), { answer: 'lost', intendedAtMs: START_MS + 200_000 }],
];

describe('what an attempt announces', () => {
  it.each(CASES)('that is %s', (_, issuance, expected) => {
    const announced = announcedByIssuance(issuance, 1, { nowMs: START_MS + 2_000, roles });
    const callerRoleArn = roles.arnOf('issue-credentials');
    expect(announced).toMatchObject({ roleArn: intended.roleArn, callerRoleArn, ...expected });
  });

  it('is lost a quarter of an hour after the call, whoever still says that it is open', () => {
    const answerAt = (nowMs: number) => announcedByIssuance(intended, 1, { nowMs })?.answer;
    expect([answerAt(START_MS + 900_000), answerAt(START_MS + 946_000)]).toEqual(['open', 'lost']);
  });

  it('is nothing where there is no such attempt', () => {
    expect(announcedByIssuance(intended, 2, { nowMs: START_MS })).toBeUndefined();
  });
});

describe('a denied call', () => {
  const scene = { name: 'one', accountId: '222222222222', atMs: START_MS };
  const facts = { requestId: 'sts-unknown', roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner' };

  async function verdictOf(kind: string, atMs: number, caller = 'issue-credentials') {
    const world = correlationWorld();
    for (const { item } of OUR_STORIES[kind]?.(scene).ledger ?? []) world.records.put(item);
    world.clock.advance(600_000);
    await world.deliver(deniedRecord({ ...facts, atMs, caller }));
    world.clock.advance(3_700_000);
    await world.tick();
    return world.lines.map(({ transition }) => transition).filter((line) => /^(denial|session\.denied)/.test(line));
  }

  it('is explained by a lost call of the same time, role and function, and by no other', async () => {
    expect(await verdictOf('denied, and lost', START_MS + 200)).toEqual(['denial.explained']);
    expect(await verdictOf('denied, and lost', START_MS + 300_000)).toEqual(['session.deniedStray']);
    expect(await verdictOf('denied, and lost', START_MS + 200, 'vend-credentials')).toEqual(['session.deniedStray']);
    expect(await verdictOf('issued', START_MS + 200)).toEqual(['session.deniedStray']);
  });

  it('that another call superseded is found by the archive’s pointer, and belongs where that leads', async () => {
    const world = correlationWorld();
    const story = OUR_STORIES['throttled']?.(scene);
    for (const { item } of story?.ledger ?? []) world.records.put(item);
    for (const { record } of story?.calls ?? []) await world.deliver(record);
    const belongs = [...world.ledger.items.values()].map(({ of }) => of);
    expect(belongs).toHaveLength(2);
    for (const of of belongs) expect(of).toMatch(/^scan-account\./);
  });

  it('is a stray where a pointer leads to a record that knows nothing of it', async () => {
    const world = correlationWorld();
    const story = OUR_STORIES['issued']?.(scene);
    for (const { item } of story?.ledger ?? []) world.records.put(item);
    const to = String(Object(story?.ledger[0]?.item)['recordId']);
    for (const [id, leads] of [
      ['planted', to],
      ['nowhere', `scan-account.${'a'.repeat(32)}`],
    ] as const) {
      world.records.put(pointerRecord({ lastStsRequestId: id }, { to: leads, nowMs: START_MS }));
      await world.deliver(deniedRecord({ ...facts, requestId: id, atMs: START_MS + 400_000 }));
    }
    world.clock.advance(3_700_000);
    await world.tick();
    expect(world.told.map(({ detailType }) => detailType)).toEqual(['DeniedCallStray', 'DeniedCallStray']);
  });
});
