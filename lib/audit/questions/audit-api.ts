/**
 * What the function URL of `answer-audit-query` accepts and returns. A view is a record of the ledger without its
 * ticket, its lease and its index attributes; times are epoch milliseconds.
 */
import type { Attempt } from '../../ledger/issuance.ts';
import type { RequestRecord } from '../../ledger/request-record.ts';
import type { StrangersRecord } from '../../ledger/strangers-record.ts';
import type { TrailEntry } from '../../ledger/trail.ts';
import type { ProbeRecord } from '../../probes/probe-record.ts';
import type { ObservedCall } from '../correlation/observation-record.ts';
import type { SignedReceiptPage } from '../receipts/receipt.ts';
import type { SessionVerdict, StrayReason, Verdict } from '../session-verdict.ts';

/** The ends that can be asked for by themselves; `stray` is a call that CloudTrail showed and nobody announced. */
export const EXCEPTIONS_ASKED = ['refused', 'denied', 'failed', 'expired', 'revoked', 'unknown', 'stray'] as const;

export type IssuanceView = {
  readonly recordType: 'issuance';
  readonly issuanceId: string;
  readonly requestId: string;
  readonly tenantId: string;
  readonly accountId: string;
  readonly job: string;
  readonly requester: string;
  readonly delivery?: 'caller';
  readonly state: string;
  readonly recordedAtMs: number;
  readonly roleArn?: string;
  readonly code?: string;
  readonly refusal?: { readonly reason: string; readonly explanation: string };
  readonly attempts: readonly Attempt[];
  readonly claim?: { readonly atMs: number; readonly attempt: number; readonly by: string };
  readonly report?: {
    readonly atMs: number;
    readonly attempt: number;
    readonly outcome: 'completed' | 'failed';
    readonly summary?: string;
    readonly code?: string;
    readonly name?: string;
    readonly message?: string;
  };
  /** A session of the issuance may still be used: it is issued and its fence is not reached. */
  readonly isLive: boolean;
};
/** `input`, the value that the job was given, is part of an issuance's story only. */
export type RequestView = Omit<RequestRecord, 'day' | 'recordId' | 'exception'> & { readonly requestId: string };
export type ProbeView = Omit<ProbeRecord, 'day' | 'recordId'> & { readonly probeId: string };
export type StrangersView = Omit<StrangersRecord, 'day'>;
/** A call that CloudTrail showed, with its current verdict. */
export type JudgedCallView = ObservedCall & {
  readonly verdict: Verdict;
  /** Present for a stray only. */
  readonly why?: StrayReason;
};
export type ObservationView = {
  readonly recordType: 'observation';
  readonly observationId: string;
  readonly sessionName?: string;
  readonly of?: string;
  readonly recordedAtMs: number;
  readonly calls: readonly JudgedCallView[];
  readonly uncounted: number;
};
/** An item of the ledger without the shape of any record: a job can write such a report into its own rows. */
export type UnreadableView = {
  readonly recordType: 'unreadable';
  readonly recordId: string;
  /** Where the shape is wrong: names of attributes, never their values. */
  readonly problem: string;
};
export type RecordView = IssuanceView | RequestView | ProbeView | StrangersView | ObservationView | UnreadableView;

/** How current an answer is. */
export type Currency = {
  readonly readAtMs: number;
  /** `consistent`: read by key. `index`: found by an index, which may lag behind by seconds. */
  readonly reads: 'consistent' | 'index';
  /**
   * Up to when CloudTrail was compared with the ledger; undefined: not yet. CloudTrail takes minutes, up to an hour.
   */
  readonly correlatedUpToMs?: number;
};

/** What it cost to find an answer, in DynamoDB's own units where the store counts them. */
export type Cost = {
  readonly calls: number;
  /** The rows that were looked at, whether or not they are in the answer. */
  readonly rows: number;
  readonly readUnits: number;
};

export type RecordPage = {
  /** Newest first. */
  readonly records: readonly RecordView[];
  /** Gets the next page: there may be more. A page may be empty and have one, when a filter matched nothing so far. */
  readonly cursor?: string;
  /** Every record from this time to the newest was looked at. */
  readonly searchedToMs?: number;
  readonly currency: Currency;
  readonly cost: Cost;
};

