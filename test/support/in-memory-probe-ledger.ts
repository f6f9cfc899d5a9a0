import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { storeError } from '../../lib/platform/store-error.ts';
import type { ProbeLedger } from '../../lib/probes/probe-ledger.ts';
import { type ProbeRecord, probeRecordSchema } from '../../lib/probes/probe-record.ts';

/** The records of probes in memory, held to the same contract as those in DynamoDB. `items` is what is written, by id. */
export function inMemoryProbeLedger(): ProbeLedger & { readonly items: Map<string, ProbeRecord> } {
  const items = new Map<string, ProbeRecord>();
  const put = (record: ProbeRecord) => items.set(record.recordId, structuredClone(record));
  const isOurs = (record: ProbeRecord) => isDeepStrictEqual(items.get(record.recordId), record);

  return {
    items,
    async open(record) {
      const item = checked(record);
      if (items.has(item.recordId)) return isOurs(item);
      put(item);
      return true;
    },
    async start({ recordId }, calledAtMs) {
      const there = items.get(recordId);
      if (there?.outcome !== 'open' || there.calledAtMs !== undefined) return false;
      put({ ...there, calledAtMs });
      return true;
    },
    async close(record) {
      const item = checked(record);
      const there = items.get(item.recordId);
      if (there?.outcome !== 'open' || there.calledAtMs !== item.calledAtMs) return isOurs(item);
      put(item);
      return true;
    },
    read: async (probeId) => structuredClone(items.get(probeId)),
  };
}

function checked(item: unknown): ProbeRecord {
  try {
    return v.parse(probeRecordSchema, item);
  } catch (error) {
    throw storeError(error, 'the record of a probe');
  }
}
