import { isDeepStrictEqual } from 'node:util';
import type { ObservationRecord } from '../../correlation/observation-record.ts';
import { type FindingOfChange, finding } from './change-finding.ts';
import { differences } from './differences.ts';

/** Judges one change of what CloudTrail showed: whatever it showed stays shown, and more is added. */
export function judgeObservationChange(
  before: ObservationRecord,
  after: ObservationRecord,
): readonly FindingOfChange[] {
  const fixed = differences(before, after).filter((name) => FIXED.includes(name));
  if (fixed.length > 0) return [finding('rewritten', `${fixed.join(', ')} of an observation changed`)];
  if (after.version !== before.version + 1) return [finding('edgeNotAllowed', 'its version is not the next one')];
  const keepsCalls = before.calls.every((call) => after.calls.some((other) => isDeepStrictEqual(call, other)));
  const keepsTold = before.told.every((id) => after.told.includes(id));
  if (!keepsCalls || !keepsTold || after.uncounted < before.uncounted) {
    return [finding('rewritten', 'something that CloudTrail showed is gone from an observation')];
  }
  const lost = lostNames(before, after);
  return lost.length === 0 ? [] : [finding('rewritten', `an observation is found no more by ${lost.join(', ')}`)];
}

/** Of the names by which it is found, a stray's first of all: those that are gone, or others without another call. */
function lostNames(before: ObservationRecord, after: ObservationRecord): readonly string[] {
  const now = new Map<string, unknown>(Object.entries(after));
  const gone = FOUND_BY.filter((name) => before[name] !== undefined && now.get(name) === undefined);
  if (after.calls.length > before.calls.length) return gone;
  const others = OF_LAST_CALL.filter((name) => now.get(name) !== undefined && now.get(name) !== before[name]);
  return [...gone, ...others];
}

const OF_LAST_CALL = ['lastAccessKeyId', 'lastStsRequestId'] as const;
const FOUND_BY = ['exception', 'day', 'accountId', 'of', ...OF_LAST_CALL] as const;

const FIXED: readonly string[] = ['recordId', 'recordType', 'sessionName', 'recordedAtMs'];