/** One thing that happened, for a timeline. `source` says who knows of it. */
export type StoryStep = {
  readonly atMs: number;
  readonly source: 'request' | 'broker' | 'sts' | 'job' | 'sweeper' | 'cloudtrail';
  readonly title: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
};

export type AttemptStory = {
  readonly attempt: Attempt;
  readonly verdict: SessionVerdict['announced'];
  readonly observed: readonly JudgedCallView[];
};

export type IssuanceStory = {
  readonly issuance: IssuanceView;
  /** Undefined where the request is gone or was never found: the trail then stands alone. */
  readonly request?: RequestView;
  /** Who decided what, by which rule, in words. */
  readonly decision: { readonly decided: 'allowed' | 'refused'; readonly rule: string; readonly explanation: string };
  readonly attempts: readonly AttemptStory[];
  readonly trail: readonly TrailEntry[];
  /** Whether the entries of the trail follow from each other. */
  readonly trailHolds: boolean;
  readonly steps: readonly StoryStep[];
  /** `exact`: it has the hash that was recorded. `shape`: it is made from today's settings; details may differ. */
  readonly sessionPolicy?: {
    readonly certainty: 'exact' | 'shape';
    readonly sha256?: string;
    readonly statements: readonly {
      readonly effect: string;
      readonly actions: readonly string[];
      readonly resources: readonly string[];
      readonly conditions?: string;
    }[];
  };
  /** What is not known, and until when it may still become known; without a time, it never will from here. */
  readonly unknowns: readonly { readonly what: string; readonly untilMs?: number }[];
  readonly currency: Currency;
  readonly cost: Cost;
};

export type SigningKey = {
  readonly use: 'digests' | 'receipts';
  readonly keyId: string;
  /** The key as SubjectPublicKeyInfo. */
  readonly publicKeyPem: string;
  /** The SHA-256 of the DER form. */
  readonly fingerprint: string;
};

/** Times are ISO 8601 or epoch milliseconds, as text; `from` is included, `to` is not. */
type Range = { readonly from: string; readonly to: string };
type Paging = { readonly limit: string; readonly cursor: string };
/** Filters over the records of a question. `type`: issuance, request, probe, strangers, observation. */
type Filters = {
  readonly type: string;
  readonly tenant: string;
  readonly account: string;
  readonly job: string;
  readonly requester: string;
  readonly state: string;
};
type Listing = { readonly body: undefined; readonly query: Range & Paging & Filters; readonly answer: RecordPage };
/** Everything that is known by one name: a few records, on one page. `audit.unknown` when there is nothing. */
type Lookup = { readonly body: undefined; readonly query: Readonly<Record<never, never>>; readonly answer: RecordPage };

export type AuditRoutes = {
  'GET /issuances/:issuanceId': {
    readonly body: undefined;
    readonly query: Readonly<Record<never, never>>;
    readonly answer: IssuanceStory;
  };
  'GET /tenants/:tenantId/records': Listing;
  'GET /accounts/:accountId/records': Listing;
  'GET /requesters/:requester/records': Listing;
  'GET /jobs/:job/records': Listing;
  'GET /days/:day/records': Listing;
  'GET /exceptions/:exception/records': Listing;
  /**
   * Sessions that may be used now: those of issuances of the last 65 minutes, newest first, then those of older ones
   * that are still open. `from` and `to` are not accepted.
   */
  'GET /live-sessions': {
    readonly body: undefined;
    readonly query: Paging & Omit<Filters, 'type' | 'state'>;
    readonly answer: RecordPage;
  };
  'GET /access-keys/:accessKeyId': Lookup;
  'GET /sessions/:sessionName': Lookup;
  'GET /sts-requests/:stsRequestId': Lookup;
  'GET /tenants/:tenantId/receipts': {
    readonly body: undefined;
    readonly query: Range & { readonly cursor: string };
    readonly answer: { readonly signed: SignedReceiptPage; readonly cursor?: string };
  };
  'GET /signing-keys': {
    readonly body: undefined;
    readonly query: Readonly<Record<never, never>>;
    readonly answer: { readonly keys: readonly SigningKey[] };
  };
};
