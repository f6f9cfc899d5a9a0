import * as v from 'valibot';
import type { FindingOfChange } from '../../../lib/audit/archive/judging/change-finding.ts';
import { judgeObservationChange } from '../../../lib/audit/archive/judging/judge-observation-change.ts';
import type { ObservationLedger } from '../../../lib/audit/correlation/observation-ledger.ts';
import { type ObservationRecord, observationRecordSchema } from '../../../lib/audit/correlation/observation-record.ts';
import { storeError } from '../../../lib/platform/store-error.ts';

/**
 * Observations in memory, held to the same contract as those in DynamoDB. `items` is what is written, by id; `findings` is
 * what the archive would find wrong with how they came to be so.
 */
export function inMemoryObservationLedger(): ObservationLedger & {
  readonly items: Map<string, ObservationRecord>;
  readonly findings: FindingOfChange[];
} {
  const findings: FindingOfChange[] = [];
  const items = new Map<string, ObservationRecord>();
  const due = new Map<string, number>();
  return {
    items,
    findings,
    read: async (recordId) => items.get(recordId),
    async write(before, after) {
      const item = checked(after);
      const was = items.get(item.recordId);
      if (was?.version !== before?.version) return false;
      findings.push(...judgeObservationChange(was, item));
      items.set(item.recordId, item);
      if (item.dueAtMs === undefined) due.delete(item.recordId);
      else due.set(item.recordId, item.dueAtMs);
      return true;
    },
    async due({ nowMs, limit }) {
      const ripe = [...due].filter(([, dueAtMs]) => dueAtMs <= nowMs).sort(([, left], [, right]) => left - right);
      return ripe.slice(0, limit).map(([recordId]) => recordId);
    },
  };
}

function checked(item: unknown): ObservationRecord {
  try {
    return v.parse(observationRecordSchema, item);
  } catch (error) {
    throw storeError(error, 'an observation');
  }
}
