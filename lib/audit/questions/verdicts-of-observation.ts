import type { Issuance } from '../../ledger/issuance.ts';
import type { ProbeRecord } from '../../probes/probe-record.ts';
import { announcerOf } from '../announcer.ts';
import { announcedByIssuance, announcedByProbe } from '../correlation/announced-session.ts';
import type { Announcement } from '../correlation/announcements.ts';
import { judgeSession } from '../correlation/judge-record.ts';
import type { ObservationRecord, ObservedCall } from '../correlation/observation-record.ts';
import type { OwnRoles } from '../correlation/own-roles.ts';
import { MISSING_AFTER_MS } from '../session-verdict.ts';
import type { JudgedCallView } from './audit-api.ts';
import type { LedgerRecord } from './read-record.ts';

/** The facts that verdicts need besides the ledger. */
export type Judging = { readonly nowMs: number; readonly roles: OwnRoles };

/**
 * Every call of an observation with its current verdict. `announcer` is the record that announced it, where there is
 * one.
 */
export function verdictsOfObservation(
  observation: Pick<ObservationRecord, 'sessionName' | 'calls' | 'of'>,
  announcer: LedgerRecord | undefined,
  judging: Judging,
): readonly JudgedCallView[] {
  const { sessionName, calls, of } = observation;
  if (sessionName === undefined) {
    const isRecorded = (call: ObservedCall) => of !== undefined || isOf(announcer, call.stsRequestId);
    return calls.map((call) => judgeDenial(call, isRecorded(call), judging));
  }
  const { nowMs, roles } = judging;
  const announced = announcement(sessionName, announcer, judging);
  return judgeSession(observation, announced, { roles, clock: { nowMs: () => nowMs } }).calls;
}

/** What the record that may have announced a session name says of it; undefined where nothing announced it. */
export function announcement(
  sessionName: string,
  announcer: LedgerRecord | undefined,
  judging: Judging,
): Announcement | undefined {
  const name = announcerOf(sessionName);
  if (name === undefined || announcer === undefined) return undefined;
  const of = announcer.recordId;
  if (announcer.recordType === 'probe') return { of, session: announcedByProbe(announcer, judging) };
  if (announcer.recordType !== 'issuance') return undefined;
  const session = announcedByIssuance(announcer, name.attempt, judging);
  return session === undefined ? undefined : { of, session };
}

/** CloudTrail shows a denied call without its parameters: only the STS request id tells which record made it. */
function judgeDenial(call: ObservedCall, isRecorded: boolean, { nowMs, roles }: Judging): JudgedCallView {
  const { callerRoleArn, receivedAtMs } = call;
  if (callerRoleArn === undefined || !roles.mayAssume(callerRoleArn)) {
    return { ...call, verdict: 'stray', why: 'otherCaller' };
  }
  if (isRecorded) return { ...call, verdict: 'matched' };
  if (Math.abs(nowMs - receivedAtMs) <= MISSING_AFTER_MS) return { ...call, verdict: 'awaited' };
  return { ...call, verdict: 'stray', why: 'callUnknown' };
}

function isOf(announcer: LedgerRecord | undefined, stsRequestId: string): boolean {
  if (announcer?.recordType === 'issuance') return isOfIssuance(announcer, stsRequestId);
  return announcer?.recordType === 'probe' && isOfProbe(announcer, stsRequestId);
}

function isOfIssuance({ trail, attempts }: Issuance, stsRequestId: string): boolean {
  return [...trail, ...attempts].some((entry) => entry.stsRequestId === stsRequestId);
}

function isOfProbe({ lastStsRequestId }: ProbeRecord, stsRequestId: string): boolean {
  return lastStsRequestId === stsRequestId;
}
