import type { StrayReason } from '../session-verdict.ts';
import type { AccountCoverage } from './coverage.ts';
import type { SessionUse } from './session-use.ts';

/** An AssumeRole of ours that CloudTrail shows and no receipt announces. */
export type StrayCall = {
  readonly atMs: number;
  readonly why: StrayReason;
  readonly eventId: string;
  readonly stsRequestId: string;
  readonly recipientAccountId: string;
  readonly callerRoleArn?: string;
  readonly roleArn?: string;
  readonly sessionName?: string;
  readonly accessKeyId?: string;
  readonly errorCode?: string;
  /** The receipt with this session name, where there is one. */
  readonly recordId?: string;
};

/** What the files say of one receipt. */
export type ReceiptVerdict =
  /** The session in the receipt is in the files. */
  | 'matched'
  /** The answer was lost, and the files show the session, which nobody holds. */
  | 'explained'
  /** The receipt names a session, and files that go beyond its time do not show it. */
  | 'missing'
  /** The receipt names a session at a time, or in an account, that the files are not about. */
  | 'notCovered'
  /** The call was denied, and the files show that; only the broker's own trail does. */
  | 'deniedSeen'
  /**
   * The receipt has no known session: the call was denied or not made, or its answer was lost and no session is shown.
   */
  | 'noSession';

export type JudgedReceipt = {
  readonly tenantId: string;
  readonly recordId: string;
  readonly attempt: number;
  readonly kind: 'issuance' | 'probe';
  readonly job?: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly accessKeyId?: string;
  readonly intendedAtMs: number;
  readonly verdict: ReceiptVerdict;
  /** The trails that show the session: the broker's, the customer's, or both. */
  readonly seenIn: readonly string[];
  /** Left out where, as far as the files tell, nothing was done with the session. */
  readonly use?: SessionUse;
};

/** What log files and receipts say of each other. */
export type FilesCorrelation = {
  readonly receipts: Readonly<Record<ReceiptVerdict, number>>;
  readonly calls: {
    /** All records of an AssumeRole, whoever called; a call into another account may have two. */
    readonly assumeRoleRecords: number;
    /** Of these, the records of calls that the broker's account made. */
    readonly ofTheBroker: number;
    /** Of these, the records of calls into accounts that the receipts are not about: other tenants' accounts. */
    readonly elsewhere: number;
    /** Of these, the records at a time that the receipts are not about, or just at the beginning of their time. */
    readonly outsidePeriod: number;
    readonly atPeriodEdge: number;
    /** Records that call themselves an AssumeRole but do not have its shape. */
    readonly malformed: number;
    /** Of these, the records in which another account called: no receipt would announce them. */
    readonly malformedOfOthers: number;
  };
  /** In the order of time, each session once. */
  readonly strays: readonly StrayCall[];
  /** The number of further strays that were not kept. It counts records, of which a session may have two. */
  readonly straysUnlisted: number;
  /** Every receipt, in the order of time. */
  readonly judged: readonly JudgedReceipt[];
  readonly coverage: readonly AccountCoverage[];
};

/** Whether both sides agree. Receipts that the files do not cover contradict nothing. */
export function isConsistent({ strays, receipts, calls, judged }: FilesCorrelation): boolean {
  const usedWrongly = judged.some(
    ({ use }) => use !== undefined && (use.afterFence.allowed > 0 || use.otherKeys.length > 0),
  );
  const isLegible = calls.malformed === calls.malformedOfOthers;
  return strays.length === 0 && receipts.missing === 0 && isLegible && !usedWrongly;
}
