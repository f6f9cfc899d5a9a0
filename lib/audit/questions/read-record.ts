import * as v from 'valibot';
import { type Issuance, issuanceSchema } from '../../ledger/issuance.ts';
import { type RequestRecord, requestRecordSchema } from '../../ledger/request-record.ts';
import { type StrangersRecord, strangersRecordSchema } from '../../ledger/strangers-record.ts';
import { type ProbeRecord, probeRecordSchema } from '../../probes/probe-record.ts';
import { type PointerRecord, pointerRecordSchema } from '../archive/telling/pointer-record.ts';
import { type ObservationRecord, observationRecordSchema } from '../correlation/observation-record.ts';
import type { UnreadableView } from './audit-api.ts';

/** Any record of the ledger, told apart by its `recordType`. */
export type LedgerRecord =
  | Issuance
  | RequestRecord
  | StrangersRecord
  | ProbeRecord
  | ObservationRecord
  | PointerRecord
  | UnreadableView;

const schemas = new Map<unknown, v.GenericSchema<unknown, LedgerRecord>>([
  ['issuance', issuanceSchema],
  ['request', requestRecordSchema],
  ['strangers', strangersRecordSchema],
  ['probe', probeRecordSchema],
  ['observation', observationRecordSchema],
  ['pointer', pointerRecordSchema],
]);

/**
 * The longest that a job's claim and report together may be: several times what the job runtime writes. A compromised
 * job can write as much as an item holds, and a page of such items would be more than one answer may hold.
 */
const LONGEST_BY_JOB = 16_384;

/** Reads an item by the closed schema of its kind. An item without that shape is shown as unreadable. */
export function readRecord(recordId: string, item: unknown): LedgerRecord {
  const { recordType } = v.parse(v.looseObject({ recordType: v.optional(v.unknown()) }), item);
  const schema = schemas.get(recordType);
  if (schema === undefined) return unreadable(recordId, 'recordType');
  const read = v.safeParse(schema, item);
  if (!read.success) return unreadable(recordId, v.getDotPath(read.issues[0])?.split('.')[0] ?? 'the top level');
  const isTooLong = read.output.recordType === 'issuance' && lengthByJob(read.output) > LONGEST_BY_JOB;
  return isTooLong ? unreadable(recordId, 'report') : read.output;
}

function lengthByJob(issuance: Issuance): number {
  if (!('claim' in issuance || 'report' in issuance)) return 0;
  const { claim, report } = issuance;
  return [claim?.by, report?.summary, report?.code, report?.name, report?.message].reduce(
    (sum, text) => sum + (text?.length ?? 0),
    0,
  );
}

function unreadable(recordId: string, attribute: string): UnreadableView {
  // Whoever wrote the item chose the name of an attribute that is in no schema, so an unusual name is not repeated.
  const named = /^[A-Za-z]{1,32}$/.test(attribute) ? attribute : 'an attribute that no record has';
  return { recordType: 'unreadable', recordId, problem: `its shape is wrong at ${named}` };
}
