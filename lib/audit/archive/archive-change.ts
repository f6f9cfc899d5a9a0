import type { ArchivedChange } from './archived-change.ts';
import { judgeChange } from './judging/judge-change.ts';
import { type LedgerRecord, type RecordImage, readImage } from './ledger-record.ts';
import type { StreamChange } from './stream-event.ts';

/** One change in its archived form, with the records that its images show. Neither contains a ticket. */
export type ReadChange = {
  readonly archived: ArchivedChange;
  readonly before: LedgerRecord | undefined;
  /** Undefined when the record was removed, or when the image is not a record. */
  readonly after: LedgerRecord | undefined;
};

/** Reads, judges and shapes one change. Pure: the same change always gives the same line. Never throws. */
export function archiveChange(change: StreamChange): ReadChange {
  const before = change.oldImage === undefined ? undefined : readImage(change.oldImage);
  const after = change.newImage === undefined ? undefined : readImage(change.newImage);
  // A removal shows the record that was there; a change without any image is read as an empty one.
  const shown = after ?? before ?? readImage({});
  const { changeId, sequenceNumber, changedAtMs, recordId } = change;
  return {
    archived: {
      version: 1,
      changeId,
      sequenceNumber,
      changedAtMs,
      change: change.change,
      // Code other than ours may have written the row: an ill-formed id must not make the line unreadable.
      recordId: recordId.toWellFormed(),
      recordType: shown.record?.recordType ?? 'unreadable',
      ...namesOf(shown.record),
      findings: [...judgeChange({ before, after })],
      ...contentOf(shown),
    },
    before: before?.record,
    after: after?.record,
  };
}

function contentOf({ record, unreadable }: RecordImage): Pick<ArchivedChange, 'record' | 'unreadable'> {
  if (record !== undefined) return { record };
  return unreadable === undefined ? {} : { unreadable };
}

function namesOf(record: LedgerRecord | undefined): Pick<ArchivedChange, 'tenantId' | 'accountId' | 'job'> {
  const all = new Map<string, unknown>(Object.entries(record ?? {}));
  const named = (['tenantId', 'accountId', 'job'] as const).flatMap((name) => {
    const value = all.get(name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(named);
}
