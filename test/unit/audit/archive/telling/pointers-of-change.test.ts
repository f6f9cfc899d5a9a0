import { describe, expect, it } from 'vitest';
import { archiveChange } from '../../../../../lib/audit/archive/archive-change.ts';
import { pointersOfChange } from '../../../../../lib/audit/archive/telling/pointers-of-change.ts';
import { nextAttempt, nextCall } from '../../../../../lib/ledger/issuance-intents.ts';
import { issued, released } from '../../../../../lib/ledger/issuance-transitions.ts';
import { START_MS } from '../../../../support/frozen-clock.ts';
import { legalChanges, lives } from '../../../../support/issuance-life.ts';
import { type Images, streamChange } from '../../../../support/stream-change.ts';

const pointers = (images: Images) => pointersOfChange(archiveChange(streamChange(images)));
const at = START_MS;
const grounds = { owner: 'o', roleArn: 'r', tenantVersion: 1, roleVersion: 1 };
const session = {
  assumedRoleId: 'A',
  issuedAtMs: at,
  expiresAtMs: at + 1,
  fenceMs: at + 1,
  policySha256: 'b'.repeat(64),
};

const second = nextAttempt(lives.unclaimed, grounds, at);
const secondIssued = issued(second, { ...session, accessKeyId: 'ASIA2', stsRequestId: 'sts-2' }, at);
const again = nextCall(lives.intended, { owner: 'owner-1', code: 'sts.denied', stsRequestId: 'sts-0' }, at);
const onceMore = nextCall(again, { owner: 'owner-1', code: 'sts.denied', stsRequestId: 'sts-1' }, at);
const dropped = released(
  onceMore,
  {
    code: 'seal.failed',
    resume: 'attempt',
    outcome: 'undelivered',
    retryAtMs: at,
    session: { ...session, accessKeyId: 'ASIA1', stsRequestId: 'sts-2' },
  },
  at,
);
const call = { eventId: 'e1', stsRequestId: 'sts-1', atMs: 1_000, receivedAtMs: 2_000, accessKeyId: 'ASIA1' };
const seen = {
  recordId: `seen_${'a'.repeat(32)}`,
  recordType: 'observation',
  version: 1,
  sessionName: 's',
  calls: [call],
  uncounted: 0,
  told: [],
  recordedAtMs: at,
  lastAccessKeyId: 'ASIA1',
  lastStsRequestId: 'sts-1',
};
const other = { ...call, eventId: 'e2', stsRequestId: 'sts-2', accessKeyId: 'ASIA2' };
const seenMore = { ...seen, version: 2, calls: [call, other], lastAccessKeyId: 'ASIA2', lastStsRequestId: 'sts-2' };

describe('pointers', () => {
  it.each<[string, Images, readonly object[]]>([
    ['none to a first session', { before: lives.intended, after: lives.issued }, []],
    ['none while the last session stays the last', { before: lives.unclaimed, after: second }, []],
    [
      'from the first session when there is a second',
      { before: second, after: secondIssued },
      [{ lastAccessKeyId: lives.issued.lastAccessKeyId }, { lastStsRequestId: 'sts-1' }],
    ],
    ['none to a first call that was answered', { before: lives.intended, after: again }, []],
    ['from a denied call when there is another', { before: again, after: onceMore }, [{ lastStsRequestId: 'sts-0' }]],
    ['from it once, and then from the next', { before: onceMore, after: dropped }, [{ lastStsRequestId: 'sts-1' }]],
    ['none of a record that is gone', { before: secondIssued }, []],
    ['none of what CloudTrail showed first', { after: seen }, []],
    [
      'from what it showed first when it shows more',
      { before: seen, after: seenMore },
      [{ lastAccessKeyId: 'ASIA1' }, { lastStsRequestId: 'sts-1' }],
    ],
    [
      'from all but the last of what it showed at once',
      { after: seenMore },
      [{ lastAccessKeyId: 'ASIA1' }, { lastStsRequestId: 'sts-1' }],
    ],
    [
      'from nothing that can be no key of an index',
      {
        after: {
          ...seen,
          calls: ['', 'k'.repeat(2_049)].flatMap((accessKeyId) => seen.calls.map((call) => ({ ...call, accessKeyId }))),
        },
      },
      [],
    ],
    [
      'none when only its verdict changed',
      { before: seenMore, after: { ...seenMore, version: 3, told: ['sts-2'] } },
      [],
    ],
  ])('lead %s', (_, images, expected) => {
    expect(pointers(images)).toEqual(expected);
  });

  it('lead to no issuance of one attempt and one answer', () => {
    const single = legalChanges.filter(({ name, after }) => after.attempt === 1 && !name.includes('another call'));
    expect(single.length).toBeGreaterThan(20);
    for (const change of single) expect(pointers(change), change.name).toEqual([]);
  });
});
