import { assertNever } from '../../../errors.ts';
import type { LedgerRecord, RecordImage } from '../ledger-record.ts';
import { type FindingOfChange, finding } from './change-finding.ts';
import { type IssuanceImage, judgeIssuance } from './judge-issuance.ts';
import { judgeObservationChange } from './judge-observation-change.ts';
import { judgeProbe } from './judge-probe.ts';

/** The images of one change; a removal has no `after`, a new record no `before`. */
export type ImagesOfChange = { readonly before: RecordImage | undefined; readonly after: RecordImage | undefined };

/**
 * Finds what is wrong with a change of the ledger's table, whoever made it: nothing, if our own code did. Pure. Table
 * rights already keep each function to its rows and attributes; what is found here got past them, or is a mistake of
 * ours.
 */
export function judgeChange({ before, after }: ImagesOfChange): readonly FindingOfChange[] {
  if (after === undefined) return [finding('removed', 'a record was removed')];
  if (after.record === undefined) return [finding('unreadable', 'it has not the shape of any record')];
  if (before !== undefined && before.record === undefined) {
    return [finding('rewritten', 'what was no record became one')];
  }
  const ticket = after.record.recordType === 'issuance' || after.ticketTrace === undefined ? [] : [TICKET];
  return [...ticket, ...judgeRecord(before, after, after.record)];
}

const TICKET = finding('beyondAttributes', 'only an issuance has a ticket');

function judgeRecord(
  before: RecordImage | undefined,
  after: RecordImage,
  record: LedgerRecord,
): readonly FindingOfChange[] {
  const was = before?.record;
  if (was !== undefined && was.recordType !== record.recordType) {
    return [finding('rewritten', 'it became a record of another type')];
  }
  switch (record.recordType) {
    case 'issuance':
      return judgeIssuance(issuanceImage(before), { issuance: record, ticketTrace: after.ticketTrace });
    case 'probe':
      return judgeProbe(was?.recordType === 'probe' ? was : undefined, record);
    case 'observation':
      return judgeObservationChange(was?.recordType === 'observation' ? was : undefined, record);
    case 'request':
    case 'strangers':
    case 'pointer':
      return was === undefined ? [] : [finding('rewritten', `a record of the type ${record.recordType} was changed`)];
    default:
      return assertNever(record);
  }
}

function issuanceImage(image: RecordImage | undefined): IssuanceImage | undefined {
  return image?.record?.recordType === 'issuance'
    ? { issuance: image.record, ticketTrace: image.ticketTrace }
    : undefined;
}
