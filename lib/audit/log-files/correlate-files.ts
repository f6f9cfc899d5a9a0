import { type AssumeRoleEvent, readAssumeRole } from '../cloudtrail-event.ts';
import type { ReceiptPage } from '../receipts/receipt.ts';
import { createCallLedger } from './call-ledger.ts';
import { createCoverage } from './coverage.ts';
import type { FilesCorrelation } from './files-correlation.ts';
import { judgeReceipts } from './judge-receipts.ts';
import type { LogRecord } from './log-record.ts';
import { type BookedReceipt, openReceiptBook, type ReceiptBook } from './receipt-book.ts';
import { createSessionUse, type SessionUseCounter } from './session-use.ts';

export type Correlator = {
  /** Takes one event. Events may come in any order, and in both accounts' copies. */
  add(record: LogRecord): void;
  result(): FilesCorrelation;
};

/**
 * Compares log files with receipts: which calls of the broker are announced, which are not, and what was done with each
 * session. Pure. What it keeps grows with the receipts, not with the events.
 */
export function correlateFiles(pages: readonly ReceiptPage[]): Correlator {
  const book = openReceiptBook(pages);
  const coverage = createCoverage();
  const ledger = createCallLedger(book);
  const uses = new Map<BookedReceipt, SessionUseCounter>();
  const calls = { assumeRoleRecords: 0, malformed: 0, malformedOfOthers: 0 };

  function addCall(record: LogRecord): void {
    const reading = readAssumeRole(record.whole);
    calls.assumeRoleRecords += 1;
    if (reading.kind === 'malformed') {
      calls.malformed += 1;
      if (isOfAnother(record, book)) calls.malformedOfOthers += 1;
    }
    if (reading.kind === 'assumeRole') ledger.add(reading.event);
  }

  return {
    add(record) {
      coverage.add(record);
      if (record.eventName === 'AssumeRole' && record.eventSource === 'sts.amazonaws.com') addCall(record);
      const booked = sessionOf(record, book);
      if (booked === undefined) return;
      const use = uses.get(booked) ?? createSessionUse(booked.receipt);
      uses.set(booked, use);
      use.add(record);
    },
    result() {
      const { judged, strays } = judgeReceipts({ book, coverage, ledger, useOf: (one) => uses.get(one)?.result() });
      const counts = { matched: 0, explained: 0, missing: 0, notCovered: 0, deniedSeen: 0, noSession: 0 };
      for (const { verdict } of judged) counts[verdict] += 1;
      return {
        receipts: counts,
        calls: { ...calls, ...ledger.counts() },
        strays: [...strays, ...ledger.strays()].sort((left, right) => left.atMs - right.atMs || compare(left, right)),
        straysUnlisted: ledger.straysUnlisted(),
        judged,
        coverage: coverage.result(),
      };
    },
  };
}

const ACCOUNT_ID = /^\d{12}$/;

/** True only where the record says who called: a record that cannot be read at all may be the broker's. */
function isOfAnother({ identity: { accountId = '' } }: LogRecord, book: ReceiptBook): boolean {
  return ACCOUNT_ID.test(accountId) && !book.brokerAccountIds.has(accountId);
}

function compare(left: Pick<AssumeRoleEvent, 'eventId'>, right: Pick<AssumeRoleEvent, 'eventId'>): number {
  return left.eventId < right.eventId ? -1 : 1;
}

/**
 * Finds the receipt by the key, or by the session name in the ARN: `arn:aws:sts::<account>:assumed-role/<role>/<session
 * name>`.
 */
function sessionOf({ identity }: LogRecord, book: ReceiptBook): BookedReceipt | undefined {
  const byKey = identity.accessKeyId === undefined ? undefined : book.byAccessKey(identity.accessKeyId);
  if (byKey !== undefined || identity.arn === undefined) return byKey;
  const slash = identity.arn.lastIndexOf('/');
  const booked = slash < 0 ? undefined : book.bySessionName(identity.arn.slice(slash + 1));
  if (booked === undefined) return undefined;
  const [, , service, , accountId, resource = ''] = identity.arn.split(':', 6);
  const isSession = service === 'sts' && resource.startsWith('assumed-role/') && accountId === booked.receipt.accountId;
  return isSession ? booked : undefined;
}
