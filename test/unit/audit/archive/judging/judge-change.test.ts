import { describe, expect, it } from 'vitest';
import { archiveChange } from '../../../../../lib/audit/archive/archive-change.ts';
import { pointerRecord } from '../../../../../lib/audit/archive/telling/pointer-record.ts';
import type { Issuance } from '../../../../../lib/ledger/issuance.ts';
import { nextAttempt, openRefused } from '../../../../../lib/ledger/issuance-intents.ts';
import { strangersRecord } from '../../../../../lib/ledger/strangers-record.ts';
import { appendEntry, type NewEntry } from '../../../../../lib/ledger/trail.ts';
import { closedProbe, openProbe } from '../../../../../lib/probes/probe-record.ts';
import { anIdentity, aRequest } from '../../../../support/an-issuance.ts';
import { countingIds } from '../../../../support/counting-ids.ts';
import { START_MS } from '../../../../support/frozen-clock.ts';
import { identity, legalChanges, lives } from '../../../../support/issuance-life.ts';
import { type Images, streamChange } from '../../../../support/stream-change.ts';

const found = (images: Images) => archiveChange(streamChange(images)).archived.findings.map(({ finding }) => finding);
const { intended, issued, claimed, completed, unclaimed, settled, inHands, lost, throttled } = lives;

const order = { tenantId: 'acme', accountId: '222222222222', roleArn: 'arn:aws:iam::222222222222:role/x/y' };
const probe = openProbe(
  { ...order, probe: 'rightExternalId', externalId: 'cb-x' },
  { by: 'verify-trust', ids: countingIds(), nowMs: START_MS },
);
const called = { ...probe, calledAtMs: START_MS };
const session = { accessKeyId: 'ASIA1', assumedRoleId: 'A', stsRequestId: 'sts', issuedAtMs: 1, expiresAtMs: 2 };
const closed = closedProbe(called, { outcome: 'unknown', code: 'broker.clockSkewed', session }, START_MS);
const request = aRequest('r');
const strangers = strangersRecord(
  { source: { kind: 'event', account: '1', name: 'x' }, minuteMs: 60_000 },
  { counted: 3, nowMs: START_MS },
);
const pointer = pointerRecord({ lastAccessKeyId: 'ASIA1' }, { to: 'x', nowMs: START_MS });
const call = { eventId: 'e1', stsRequestId: 'sts-1', atMs: 1_000, receivedAtMs: 2_000, accessKeyId: 'ASIA1' };
const seen = {
  recordId: `seen_${'a'.repeat(32)}`,
  recordType: 'observation',
  version: 1,
  sessionName: 'scan-account.x.1',
  calls: [call],
  uncounted: 0,
  told: [],
  recordedAtMs: START_MS,
};
const seenMore = { ...seen, version: 2, calls: [call, { ...call, eventId: 'e2', accessKeyId: 'ASIA2' }], of: 'x' };
const seenTwoMore = { ...seenMore, calls: [...seenMore.calls, { ...call, eventId: 'e3', accessKeyId: 'ASIA3' }] };
const toldAtOnce = { ...seenMore, told: ['sts-1'], exception: 'stray', day: '2031-05-06' };
const stray = {
  ...seen,
  exception: 'stray',
  day: '2031-05-06',
  lastAccessKeyId: 'ASIA1',
  lastStsRequestId: 'sts-1',
};

describe('a change that our own code makes', () => {
  it.each(legalChanges)('has nothing wrong with it: an issuance, $name', (change) => {
    expect(archiveChange(streamChange(change)).archived.findings).toEqual([]);
  });

  it.each<[string, Images]>([
    ['a request', { after: request }],
    ['strangers', { after: strangers }],
    ['a pointer', { after: pointer }],
    ['a probe before its call', { after: probe }],
    ['a probe with its call', { after: called }],
    ['a call of a probe', { before: probe, after: called }],
    ['an outcome of a probe', { before: called, after: closed }],
    ['an observation', { after: seen }],
    ['an observation that waits', { after: { ...seen, dueShard: 'correlation', dueAtMs: START_MS + 300_000 } }],
    ['an observation that grew', { before: seen, after: seenMore }],
    [
      'an observation that was told of',
      { before: seen, after: { ...seen, version: 2, told: ['sts-1'], exception: 'stray', day: '2031-05-06' } },
    ],
  ])('has nothing wrong with it: %s', (_, images) => {
    expect(found(images)).toEqual([]);
  });
});

