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
};

/** What the ledger has of the one session that may bear a session name. */
export type AnnouncedSession = {
  readonly roleArn: string;
  readonly intendedAtMs: number;
  /** What STS gave us, where its answer was read. */
  readonly accessKeyId?: string;
  readonly issuedAtMs?: number;
  /** `open`: the call may still be under way. `closed`: an answer was read that made no session. */
  readonly answer: 'open' | 'read' | 'lost' | 'closed';
};

export type Verdict =
  /** The session that we were given, under the name that we announced, in the role that we asked for. */
  | 'matched'
  /** A session that was announced and whose answer was lost: nobody holds it. */
  | 'explained'
  /** The call may still be under way, or CloudTrail may still be on its way. */
  | 'awaited'
  /** A session that we were given, and that CloudTrail has not shown within an hour: the trail is broken. */
  | 'missing'
  /** A session that nobody announced. */
  | 'stray';

export type SessionVerdict = {
  /** Of the announced session itself; undefined where no session was made. */
  readonly announced: Exclude<Verdict, 'stray'> | undefined;
  /** Every observation with its verdict, in the order of time. Two records of one session count once. */
  readonly observed: readonly (Observation & { readonly verdict: Exclude<Verdict, 'missing'> })[];
};

/** How long CloudTrail is waited for before a session counts as missing. */
export const MISSING_AFTER_MS = 60 * 60_000;
/** How far apart the clocks of ours and of STS may be; CloudTrail tells time in whole seconds. */
const CLOCKS_APART_MS = 31_000;

/** Judges the sessions under one announced name. `session` undefined: no such name was ever announced. */
export function judgeSessions(
  session: AnnouncedSession | undefined,
  observations: readonly Observation[],
  nowMs: number,
): SessionVerdict {
  let explained = false;
  const observed = distinct(observations).map((observation) => {
    const verdict = judge(session, observation, explained);
    explained ||= verdict === 'explained';
    return { ...observation, verdict };
  });
  return { announced: judgeAnnounced(session, observed, nowMs), observed };
}

function judge(
  session: AnnouncedSession | undefined,
  seen: Observation,
  explainedBefore: boolean,
): Exclude<Verdict, 'missing'> {
  if (session === undefined || seen.roleArn !== session.roleArn) return 'stray';
  if (seen.atMs < session.intendedAtMs - CLOCKS_APART_MS) return 'stray';
  switch (session.answer) {
    case 'read':
      return seen.accessKeyId === session.accessKeyId ? 'matched' : 'stray';
    case 'lost':
      // One call, one session: the second under the name is somebody else's.
      return explainedBefore ? 'stray' : 'explained';
    case 'open':
      return 'awaited';
    default:
      return 'stray';
  }
}

function judgeAnnounced(
  session: AnnouncedSession | undefined,
  observed: SessionVerdict['observed'],
  nowMs: number,
): SessionVerdict['announced'] {
  if (session === undefined || session.answer === 'closed') return undefined;
  const verdicts = new Set(observed.map(({ verdict }) => verdict));
  if (verdicts.has('matched')) return 'matched';
  if (verdicts.has('explained')) return 'explained';
  // What was lost may never have been made: it is not missing.
  if (session.answer !== 'read') return 'awaited';
  const issuedAtMs = session.issuedAtMs ?? session.intendedAtMs;
  return nowMs - issuedAtMs > MISSING_AFTER_MS ? 'missing' : 'awaited';
}

/** In the order of time, each session once: both accounts' copies and every delivery of them tell of the same one. */
function distinct(observations: readonly Observation[]): readonly Observation[] {
  const inOrder = [...observations].sort(
    (left, right) =>
      left.atMs - right.atMs || (left.eventId < right.eventId ? -1 : left.eventId > right.eventId ? 1 : 0),
  );
  return [
    ...new Map(inOrder.toReversed().map((seen) => [`${seen.accessKeyId} ${seen.roleArn}`, seen])).values(),
  ].reverse();
}
