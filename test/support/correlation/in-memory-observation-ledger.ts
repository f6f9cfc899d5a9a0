import * as v from 'valibot';
import type { ObservationLedger } from '../../../lib/audit/correlation/observation-ledger.ts';
import { type ObservationRecord, observationRecordSchema } from '../../../lib/audit/correlation/observation-record.ts';
import { storeError } from '../../../lib/platform/store-error.ts';

/** Observations in memory, held to the same contract as those in DynamoDB. `items` is what is written, by id. */
export function inMemoryObservationLedger(): ObservationLedger & { readonly items: Map<string, ObservationRecord> } {
  const items = new Map<string, ObservationRecord>();
  const due = new Map<string, number>();
  return {
    items,
    read: async (recordId) => items.get(recordId),
    async write(before, after) {
      const item = checked(after);
      if (items.get(item.recordId)?.version !== before?.version) return false;
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
