import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnnouncedSession,
  judgeSessions,
  MISSING_AFTER_MS,
  type Observation,
} from '../../../lib/audit/session-verdict.ts';

const ROLE = 'arn:aws:iam::222222222222:role/credential-broker/scanner';
const OTHER_ROLE = 'arn:aws:iam::222222222222:role/credential-broker/logs';
const CALLER = 'arn:aws:iam::111111111111:role/credential-broker-dev-issue-credentials';
const T = Date.UTC(2026, 10, 21);
const SOON = T + 600_000;
const LATE = T + MISSING_AFTER_MS + 60_000;

const given: AnnouncedSession = {
  roleArn: ROLE,
  intendedAtMs: T,
  accessKeyId: 'ASIA1',
  issuedAtMs: T + 400,
  answer: 'read',
};
const lost: AnnouncedSession = { roleArn: ROLE, intendedAtMs: T, answer: 'lost' };
const open: AnnouncedSession = { roleArn: ROLE, intendedAtMs: T, answer: 'open' };
const closed: AnnouncedSession = { roleArn: ROLE, intendedAtMs: T, answer: 'closed' };

const seen = (change: Partial<Observation> = {}): Observation => ({
  eventId: 'event-1',
  stsRequestId: 'request-1',
  atMs: T + 1_000,
  roleArn: ROLE,
  accessKeyId: 'ASIA1',
  ...change,
});

type Case = {
  readonly title: string;
  readonly session: AnnouncedSession | undefined;
  readonly observations: readonly Observation[];
  readonly nowMs?: number;
  readonly announced: string | undefined;
  /** A stray's is followed by why it is one. */
  readonly observed: readonly string[];
};

const CASES: readonly Case[] = [
  {
    title: 'a session that we hold and CloudTrail shows',
    session: given,
    observations: [seen()],
    announced: 'matched',
    observed: ['matched'],
  },
  {
    title: 'both copies of it, and one delivered twice',
    session: given,
    observations: [seen(), seen({ eventId: 'event-2' }), seen()],
    announced: 'matched',
    observed: ['matched'],
  },
  {
    title: 'a session that CloudTrail has not shown yet',
    session: given,
    observations: [],
    announced: 'awaited',
    observed: [],
  },
  {
    title: 'a session that CloudTrail has not shown for over an hour',
    session: given,
    observations: [],
    nowMs: LATE,
    announced: 'missing',
    observed: [],
  },
  {
    title: 'one that comes after it was missing',
    session: given,
    observations: [seen()],
    nowMs: LATE,
    announced: 'matched',
    observed: ['matched'],
  },
  {
    title: 'another key under our session name',
    session: given,
    observations: [seen({ accessKeyId: 'ASIA2' })],
    announced: 'awaited',
    observed: ['stray: otherKey'],
  },
  {
    title: 'ours, and another key beside it',
    session: given,
    observations: [seen({ accessKeyId: 'ASIA2', eventId: 'event-2' }), seen()],
    announced: 'matched',
    observed: ['matched', 'stray: otherKey'],
  },
  {
    title: 'our key in another role',
    session: given,
    observations: [seen({ roleArn: OTHER_ROLE })],
    announced: 'awaited',
    observed: ['stray: otherRole'],
  },
  {
    title: 'a lost answer whose session was made',
    session: lost,
    observations: [seen({ accessKeyId: 'ASIA9' })],
    announced: 'explained',
    observed: ['explained'],
  },
  {
    title: 'a lost answer of which nothing is seen',
    session: lost,
    observations: [],
    nowMs: LATE,
    announced: 'awaited',
    observed: [],
  },
  {
    title: 'two sessions under one lost answer',
    session: lost,
    observations: [seen(), seen({ eventId: 'event-2', accessKeyId: 'ASIA2', atMs: T + 2_000 })],
    announced: 'explained',
    observed: ['explained', 'stray: secondSession'],
  },
  {
    title: 'a call that may still be under way',
    session: open,
    observations: [seen()],
    announced: 'awaited',
    observed: ['awaited'],
  },
  {
    title: 'a call that STS refused, and a session all the same',
    session: closed,
    observations: [seen()],
    announced: undefined,
    observed: ['stray: noSessionMade'],
  },
  {
    title: 'a name that nobody announced',
    session: undefined,
    observations: [seen()],
    announced: undefined,
    observed: ['stray: nameUnknown'],
  },
  {
    title: 'a session from before its intent',
    session: lost,
    observations: [seen({ atMs: T - 60_000 })],
    announced: 'awaited',
    observed: ['stray: outsideCall'],
  },
  {
    title: 'a session after the lost call was over',
    session: { ...lost, calledByMs: T + 45_000 },
    observations: [seen({ atMs: T + 120_000 })],
    announced: 'awaited',
    observed: ['stray: outsideCall'],
  },
  {
    title: 'a session while the lost call may have been made',
    session: { ...lost, calledByMs: T + 45_000 },
    observations: [seen({ atMs: T + 70_000 })],
    announced: 'explained',
    observed: ['explained'],
  },
  {
    title: 'a session after the call that is still open',
    session: { ...open, calledByMs: T + 45_000 },
    observations: [seen({ atMs: T + 120_000 })],
    announced: 'awaited',
    observed: ['stray: outsideCall'],
  },
  {
    title: 'our own key, with our clock minutes ahead',
    session: given,
    observations: [seen({ atMs: T - 600_000 })],
    announced: 'matched',
    observed: ['matched'],
  },
  {
    title: 'a session of the function that announced it',
    session: { ...given, callerRoleArn: CALLER },
    observations: [seen({ callerRoleArn: CALLER })],
    announced: 'matched',
    observed: ['matched'],
  },
  {
    title: 'a session of another function of ours',
    session: { ...given, callerRoleArn: CALLER },
    observations: [seen({ callerRoleArn: `${CALLER}-2` })],
    announced: 'awaited',
    observed: ['stray: otherCaller'],
  },
  {
    title: 'a session whose copy does not name its caller, beside the one that does',
    session: { ...given, callerRoleArn: CALLER },
    observations: [seen(), seen({ eventId: 'event-0', callerRoleArn: `${CALLER}-2` })],
    announced: 'awaited',
    observed: ['stray: otherCaller'],
  },
  {
    title: 'a session that came in time',
    session: given,
    observations: [seen({ receivedAtMs: T + 1_000 + MISSING_AFTER_MS })],
    announced: 'matched',
    observed: ['matched'],
  },
  {
    title: 'a session that came after more than an hour',
    session: given,
    observations: [seen({ receivedAtMs: T + 1_001 + MISSING_AFTER_MS })],
    nowMs: LATE,
    announced: 'late',
    observed: ['late'],
  },
  {
    title: 'a session whose second copy came after more than an hour',
    session: given,
    observations: [seen({ receivedAtMs: LATE + 1_000 }), seen({ eventId: 'event-2', receivedAtMs: T + 5_000 })],
    nowMs: LATE + 2_000,
    announced: 'matched',
    observed: ['matched'],
  },
  {
    title: 'clocks half a minute apart',
    session: lost,
    observations: [seen({ atMs: T - 30_000 })],
    announced: 'explained',
    observed: ['explained'],
  },
];

