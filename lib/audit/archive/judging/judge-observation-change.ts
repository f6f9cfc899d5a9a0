import { isDeepStrictEqual } from 'node:util';
import { isWaitedFor } from '../../correlation/grow-record.ts';
import type { ObservationRecord } from '../../correlation/observation-record.ts';
import { type FindingOfChange, finding } from './change-finding.ts';
import { differences } from './differences.ts';

/**
 * Judges one change of an observation. An observation begins with one call that was not reported; whatever it showed
 * stays in it; calls are added one at a time; and only a call that is in it is reported.
 */
export function judgeObservationChange(
  before: ObservationRecord | undefined,
  after: ObservationRecord,
): readonly FindingOfChange[] {
  if (before === undefined) return judgeBeginning(after);
  const fixed = differences(before, after).filter((name) => FIXED.includes(name));
  if (fixed.length > 0) return [finding('rewritten', `${fixed.join(', ')} of an observation changed`)];
  if (after.version !== before.version + 1) return [finding('edgeNotAllowed', 'its version is not the next one')];
  const keepsCalls = before.calls.every((call) => after.calls.some((other) => isDeepStrictEqual(call, other)));
  const keepsTold = before.told.every((id) => after.told.includes(id));
  if (!keepsCalls || !keepsTold || after.uncounted < before.uncounted) {
    return [finding('rewritten', 'something that CloudTrail showed is gone from an observation')];
  }
  const lost = lostNames(before, after);
  if (lost.length > 0) return [finding('rewritten', `an observation is found no more by ${lost.join(', ')}`)];
  return judgeStep(before, after);
}

/**
 * Judges a new observation. A planted record that begins as reported, or as due where nobody looks, would keep the call
 * from being reported when CloudTrail shows it.
 */
function judgeBeginning(after: ObservationRecord): readonly FindingOfChange[] {
  const { version, calls, uncounted, told, dueShard, dueAtMs, recordedAtMs } = after;
  const isFirst = version === 1 && calls.length === 1 && uncounted === 0 && told.length === 0;
  if (!isFirst)
    return [finding('edgeNotAllowed', 'an observation begins with more than one call that nobody was told of')];
  const isFinal = dueShard === undefined && dueAtMs === undefined;
  if (isFinal || isWaitedFor(after, recordedAtMs)) return [];
  return [finding('edgeNotAllowed', 'an observation begins as due where, or when, nobody looks again')];
}

function judgeStep(before: ObservationRecord, after: ObservationRecord): readonly FindingOfChange[] {
  const added = after.calls.length - before.calls.length + after.uncounted - before.uncounted;
  const newlyTold = after.told.filter((id) => !before.told.includes(id));
  if (added > 1) return [finding('edgeNotAllowed', `${added} calls were added to an observation at once`)];
  if (newlyTold.length === 0) return [];
  if (added > 0) return [finding('edgeNotAllowed', 'a call was added to an observation and told at once')];
  const areThere = newlyTold.every((id) => after.calls.some(({ stsRequestId }) => stsRequestId === id));
  if (areThere && after.exception === 'stray') return [];
  return [finding('edgeNotAllowed', 'what was told of an observation is no stray in it')];
}

/**
 * The names by which the observation, a stray above all, is no longer found: those that are gone, and those that
 * changed although no call was added.
 */
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
