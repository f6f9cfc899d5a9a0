import type { ProbeRecord } from '../../../probes/probe-record.ts';
import { type FindingOfChange, finding } from './change-finding.ts';
import { differences } from './differences.ts';

/**
 * Judges one change of a probe's record: the call is announced once, with the record or after it; then its outcome
 * follows.
 */
export function judgeProbe(before: ProbeRecord | undefined, after: ProbeRecord): readonly FindingOfChange[] {
  if (before === undefined) {
    const isOpen = after.outcome === 'open' && after.answeredAtMs === undefined;
    return isOpen ? [] : [finding('edgeNotAllowed', 'a probe was recorded after its call')];
  }
  if (before.outcome !== 'open') return [finding('rewritten', 'a probe was changed after its outcome')];
  const isAnnouncement = after.outcome === 'open';
  const wasAnnounced = before.calledAtMs !== undefined;
  if (isAnnouncement === wasAnnounced) {
    return [finding('edgeNotAllowed', 'a probe has an outcome without its call, or a call twice')];
  }
  const own = isAnnouncement ? ANNOUNCED : ANSWERED;
  const others = differences(before, after).filter((name) => !own.includes(name));
  return others.length === 0 ? [] : [finding('beyondAttributes', `${others.join(', ')} of a probe changed`)];
}

const ANNOUNCED: readonly string[] = ['calledAtMs'];
const ANSWERED: readonly string[] = [
  'outcome',
  'answeredAtMs',
  'code',
  'lastAccessKeyId',
  'lastStsRequestId',
  'expiresAtMs',
];
