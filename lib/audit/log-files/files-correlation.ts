import type { StrayReason } from '../session-verdict.ts';
import type { AccountCoverage } from './coverage.ts';
import type { SessionUse } from './session-use.ts';

/** An AssumeRole of ours, as CloudTrail has it, that no receipt announces. */
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
  /** The receipt that bears the name, where there is one. */
  readonly recordId?: string;
};

/** What the files say of one receipt. */
export type ReceiptVerdict =
  /** The session that it tells of is in the files. */
  | 'matched'
  /** Its answer was lost, and the files show the session that nobody holds. */
  | 'explained'
  /** It tells of a session, and files that go beyond its time do not show it. */
  | 'missing'
  /** It tells of a session at a time, or in an account, that the files are not about. */
  | 'notCovered'
  /** It was denied, and the files show that; only the broker's own trail does. */
  | 'deniedSeen'
  /** No session of it is known: it was denied, or not made, or its answer was lost and none is shown. */
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
  /** In whose trails it is: the broker's, the customer's, or both. */
  readonly seenIn: readonly string[];
  /** Nothing was done with the session, as far as the files tell, where it is left out. */
  readonly use?: SessionUse;
};

/** What log files and receipts say of each other. */
export type FilesCorrelation = {
  readonly receipts: Readonly<Record<ReceiptVerdict, number>>;
  readonly calls: {
    /** Every record of an AssumeRole, whoever called; a call into another account may have two. */
    readonly assumeRoleRecords: number;
    /** Of these, records of calls that the broker's account made. */
    readonly ofTheBroker: number;
    /** Of these, into accounts that the receipts are not about: other tenants'. */
    readonly elsewhere: number;
    /** Of these, at a time that the receipts are not about, or just at its beginning. */
    readonly outsidePeriod: number;
    readonly atPeriodEdge: number;
    /** Records that say that they are an AssumeRole and have not its shape. */
    readonly malformed: number;
    /** Of these, those that say that another account called: they are nothing that a receipt would announce. */
    readonly malformedOfOthers: number;
  };
  /** In the order of time; each session once. */
  readonly strays: readonly StrayCall[];
  /** Further ones that were not kept; records, of which a session may have two. */
  readonly straysUnlisted: number;
  /** Every receipt, in the order of time. */
  readonly judged: readonly JudgedReceipt[];
  readonly coverage: readonly AccountCoverage[];
};

/** Do both sides agree? What the files do not cover disagrees with nothing. */
export function isConsistent({ strays, receipts, calls, judged }: FilesCorrelation): boolean {
  const usedWrongly = judged.some(
    ({ use }) => use !== undefined && (use.afterFence.allowed > 0 || use.otherKeys.length > 0),
  );
  const isLegible = calls.malformed === calls.malformedOfOthers;
  return strays.length === 0 && receipts.missing === 0 && isLegible && !usedWrongly;
}
