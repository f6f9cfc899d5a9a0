import * as v from 'valibot';
import { type Issuance, issuanceSchema } from '../../ledger/issuance.ts';
import { type RequestRecord, requestRecordSchema } from '../../ledger/request-record.ts';
import { type StrangersRecord, strangersRecordSchema } from '../../ledger/strangers-record.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { sha256Hex } from '../../platform/ids.ts';
import { type ProbeRecord, probeRecordSchema } from '../../probes/probe-record.ts';
import { type ObservationRecord, observationRecordSchema } from '../correlation/observation-record.ts';
import type { ArchivedChange } from './archived-change.ts';
import { readItem, type WireItem } from './read-attribute.ts';
import { type PointerRecord, pointerRecordSchema } from './telling/pointer-record.ts';

/** Any record of the ledger's table. */
export type LedgerRecord = RequestRecord | Issuance | ProbeRecord | StrangersRecord | ObservationRecord | PointerRecord;

/** A record of the ledger as one image shows it. */
export type RecordImage = {
  /** Undefined: the image does not have the shape of any record. Never contains a ticket. */
  readonly record: LedgerRecord | undefined;
  /** Stands for the ticket that was dropped: equal for equal tickets, and never passed on. */
  readonly ticketTrace: string | undefined;
  /** Set for an image that is not a record. */
  readonly unreadable: ArchivedChange['unreadable'];
};

/** The limits on the attribute names that are archived; no record of ours has so many, or such long ones. */
const MOST_NAMES = 64;
const LONGEST_NAME = 64;

const schemas: ReadonlyMap<unknown, v.GenericSchema<unknown, LedgerRecord>> = new Map<
  unknown,
  v.GenericSchema<unknown, LedgerRecord>
>([
  ['issuance', issuanceSchema],
  ['request', requestRecordSchema],
  ['probe', probeRecordSchema],
  ['strangers', strangersRecordSchema],
  ['observation', observationRecordSchema],
  ['pointer', pointerRecordSchema],
]);

/** Reads one image against the closed schema of its record type. The ticket is dropped before anything is read. */
export function readImage(image: WireItem): RecordImage {
  const { ticket, ...kept } = image;
  const ticketTrace = ticket === undefined ? undefined : sha256Hex(JSON.stringify(ticket));
  const record = readRecord(kept);
  return { record, ticketTrace, unreadable: record === undefined ? traceOf(kept) : undefined };
}

function readRecord(image: WireItem): LedgerRecord | undefined {
  try {
    const item = readItem(image);
    const schema = schemas.get(item['recordType']);
    const read = schema === undefined ? undefined : v.safeParse(schema, item);
    return read?.success === true ? read.output : undefined;
  } catch {
    return undefined;
  }
}

function traceOf(image: WireItem): NonNullable<RecordImage['unreadable']> {
  const names = Object.keys(image).sort().slice(0, MOST_NAMES);
  return {
    attributes: names.map((name) => name.slice(0, LONGEST_NAME).toWellFormed()),
    sha256: sha256Hex(canonicalJson(image)),
  };
}