describe('the verdict on a session', () => {
  it.each(CASES)('$title', ({ session, observations, nowMs = SOON, announced, observed }) => {
    const verdict = judgeSessions(session, observations, nowMs);
    expect(verdict.announced).toBe(announced);
    const told = verdict.observed.map((each) => (each.verdict === 'stray' ? `stray: ${each.why}` : each.verdict));
    expect(told).toEqual(observed);
  });

  it('is the same whichever copy of a record came first, of calls of one second', () => {
    const other = seen({ accessKeyId: 'ASIA2', eventId: 'event-5' });
    const explained = (eventId: string) =>
      judgeSessions(lost, [seen({ eventId }), other], SOON).observed.map(({ accessKeyId, verdict }) => [
        accessKeyId,
        verdict,
      ]);
    expect(explained('event-9')).toEqual(explained('event-1'));
  });

  it('is the same for records in any order and number', () => {
    const observation = fc.record({
      eventId: fc.constantFrom('e1', 'e2', 'e3', 'e4'),
      stsRequestId: fc.constant('r'),
      atMs: fc.integer({ min: T - 40_000, max: T + 40_000 }),
      roleArn: fc.constantFrom(ROLE, OTHER_ROLE),
      accessKeyId: fc.constantFrom('ASIA1', 'ASIA2', 'ASIA3'),
      receivedAtMs: fc.constantFrom(T + 60_000, LATE),
    });
    const session = fc.constantFrom(given, lost, open, closed, undefined);
    const shuffled = fc
      .uniqueArray(observation, { selector: ({ eventId }) => eventId, maxLength: 4 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
      );
    fc.assert(
      fc.property(session, shuffled, (announced, [list, other]) => {
        expect(judgeSessions(announced, other, SOON)).toEqual(judgeSessions(announced, list, SOON));
      }),
      { numRuns: 2_000 },
    );
  });
});
