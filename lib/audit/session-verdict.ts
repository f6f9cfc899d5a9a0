/**
 * What CloudTrail and the ledger together say of the sessions of one attempt or probe. A verdict is worked out whenever
 * it is asked for, from what is known then, and never stored: records that come twice, late or in another order lead to
 * the same verdict.
 */

/** One session that CloudTrail showed under a session name of ours. */
export type Observation = {
  readonly eventId: string;
  readonly stsRequestId: string;
  readonly atMs: number;
  readonly roleArn: string;
  readonly accessKeyId: string;
  /** When the record reached us, where that is known; without this time no session counts as late. */
  readonly receivedAtMs?: number;
  /** The role whose session called; only the copy of the caller's own account names it. */
  readonly callerRoleArn?: string;
};

/** What the ledger holds about the one session that may bear a session name. */
export type AnnouncedSession = {
  readonly roleArn: string;
  /**
   * The time of the last call that was announced under the name: every earlier one is known to have made no session.
   */
  readonly intendedAtMs: number;
  /** The call was made by this time, if it was made at all. Left out: the end is not known. */
  readonly calledByMs?: number;
  /** The role that was to call. Left out: the caller is not compared with what CloudTrail shows. */
  readonly callerRoleArn?: string;
  /** The access key that STS gave us, where its answer was read. */
  readonly accessKeyId?: string;
  readonly issuedAtMs?: number;
  /** `open`: the call may still be under way. `closed`: an answer was read, and it made no session. */
  readonly answer: 'open' | 'read' | 'lost' | 'closed';
};

export type Verdict =
  /** The session that we were given, under the name that we announced and in the role that we asked for. */
  | 'matched'
  /** The same as `matched`, but CloudTrail took over an hour to show it. */
  | 'late'
  /** A session that was announced but whose answer was lost: nobody holds it. */
  | 'explained'
  /** The call may still be under way, or CloudTrail's record may still be on its way. */
  | 'awaited'
  /** A session that we were given but that CloudTrail has not shown within an hour: the trail is broken. */
  | 'missing'
  /** A session that nobody announced. */
  | 'stray';

/** Why a session counts as one that nobody announced. */
const STRAY_REASONS = [
  /** No attempt and no probe has the session name. */
  'nameUnknown',
  /**
   * The caller is another function of ours than the one that announced the call, or one that assumes no roles at all.
   */
  'otherCaller',
  /** The role is another than the one that was to be assumed. */
  'otherRole',
  /** The session is another than the one that we were given under the name. */
  'otherKey',
  /** The session was made before the call was announced, or when the call must have been over. */
  'outsideCall',
  /** The call was answered and made no session. */
  'noSessionMade',
  /** One call makes one session, and another session is explained by the call already. */
  'secondSession',
  /** The call was denied, and nobody recorded it. */
  'callUnknown',
] as const;
export type StrayReason = (typeof STRAY_REASONS)[number];

type Judged =
  | { readonly verdict: Exclude<Verdict, 'missing' | 'stray'> }
  | { readonly verdict: 'stray'; readonly why: StrayReason };

export type SessionVerdict<Seen extends Observation = Observation> = {
  /** The verdict on the announced session itself; undefined where no session was made. */
  readonly announced: Exclude<Verdict, 'stray'> | undefined;
  /** Every observation with its verdict, in the order of time. Two records of one session count once. */
  readonly observed: readonly (Seen & Judged)[];
};

/**
 * How long we wait for CloudTrail: after this time a session that is not shown counts as missing, and one that is shown
 * counts as late.
 */
export const MISSING_AFTER_MS = 60 * 60_000;
/** How far apart our clocks and those of STS may be; CloudTrail gives time in whole seconds. */
export const CLOCKS_APART_MS = 31_000;

/** Judges the sessions under one announced name. When `session` is undefined, no such name was ever announced. */
export function judgeSessions<Seen extends Observation>(
  session: AnnouncedSession | undefined,
  observations: readonly Seen[],
  nowMs: number,
): SessionVerdict<Seen> {
  let explained = false;
  const observed = distinct(observations).map((observation) => {
    const judged = judge(session, observation, explained);
    explained ||= judged.verdict === 'explained';
    return { ...observation, ...judged };
  });
  return { announced: judgeAnnounced(session, observed, nowMs), observed };
}

