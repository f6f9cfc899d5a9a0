/**
 * What CloudTrail and the ledger say together of the sessions of one attempt or probe. A verdict is made of what is known
 * whenever it is asked for, and never stored: records that come twice, late or in another order lead to the same one.
 */

/** One thing that CloudTrail showed under a session name of ours. */
export type Observation = {
  readonly eventId: string;
  readonly stsRequestId: string;
  readonly atMs: number;
  readonly roleArn: string;
  readonly accessKeyId: string;
  /** When it came to us, where that is known: without it no session is late. */
  readonly receivedAtMs?: number;
  /** The role whose session called; only the copy of the caller's own account tells. */
  readonly callerRoleArn?: string;
};

/** What the ledger has of the one session that may bear a session name. */
export type AnnouncedSession = {
  readonly roleArn: string;
  /** Of the last call that was announced under the name: every earlier one is known to have made no session. */
  readonly intendedAtMs: number;
  /** The call was made by then, if it was made at all. Left out: it is not known until when. */
  readonly calledByMs?: number;
  /** Who was to call. Left out: it is not held against what CloudTrail shows. */
  readonly callerRoleArn?: string;
  /** What STS gave us, where its answer was read. */
  readonly accessKeyId?: string;
  readonly issuedAtMs?: number;
  /** `open`: the call may still be under way. `closed`: an answer was read that made no session. */
  readonly answer: 'open' | 'read' | 'lost' | 'closed';
};

export type Verdict =
  /** The session that we were given, under the name that we announced, in the role that we asked for. */
  | 'matched'
  /** The same, and CloudTrail took over an hour to show it. */
  | 'late'
  /** A session that was announced and whose answer was lost: nobody holds it. */
  | 'explained'
  /** The call may still be under way, or CloudTrail may still be on its way. */
  | 'awaited'
  /** A session that we were given, and that CloudTrail has not shown within an hour: the trail is broken. */
  | 'missing'
  /** A session that nobody announced. */
  | 'stray';

/** Why a session counts as one that nobody announced. */
const STRAY_REASONS = [
  /** No attempt and no probe bears the session name. */
  'nameUnknown',
  /** Another function of ours than the one that announced the call, or one that assumes no roles at all. */
  'otherCaller',
  /** Another role than the one that was to be assumed. */
  'otherRole',
  /** Another session than the one that we were given under the name. */
  'otherKey',
  /** Before the call was announced, or when it must have been over. */
  'outsideCall',
  /** The call was answered, and made no session. */
  'noSessionMade',
  /** One call, one session: another one is explained by the call already. */
  'secondSession',
  /** A denied call that nobody recorded. */
  'callUnknown',
] as const;
export type StrayReason = (typeof STRAY_REASONS)[number];

type Judged =
  | { readonly verdict: Exclude<Verdict, 'missing' | 'stray'> }
  | { readonly verdict: 'stray'; readonly why: StrayReason };

export type SessionVerdict<Seen extends Observation = Observation> = {
  /** Of the announced session itself; undefined where no session was made. */
  readonly announced: Exclude<Verdict, 'stray'> | undefined;
  /** Every observation with its verdict, in the order of time. Two records of one session count once. */
  readonly observed: readonly (Seen & Judged)[];
};

/** How long CloudTrail is waited for before a session counts as missing, and after which one counts as late. */
export const MISSING_AFTER_MS = 60 * 60_000;
/** How far apart the clocks of ours and of STS may be; CloudTrail tells time in whole seconds. */
export const CLOCKS_APART_MS = 31_000;

/** Judges the sessions under one announced name. `session` undefined: no such name was ever announced. */
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
  // Before the times are looked at: nobody else is given our key, however far apart the clocks are.
  if (session.answer === 'read' && seen.accessKeyId === session.accessKeyId) return { verdict: timely(seen) };
  if (session.answer === 'read') return stray('otherKey');
  if (isOutsideCall(session, seen)) return stray('outsideCall');
  if (session.answer === 'open') return { verdict: 'awaited' };
  if (session.answer === 'closed') return stray('noSessionMade');
  // One call, one session: the second under the name is somebody else's.
  return explainedBefore ? stray('secondSession') : { verdict: 'explained' };
}

function stray(why: StrayReason): Judged {
  return { verdict: 'stray', why };
}

function timely({ atMs, receivedAtMs = atMs }: Observation): 'matched' | 'late' {
  return receivedAtMs - atMs > MISSING_AFTER_MS ? 'late' : 'matched';
}

/** Could this be the call that was announced, as far as the clocks tell? */
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
  // What was lost may never have been made: it is not missing.
  if (session.answer !== 'read') return 'awaited';
  const issuedAtMs = session.issuedAtMs ?? session.intendedAtMs;
  return nowMs - issuedAtMs > MISSING_AFTER_MS ? 'missing' : 'awaited';
}

/**
 * In the order of time, each session once: both accounts' copies and every delivery of them tell of the same one. Nothing
 * of it depends on which copy came first.
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

/** The earlier of two copies, with what only the other one tells. */
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
