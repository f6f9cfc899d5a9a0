/**
 * What a request is: an ask to run a job for a tenant. It is recorded once, with its decision, and everything that
 * follows relies on that record.
 */
import type { RefusalReason } from '../errors.ts';
import type { StrangerMinute } from '../limits/strangers.ts';

/** What a requester may state. Nothing in it decides who is asking. */
export type RequestDetail = {
  readonly version: 1;
  readonly tenantId: string;
  readonly job: string;
  /** Absent: every account that the tenant has connected. */
  readonly accountIds?: readonly string[];
  readonly reason?: string;
  readonly input?: unknown;
  readonly idempotencyKey?: string;
  readonly rerunOf?: string;
  /** How many jobs the request came through. */
  readonly hops?: number;
};

/** Where a request came from, as stamped by AWS itself, except where a member says otherwise. */
export type RequestOrigin = EventOrigin | FunctionUrlOrigin | InvokeOrigin;

/** An event of the bus; the events of a schedule are among them, under a source of the broker's own. */
export type EventOrigin = {
  readonly kind: 'event';
  /** The account of whoever called PutEvents: set by EventBridge, not by the requester. */
  readonly account: string;
  /** Free text of the requester, but the bus refuses a declared source to all but its principals. */
  readonly source: string;
  readonly eventId: string;
  /** Set by the requester: never trusted beyond the age limit. Epoch milliseconds. */
  readonly timeMs: number;
  readonly replayName?: string;
};

/** A signed request to the function URL of request-job. */
export type FunctionUrlOrigin = {
  readonly kind: 'functionUrl';
  /** 12 digits: the account of the principal that signed. */
  readonly account: string;
  /** The IAM role or user; of a session its role, so that a role is one principal whatever its sessions are called. */
  readonly principalArn: string;
  /** Of the invocation; made by Lambda. */
  readonly requestId: string;
  /** When the function received it, by its own clock. Epoch milliseconds. */
  readonly timeMs: number;
};

/** An invocation of request-job-direct. */
export type InvokeOrigin = {
  readonly kind: 'invoke';
  /** What follows the function's name in the ARN that was invoked; `$LATEST` where nothing does. */
  readonly alias: string;
  /** Of the invocation; made by Lambda, and the same when Lambda repeats it. */
  readonly requestId: string;
  readonly timeMs: number;
};

/** A message of the queue, read. */
export type QueueMessage =
  | { readonly kind: 'request'; readonly origin: RequestOrigin; readonly detail: RequestDetail }
  /** One account of a large request: the broker sent it to itself. */
  | { readonly kind: 'account'; readonly requestId: string; readonly accountId: string }
  /** An issuance that the sweeper found open. `trailHead` says which state of it the sweeper saw. */
  | { readonly kind: 'continue'; readonly issuanceId: string; readonly trailHead: string }
  /** A probe of a role's trust that must be made as the broker itself. */
  | ({ readonly kind: 'probe' } & OrderedProbe)
  /** A minute of a source of strangers, some of whose requests were counted and not recorded: to be summed up. */
  | { readonly kind: 'strangers'; readonly minute: StrangerMinute };

/** Its record is in the ledger already. The external ID is named by its hash: none is ever on a queue. */
export type OrderedProbe = {
  readonly probeId: string;
  readonly tenantId: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly externalIdSha256?: string | undefined;
};

/** The refusal of a policy. The explanation is for the operator; outsiders may be told less, never more. */
export type Refusal = {
  readonly reason: RefusalReason;
  readonly explanation: string;
};

export type QueueMessageReading =
  | { readonly read: true; readonly message: QueueMessage }
  /** `origin` is there when the envelope could be read: then the refusal is recorded under its event. */
  | {
      readonly read: false;
      readonly refusal: Refusal;
      readonly origin?: RequestOrigin;
      readonly claimed: ClaimedNames;
    };

/** What a malformed request claims, for the audit only: nothing is decided by it. */
export type ClaimedNames = { readonly tenantId?: string; readonly job?: string };