function judge(session: AnnouncedSession | undefined, seen: Observation, explainedBefore: boolean): Judged {
  if (session === undefined) return stray('nameUnknown');
  const callers = [session.callerRoleArn, seen.callerRoleArn];
  if (!callers.includes(undefined) && session.callerRoleArn !== seen.callerRoleArn) return stray('otherCaller');
  if (seen.roleArn !== session.roleArn) return stray('otherRole');
  // The key is compared before the times: nobody else is given our key, however far apart the clocks are.
  if (session.answer === 'read' && seen.accessKeyId === session.accessKeyId) return { verdict: timely(seen) };
  if (session.answer === 'read') return stray('otherKey');
  if (isOutsideCall(session, seen)) return stray('outsideCall');
  if (session.answer === 'open') return { verdict: 'awaited' };
  if (session.answer === 'closed') return stray('noSessionMade');
  // One call makes one session: the second one under the name is somebody else's.
  return explainedBefore ? stray('secondSession') : { verdict: 'explained' };
}

function stray(why: StrayReason): Judged {
  return { verdict: 'stray', why };
}

function timely({ atMs, receivedAtMs = atMs }: Observation): 'matched' | 'late' {
  return receivedAtMs - atMs > MISSING_AFTER_MS ? 'late' : 'matched';
}

/** Whether, as far as the clocks tell, this cannot be the call that was announced. */
export function isOutsideCall(
  { intendedAtMs, calledByMs = Number.POSITIVE_INFINITY }: Pick<AnnouncedSession, 'intendedAtMs' | 'calledByMs'>,
  { atMs }: Pick<Observation, 'atMs'>,
): boolean {
  return atMs < intendedAtMs - CLOCKS_APART_MS || atMs > calledByMs + CLOCKS_APART_MS;
}

function judgeAnnounced(
  session: AnnouncedSession | undefined,
  observed: SessionVerdict['observed'],
  nowMs: number,
): SessionVerdict['announced'] {
  if (session === undefined || session.answer === 'closed') return undefined;
  const shown = observed.map(({ verdict }) => verdict).find((verdict) => verdict !== 'stray' && verdict !== 'awaited');
  if (shown !== undefined) return shown;
  // A session whose answer was lost may never have been made, so it does not count as missing.
  if (session.answer !== 'read') return 'awaited';
  const issuedAtMs = session.issuedAtMs ?? session.intendedAtMs;
  return nowMs - issuedAtMs > MISSING_AFTER_MS ? 'missing' : 'awaited';
}

/**
 * The observations in the order of time, each session once: both accounts' copies and every delivery of them describe
 * the same session. The result does not depend on which copy came first.
 */
function distinct<Seen extends Observation>(observations: readonly Seen[]): readonly Seen[] {
  const sessions = new Map<string, Seen>();
  for (const seen of [...observations].sort((left, right) => compare(left.eventId, right.eventId))) {
    const key = `${seen.accessKeyId} ${seen.roleArn}`;
    const before = sessions.get(key);
    sessions.set(key, before === undefined ? seen : merged(before, seen));
  }
  return [...sessions.values()].sort(
    (left, right) => left.atMs - right.atMs || compare(left.accessKeyId, right.accessKeyId),
  );
}

/** The earlier of two copies, completed with what only the other one says. */
function merged<Seen extends Observation>(one: Seen, other: Seen): Seen {
  const [first, second] = other.atMs < one.atMs ? [other, one] : [one, other];
  const received = [one.receivedAtMs, other.receivedAtMs].filter((atMs) => atMs !== undefined);
  const callerRoleArn = first.callerRoleArn ?? second.callerRoleArn;
  return {
    ...first,
    ...(received.length === 0 ? {} : { receivedAtMs: Math.min(...received) }),
    ...(callerRoleArn === undefined ? {} : { callerRoleArn }),
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
