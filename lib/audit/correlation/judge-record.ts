import type { Clock } from '../../platform/clock.ts';
import { judgeSessions, MISSING_AFTER_MS, type StrayReason, type Verdict } from '../session-verdict.ts';
import type { Announcement, Announcements } from './announcements.ts';
import type { ObservationRecord, ObservedCall } from './observation-record.ts';
import type { OwnRoles } from './own-roles.ts';

/**
 * What is known now of the calls of one record. It is worked out whenever it is asked for; only what somebody was told
 * is stored.
 */
export type JudgedRecord = {
  readonly calls: readonly JudgedCall[];
  /** The issuance or probe that announced the calls. */
  readonly of?: string;
};
export type JudgedCall = ObservedCall & {
  readonly verdict: Exclude<Verdict, 'missing'>;
  /** Present for a stray only. */
  readonly why?: StrayReason;
};

export type JudgeDependencies = {
  readonly announcements: Announcements;
  readonly roles: OwnRoles;
  readonly clock: Clock;
};

/**
 * Looks up what was announced, and judges. Errors are `store.*`: a call is never a stray because a table cannot be
 * read.
 */
export async function judgeRecord(record: ObservationRecord, judge: JudgeDependencies): Promise<JudgedRecord> {
  if (record.sessionName === undefined) return judgeDenial(record, judge);
  return judgeSession(record, await judge.announcements.bySessionName(record.sessionName), judge);
}

/** Judges the calls under one session name by what was announced under it. */
export function judgeSession(
  { calls }: Pick<ObservationRecord, 'calls'>,
  announcement: Announcement | undefined,
  { roles, clock }: Pick<JudgeDependencies, 'roles' | 'clock'>,
): JudgedRecord {
  const observations = calls.map((call) => ({
    ...call,
    roleArn: call.roleArn ?? '',
    accessKeyId: call.accessKeyId ?? '',
  }));
  const { observed } = judgeSessions(announcement?.session, observations, clock.nowMs());
  const judged = observed.map((call): JudgedCall => {
    // This reason comes first because it says more: a function that never assumes a role did so.
    if (!mayCall(call, roles)) return { ...call, verdict: 'stray', why: 'otherCaller' };
    return call;
  });
  return { calls: judged, ...(announcement === undefined ? {} : { of: announcement.of }) };
}

async function judgeDenial(
  record: ObservationRecord,
  { announcements, roles, clock }: JudgeDependencies,
): Promise<JudgedRecord> {
  const [call] = record.calls;
  if (call === undefined) return { calls: [] };
  const judged = (verdict: JudgedCall['verdict'], rest: { of?: string; why?: StrayReason } = {}): JudgedRecord => {
    const { of, why } = rest;
    return { calls: [{ ...call, verdict, ...(why && { why }) }], ...(of === undefined ? {} : { of }) };
  };
  if (!mayCall(call, roles)) return judged('stray', { why: 'otherCaller' });
  const of = await announcements.byStsRequest(call.stsRequestId, record.of);
  if (of !== undefined) return judged('matched', { of });
  // The index lags behind, and the pointer to an earlier call of an attempt is written by the archive. A time in the
  // future was not written by us: without this limit the call would be awaited for ever.
  if (Math.abs(clock.nowMs() - call.receivedAtMs) <= MISSING_AFTER_MS) return judged('awaited');
  const { roleArn, callerRoleArn, atMs } = call;
  const lost = roleArn === undefined ? undefined : await announcements.lostCall({ roleArn, callerRoleArn, atMs });
  return lost === undefined ? judged('stray', { why: 'callUnknown' }) : judged('explained', { of: lost });
}

function mayCall({ callerRoleArn }: Pick<ObservedCall, 'callerRoleArn'>, roles: OwnRoles): boolean {
  return callerRoleArn !== undefined && roles.mayAssume(callerRoleArn);
}
