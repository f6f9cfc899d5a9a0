import type { Issuance } from './issuance.ts';
import type { RequestRecord } from './request-record.ts';
import type { StrangersRecord } from './strangers-record.ts';

/**
 * The table of requests and issuances. Every write is one conditional write of one item, so that state and trail cannot
 * disagree. When the answer to a write is lost, the item is read to see whether it was written. Throws `store.*`.
 */
export type Ledger = {
  /** Writes the request unless there is one under its id, and gives the one that is there then. */
  recordRequest(record: RequestRecord): Promise<{ readonly first: boolean; readonly record: RequestRecord }>;
  /** Writes the summary of one source and minute unless there is one already. */
  recordStrangers(record: StrangersRecord): Promise<void>;
  readRequest(requestId: string): Promise<RequestRecord | undefined>;
  /** Writes a new issuance. False when it exists already: then it is left to whoever opened it. */
  open(issuance: Issuance): Promise<boolean>;
  /** A consistent read. */
  readIssuance(issuanceId: string): Promise<Issuance | undefined>;
  /**
   * Replaces `before` by `after` if the issuance is still as `before` says. False when somebody else changed it: then
   * nothing more may be done for it here.
   */
  advance(before: Issuance, after: Issuance): Promise<boolean>;
  /** Has the sweeper look at an issuance later, without reading it: for one that cannot be read. */
  postpone(issuanceId: string, dueAtMs: number): Promise<void>;
  /** Ids of issuances that are due, oldest first. The index may lag, so each issuance is read before it is changed. */
  due(options: { readonly nowMs: number; readonly limit: number }): Promise<readonly string[]>;
};