/** With one more entry, whatever it says. */
function withEntry(before: Issuance, entry: NewEntry, change: object = {}): object {
  const trail = appendEntry(before.trail, { issuanceId: before.recordId, entry });
  return { ...before, ...change, trail, trailHead: trail.at(-1)?.hash };
}

const { ticket: _ticket, ...withoutTicket } = issued;
const { claim: _claim, ...withoutClaim } = claimed;
const { dueAtMs: _due, dueShard: _shard, ...neverSwept } = intended;
const edited = intended.trail.map((entry) => ({ ...entry, tenantVersion: 9 }));
const at = START_MS;

describe('a change that nobody of ours makes', () => {
  it.each<[string, Images, readonly string[]]>([
    // The trail.
    [
      'an entry edited',
      { before: issued, after: { ...issued, trail: [...edited, ...issued.trail.slice(1)] } },
      ['trailRewritten'],
    ],
    [
      'the last entry dropped',
      { before: issued, after: { ...issued, trail: issued.trail.slice(0, 1) } },
      ['trailRewritten'],
    ],
    ['the whole trail dropped', { before: issued, after: { ...issued, trail: [] } }, ['trailRewritten']],
    [
      'another trail that holds',
      { before: issued, after: { ...issued, trail: lost.trail, trailHead: lost.trailHead } },
      ['trailRewritten'],
    ],
    [
      'a head that is not of the trail',
      { before: issued, after: { ...issued, trailHead: intended.trailHead } },
      ['trailRewritten'],
    ],
    ['a trail of another issuance', { after: { ...intended, ...anIdentity('other') } }, ['trailRewritten']],
    // Edges, by the trail.
    [
      'an end that is issued again',
      { before: settled, after: withEntry(settled, { type: 'issued', atMs: at, facts: { attempt: 1 } }) },
      ['edgeNotAllowed'],
    ],
    [
      'an issue without an intent',
      { after: withEntry({ ...intended, trail: [] }, { type: 'issued', atMs: at, facts: {} }) },
      ['edgeNotAllowed'],
    ],
    ['two entries at once', { before: intended, after: unclaimed }, ['edgeNotAllowed']],
    [
      'an intent under somebody’s lease',
      {
        before: intended,
        after: nextAttempt(intended, { owner: 'o', roleArn: 'r', tenantVersion: 1, roleVersion: 1 }, at),
      },
      ['edgeNotAllowed'],
    ],
    [
      'an attempt beside a ticket',
      {
        before: issued,
        after: nextAttempt(issued, { owner: 'o', roleArn: 'r', tenantVersion: 1, roleVersion: 1 }, at),
      },
      ['edgeNotAllowed'],
    ],
    [
      'a call by somebody else',
      {
        before: intended,
        after: withEntry(intended, {
          type: 'called',
          atMs: at,
          facts: { attempt: 1, call: 2, owner: 'o', leaseUntilMs: at + 45_000 },
        }),
      },
      ['edgeNotAllowed'],
    ],
    [
      'a ninth call',
      {
        before: { ...intended, call: 8 },
        after: withEntry(
          { ...intended, call: 8 },
          { type: 'called', atMs: at, facts: { attempt: 1, call: 9, owner: 'owner-1', leaseUntilMs: at + 45_000 } },
        ),
      },
      ['edgeNotAllowed'],
    ],
    [
      'a settlement of another report',
      {
        before: completed,
        after: withEntry(completed, { type: 'settled', atMs: at, facts: { attempt: 1, reportSha256: 'f'.repeat(64) } }),
      },
      ['edgeNotAllowed'],
    ],
    [
      'an entry of another attempt',
      { before: issued, after: withEntry(issued, { type: 'expired', atMs: at, facts: { attempt: 2 } }) },
      ['edgeNotAllowed'],
    ],
    // State, attempts and keys against the trail.
    [
      'another key than the trail’s',
      { before: intended, after: { ...issued, lastAccessKeyId: 'ASIA2' } },
      ['stateNotOfTrail'],
    ],
    [
      'another attempt than the trail’s',
      { before: intended, after: { ...issued, attempts: [{ ...issued.attempts[0], fenceMs: 1 }] } },
      ['stateNotOfTrail'],
    ],
    [
      'another state than the trail’s',
      { before: intended, after: { ...intended, trail: issued.trail, trailHead: issued.trailHead } },
      ['stateNotOfTrail'],
    ],
    ['an issue without its ticket', { before: intended, after: withoutTicket }, ['stateNotOfTrail']],
    ['an intent that nobody sweeps', { after: neverSwept }, ['stateNotOfTrail']],
    [
      'a new one under another id',
      {
        after: openRefused({ ...identity, recordId: 'scan-account.x' }, { reason: 'switch.off', explanation: '' }, at),
      },
      ['stateNotOfTrail'],
    ],
    [
      'an id that is not derived',
      { after: { ...intended, tenantId: 'acme', requestId: 'req_x' } },
      ['stateNotOfTrail'],
    ],
    // What a job may and may not.
    ['a claim without a claim', { before: issued, after: withoutClaim }, ['stateNotOfTrail']],
    [
      'a claim of another attempt',
      { before: issued, after: { ...claimed, claim: { atMs: at, attempt: 2, by: 'x' } } },
      ['stateNotOfTrail'],
    ],
    [
      'a claim too late',
      { before: issued, after: { ...claimed, claim: { atMs: at + 300_000, attempt: 1, by: 'x' } } },
      ['edgeNotAllowed'],
    ],
    [
      'a claim that leaves the ticket',
      { before: issued, after: { ...claimed, ticket: issued.ticket } },
      ['edgeNotAllowed'],
    ],
    [
      'a claim of what was withdrawn',
      { before: unclaimed, after: { ...claimed, ...unclaimed, state: 'claimed', claim: claimed.claim } },
      ['edgeNotAllowed'],
    ],
    ['a report before the claim', { before: issued, after: completed }, ['edgeNotAllowed']],
    ['a claim undone', { before: claimed, after: issued }, ['edgeNotAllowed']],
    [
      'a report of another state',
      { before: claimed, after: { ...completed, report: { ...completed.report, outcome: 'failed' } } },
      ['stateNotOfTrail'],
    ],
    [
      'a report changed afterwards',
      { before: completed, after: { ...completed, report: { ...completed.report, summary: '{}' } } },
      ['edgeNotAllowed'],
    ],
    [
      'a claim changed with the report',
      { before: claimed, after: { ...completed, claim: { ...claimed.claim, by: 'other' } } },
      ['beyondAttributes'],
    ],
    [
      'a ticket exchanged',
      { before: issued, after: { ...issued, ticket: { ...issued.ticket, usableUntilMs: at * 2 } } },
      ['beyondAttributes'],
    ],
    ['a ticket taken away', { before: issued, after: withoutTicket }, ['beyondAttributes']],
    [
      'a claim that was there before',
      { before: claimed, after: { ...claimed, claim: { ...claimed.claim, by: 'other' } } },
      ['beyondAttributes'],
    ],
    // Everything else.
    [
      'a key changed without the trail',
      { before: issued, after: { ...issued, lastAccessKeyId: 'ASIA2' } },
      ['beyondAttributes'],
    ],
    ['a tenant exchanged', { before: issued, after: { ...issued, tenantId: 'globex' } }, ['beyondAttributes']],
    [
      'a tenant exchanged with an entry',
      { before: intended, after: { ...issued, tenantId: 'globex' } },
      ['beyondAttributes'],
    ],
    ['taken from the sweeper', { before: intended, after: neverSwept }, ['beyondAttributes']],
    [
      'a session made somebody else’s',
      { before: inHands, after: { ...inHands, delivery: undefined } },
      ['beyondAttributes'],
    ],
    [
      'an end given back to the sweeper',
      { before: settled, after: { ...settled, dueShard: 'due', dueAtMs: 1 } },
      ['edgeNotAllowed'],
    ],
    ['an owner exchanged', { before: throttled, after: { ...throttled, owner: 'o' } }, ['beyondAttributes']],
    // Records of other types.
    ['a request changed', { before: request, after: { ...request, requester: 'other' } }, ['rewritten']],
    ['strangers counted anew', { before: strangers, after: { ...strangers, counted: 1 } }, ['rewritten']],
    ['a pointer turned', { before: pointer, after: { ...pointer, to: 'y' } }, ['rewritten']],
    [
      'a request that becomes another thing',
      { before: request, after: { ...strangers, recordId: request.recordId } },
      ['rewritten'],
    ],
    ['a ticket of a request', { after: { ...request, ticket: issued.ticket } }, ['beyondAttributes']],
    ['a probe with its outcome at once', { after: closed }, ['edgeNotAllowed']],
    ['an outcome without a call', { before: probe, after: closed }, ['edgeNotAllowed']],
    ['a call of a probe twice', { before: called, after: { ...called, calledAtMs: at + 1 } }, ['edgeNotAllowed']],
    ['an outcome changed', { before: closed, after: { ...closed, outcome: 'denied' } }, ['rewritten']],
    ['a probe of another role', { before: called, after: { ...closed, roleArn: 'r' } }, ['beyondAttributes']],
    [
      'a call gone from an observation',
      { before: seenMore, after: { ...seenMore, version: 3, calls: [call] } },
      ['rewritten'],
    ],
    [
      'a call of an observation changed',
      { before: seen, after: { ...seenMore, calls: [{ ...call, atMs: 2 }] } },
      ['rewritten'],
    ],
    [
      'a stray that is no longer found as one',
      { before: stray, after: { ...seen, version: 2, told: ['sts-1'] } },
      ['rewritten'],
    ],
    [
      'an observation found by another key',
      { before: stray, after: { ...stray, version: 2, lastAccessKeyId: 'ASIA9' } },
      ['rewritten'],
    ],
    // As somebody would plant one, so that what CloudTrail shows later is on record and told already.
    ['an observation that begins as told', { after: { ...seen, told: ['sts-1'] } }, ['edgeNotAllowed']],
    ['an observation that begins with two calls', { after: { ...seenMore, version: 1 } }, ['edgeNotAllowed']],
    ['an observation that begins with calls only counted', { after: { ...seen, uncounted: 1 } }, ['edgeNotAllowed']],
    [
      'an observation that is due in a time to come',
      { after: { ...seen, dueShard: 'correlation', dueAtMs: START_MS + 300_001 } },
      ['edgeNotAllowed'],
    ],
    ['an observation that is due in no shard', { after: { ...seen, dueAtMs: START_MS } }, ['edgeNotAllowed']],
    [
      'an observation that is due in another shard',
      { after: { ...seen, dueShard: 'sweep', dueAtMs: START_MS } },
      ['edgeNotAllowed'],
    ],
    ['an observation that begins later than it can', { after: { ...seen, version: 2 } }, ['edgeNotAllowed']],
    ['a call told in the change that shows it', { before: seen, after: toldAtOnce }, ['edgeNotAllowed']],
    ['two calls in one change', { before: seen, after: seenTwoMore }, ['edgeNotAllowed']],
    [
      'a call counted beside one that is kept',
      { before: seen, after: { ...seenMore, uncounted: 1 } },
      ['edgeNotAllowed'],
    ],
    [
      'a call told that is none of its own',
      { before: seen, after: { ...seen, version: 2, told: ['sts-9'], exception: 'stray', day: '2031-05-06' } },
      ['edgeNotAllowed'],
    ],
    [
      'a call told of an observation without a stray',
      { before: seen, after: { ...seen, version: 2, told: ['sts-1'] } },
      ['edgeNotAllowed'],
    ],
    ['a version of an observation skipped', { before: seen, after: { ...seenMore, version: 3 } }, ['edgeNotAllowed']],
    ['an observation of another session', { before: seen, after: { ...seenMore, sessionName: 'y' } }, ['rewritten']],
    // No record at all.
    ['a secret beside', { before: issued, after: { ...issued, secretAccessKey: 'x' } }, ['unreadable']],
    ['an unknown type', { after: { recordId: 'x', recordType: 'other' } }, ['unreadable']],
    ['nonsense in a job’s row', { before: claimed, after: { ...claimed, claim: 'mine' } }, ['unreadable']],
    ['what was nonsense and is none now', { before: { ...claimed, claim: 'mine' }, after: claimed }, ['rewritten']],
    ['removed', { before: issued }, ['removed']],
    ['a request removed', { before: request }, ['removed']],
  ])('is found: %s', (_, images, findings) => {
    expect(found(images)).toEqual(findings);
  });

  const states = [...new Set(legalChanges.map(({ after }) => after.state))];
  it.each(Object.entries(lives))('is found: %s, and any other state is written', (_, before) => {
    expect(states).toHaveLength(10);
    for (const state of states.filter((other) => other !== before.state)) {
      expect(found({ before, after: { ...before, state } }), state).not.toEqual([]);
    }
  });

  it('repeats nothing of what was written', () => {
    const secret = 'AQoDYXdzEPT//////////wEXAMPLE';
    const images = [
      { before: issued, after: { ...issued, owner: secret } },
      { before: issued, after: { ...issued, more: secret } },
      { before: claimed, after: { ...completed, report: { ...completed.report, outcome: secret } } },
      { before: intended, after: { ...issued, lastAccessKeyId: secret, state: 'denied', code: secret } },
    ];
    for (const one of images) {
      const { findings, unreadable } = archiveChange(streamChange(one)).archived;
      expect(findings).not.toEqual([]);
      expect(JSON.stringify([findings, unreadable])).not.toContain(secret);
    }
  });
});
