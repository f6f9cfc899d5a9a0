import type { Receipt } from '../receipts/receipt.ts';
import { type AnnouncedSession, judgeSessions, type SessionVerdict } from '../session-verdict.ts';
import type { CallLedger, Sighting } from './call-ledger.ts';
import type { Coverage } from './coverage.ts';
import type { JudgedReceipt, ReceiptVerdict, StrayCall } from './files-correlation.ts';
import { type BookedReceipt, CALLED_WITHIN_MS, type ReceiptBook } from './receipt-book.ts';
import type { SessionUse } from './session-use.ts';

export type ToJudge = {
  readonly book: ReceiptBook;
  readonly coverage: Pick<Coverage, 'covers'>;
  readonly ledger: Pick<CallLedger, 'of'>;
  readonly useOf: (booked: BookedReceipt) => SessionUse | undefined;
};

/**
 * Decides for each receipt whether the files confirm it, and which calls under its name are not the one that it
 * describes.
 */
export function judgeReceipts({ book, coverage, ledger, useOf }: ToJudge): {
  readonly judged: readonly JudgedReceipt[];
  readonly strays: readonly StrayCall[];
} {
  const strays: StrayCall[] = [];
  const judged = book.booked.map((booked) => {
    const sighting = ledger.of(booked);
    // Files are never late: a session that they do not show is missing, or they do not cover it.
    const sessions = judgeSessions(announced(booked.receipt), sighting.seen, Number.POSITIVE_INFINITY);
    strays.push(...straysUnder(booked.receipt, sessions, sighting));
    const verdict = verdictOf(booked.receipt, { sessions, sighting, coverage, book });
    return judgedReceipt(booked, { verdict, sighting, use: useOf(booked) });
  });
  return { judged, strays };
}

const ANSWERS = { issued: 'read', unknown: 'lost', denied: 'closed', none: 'closed' } as const;

function announced(receipt: Receipt): AnnouncedSession {
  const { roleArn, intendedAtMs, accessKeyId, issuedAtMs, outcome } = receipt;
  return {
    roleArn,
    intendedAtMs,
    // Without an end, the name of a lost call would explain a session of any later day.
    calledByMs: intendedAtMs + CALLED_WITHIN_MS,
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(issuedAtMs === undefined ? {} : { issuedAtMs }),
    answer: ANSWERS[outcome],
  };
}

type Findings = Pick<ToJudge, 'coverage' | 'book'> & {
  readonly sessions: SessionVerdict;
  readonly sighting: Sighting;
};

function verdictOf(receipt: Receipt, { sessions, sighting, coverage, book }: Findings): ReceiptVerdict {
  switch (sessions.announced) {
    case 'matched':
    case 'late':
      return 'matched';
    case 'explained':
      return 'explained';
    case 'missing': {
      const atMs = receipt.issuedAtMs ?? receipt.intendedAtMs;
      const trails = [receipt.accountId, ...book.brokerAccountIds];
      return trails.some((accountId) => coverage.covers(accountId, atMs)) ? 'missing' : 'notCovered';
    }
    default:
      return sighting.isDenied ? 'deniedSeen' : 'noSession';
  }
}

function straysUnder({ recordId, sessionName }: Receipt, { observed }: SessionVerdict, { seenIn }: Sighting) {
  return observed.flatMap((seen): readonly StrayCall[] => {
    if (seen.verdict !== 'stray') return [];
    const { atMs, why, eventId, stsRequestId, callerRoleArn, roleArn, accessKeyId } = seen;
    const [recipientAccountId = ''] = seenIn;
    return [
      {
        atMs,
        why,
        eventId,
        stsRequestId,
        recipientAccountId,
        ...(callerRoleArn === undefined ? {} : { callerRoleArn }),
        roleArn,
        sessionName,
        accessKeyId,
        recordId,
      },
    ];
  });
}

type Judgement = {
  readonly verdict: ReceiptVerdict;
  readonly sighting: Sighting;
  readonly use: SessionUse | undefined;
};

function judgedReceipt({ tenantId, receipt }: BookedReceipt, { verdict, sighting, use }: Judgement): JudgedReceipt {
  const { recordId, attempt, kind, job, accountId, roleArn, sessionName, accessKeyId, intendedAtMs } = receipt;
  return {
    tenantId,
    recordId,
    attempt,
    kind,
    ...(job === undefined ? {} : { job }),
    accountId,
    roleArn,
    sessionName,
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    intendedAtMs,
    verdict,
    seenIn: [...sighting.seenIn].sort(),
    ...(use === undefined ? {} : { use }),
  };
}
