import { LIMITS } from '../../ledger/issuance.ts';
import type { AnnouncedSession } from '../session-verdict.ts';
import type { AnnouncingIssuance, AnnouncingProbe } from './announcing-record.ts';
import type { OwnRoles } from './own-roles.ts';

/**
 * What an attempt or a probe announced, in the form that `judgeSessions` takes. Pure, and the same for everything that
 * judges: the live correlation, the answers to questions, and receipts.
 */
export type AnnouncementDependencies = {
  readonly nowMs: number;
  /** Left out: the caller is not compared with what CloudTrail shows. */
  readonly roles?: Pick<OwnRoles, 'arnOf'>;
};

/** No call is made this long after it was announced: the time is longer than the function of a probe may run. */
export const PROBE_CALL_MS = 120_000;
/**
 * After this time no function that announced a call is still running: an answer that is not on record by then was lost.
 */
export const ANSWERED_WITHIN_MS = 15 * 60_000;

/** Undefined when the issuance has no such attempt. */
export function announcedByIssuance(
  issuance: Omit<AnnouncingIssuance, 'accountId' | 'recordedAtMs'>,
  attemptNumber: number,
  { nowMs, roles }: AnnouncementDependencies,
): AnnouncedSession | undefined {
  const attempt = issuance.attempts.find((each) => each.attempt === attemptNumber);
  if (attempt === undefined) return undefined;
  const entries = issuance.trail.filter((entry) => entry.attempt === attemptNumber);
  const isCall = ({ type }: { readonly type: string }) => type === 'intended' || type === 'called';
  // Each call but the last was refused in full, or no other call would have followed it.
  const intendedAtMs = entries.findLast(isCall)?.atMs ?? attempt.intendedAtMs;
  const calledByMs = intendedAtMs + LIMITS.leaseMs;
  const roleArn = entries.find(isCall)?.roleArn ?? issuance.roleArn ?? '';
  const by = issuance.delivery === 'caller' ? 'vend-credentials' : 'issue-credentials';
  const common = { roleArn, intendedAtMs, calledByMs, ...(roles && { callerRoleArn: roles.arnOf(by) }) };
  const { accessKeyId, issuedAtMs, outcome } = attempt;
  if (accessKeyId !== undefined) {
    return { ...common, answer: 'read', accessKeyId, ...(issuedAtMs === undefined ? {} : { issuedAtMs }) };
  }
  // An attempt that was handed back and is still open was refused in full: its next call is announced first.
  if (outcome === 'open' && entries.at(-1)?.type === 'released') return { ...common, answer: 'closed' };
  return { ...common, answer: answerOf(outcome, { calledByMs, nowMs }) };
}

/** The session of a probe is named after the id of its record. */
export function announcedByProbe(probe: AnnouncingProbe, { nowMs, roles }: AnnouncementDependencies): AnnouncedSession {
  const { roleArn, by, outcome, calledAtMs, answeredAtMs, lastAccessKeyId: accessKeyId } = probe;
  const intendedAtMs = calledAtMs ?? probe.recordedAtMs;
  const calledByMs = intendedAtMs + PROBE_CALL_MS;
  const common = { roleArn, intendedAtMs, calledByMs, ...(roles && { callerRoleArn: roles.arnOf(by) }) };
  // Nobody calls before `calledAtMs` is written: a session that CloudTrail shows before then is somebody else's.
  if (calledAtMs === undefined) return { ...common, answer: 'closed' };
  if (accessKeyId !== undefined) {
    return {
      ...common,
      answer: 'read',
      accessKeyId,
      ...(answeredAtMs === undefined ? {} : { issuedAtMs: answeredAtMs }),
    };
  }
  return { ...common, answer: answerOf(outcome, { calledByMs, nowMs }) };
}

function answerOf(
  outcome: string,
  { calledByMs, nowMs }: { readonly calledByMs: number; readonly nowMs: number },
): AnnouncedSession['answer'] {
  if (outcome === 'open') return nowMs > calledByMs + ANSWERED_WITHIN_MS ? 'lost' : 'open';
  return outcome === 'unknown' || outcome === 'undelivered' ? 'lost' : 'closed';
}
