import type { Issuance } from './issuance.ts';
import type { RequestRecord } from './request-record.ts';
import type { StrangersRecord } from './strangers-record.ts';

/**
 * The table of requests and issuances. Every write is one conditional write of one item, so state and trail cannot
 * disagree. Errors are `store.*`; an answer that was lost is found again by reading the item.
 */
export type Ledger = {
  /** Writes the request unless it is there already; then gives what was written first. */
  recordRequest(record: RequestRecord): Promise<{ readonly first: boolean; readonly record: RequestRecord }>;
  /** Writes the summary of a source and minute unless it is there already. */
  recordStrangers(record: StrangersRecord): Promise<void>;
  readRequest(requestId: string): Promise<RequestRecord | undefined>;
  /** Writes a new issuance. False: another one stands there, which is somebody else's to go on with. */
  open(issuance: Issuance): Promise<boolean>;
  /** Consistent. */
  readIssuance(issuanceId: string): Promise<Issuance | undefined>;
  /**
   * Replaces `before` by `after` if it is still what `before` says. False: someone else moved it, and nothing may be
   * done in its name any more.
   */
  advance(before: Issuance, after: Issuance): Promise<boolean>;
  /** Has the sweeper look at an issuance later, whatever is in it: for one that cannot be read. */
  postpone(issuanceId: string, dueAtMs: number): Promise<void>;
  /** Ids of issuances that are due, oldest first. From an index: it may lag, so each is read before it is acted on. */
  due(options: { readonly nowMs: number; readonly limit: number }): Promise<readonly string[]>;
};
