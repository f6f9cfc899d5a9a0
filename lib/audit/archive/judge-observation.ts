import { isDeepStrictEqual } from 'node:util';
import type { ObservationRecord } from '../correlation/observation-record.ts';
import { differences } from './differences.ts';
import { type Finding, finding } from './finding.ts';

/** Judges one change of what CloudTrail showed: whatever it showed stays shown, and more is added. */
export function judgeObservation(before: ObservationRecord, after: ObservationRecord): readonly Finding[] {
  const fixed = differences(before, after).filter((name) => FIXED.includes(name));
  if (fixed.length > 0) return [finding('rewritten', `${fixed.join(', ')} of an observation changed`)];
  if (after.version !== before.version + 1) return [finding('edgeNotAllowed', 'its version is not the next one')];
  const keepsCalls = before.calls.every((call) => after.calls.some((other) => isDeepStrictEqual(call, other)));
  const keepsTold = before.told.every((id) => after.told.includes(id));
  if (keepsCalls && keepsTold && after.uncounted >= before.uncounted) return [];
  return [finding('rewritten', 'something that CloudTrail showed is gone from an observation')];
}

const FIXED: readonly string[] = ['recordId', 'recordType', 'sessionName', 'recordedAtMs'];
