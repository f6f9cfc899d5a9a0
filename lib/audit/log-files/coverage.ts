import type { LogRecord } from './log-record.ts';

/** The part of one account's trail that the files hold. */
export type AccountCoverage = {
  readonly accountId: string;
  readonly records: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly regions: readonly string[];
};

export type Coverage = {
  add(record: LogRecord): void;
  /** Whether an event of this time would be in the files, if it was in the account's trail. */
  covers(accountId: string, atMs: number): boolean;
  result(): readonly AccountCoverage[];
};

/**
 * CloudTrail delivers "on average" within five minutes, and not in order: near either end of the files, an event may be
 * in a file that is not among them.
 */
const EDGE_MS = 15 * 60_000;
/** A trail of an organisation has up to this many accounts; further ones are not told apart. */
const ACCOUNTS = 10_000;
const REGIONS = 64;
const ACCOUNT_ID = /^\d{12}$/;

type Seen = { records: number; fromMs: number; toMs: number; readonly regions: Set<string> };

/** Learns from the records which accounts and times the files are about; gaps inside are not detected. */
export function createCoverage(): Coverage {
  const accounts = new Map<string, Seen>();
  const seenOf = (accountId: string) => {
    const known = accounts.get(accountId);
    if (known !== undefined || accounts.size >= ACCOUNTS || !ACCOUNT_ID.test(accountId)) return known;
    const seen: Seen = { records: 0, fromMs: Number.POSITIVE_INFINITY, toMs: 0, regions: new Set() };
    accounts.set(accountId, seen);
    return seen;
  };
  return {
    add({ atMs, region, recipientAccountId, identity }) {
      const seen = seenOf(recipientAccountId ?? identity.accountId ?? '');
      if (seen === undefined) return;
      seen.records += 1;
      seen.fromMs = Math.min(seen.fromMs, atMs);
      seen.toMs = Math.max(seen.toMs, atMs);
      if (seen.regions.size < REGIONS) seen.regions.add(region);
    },
    covers(accountId, atMs) {
      const seen = accounts.get(accountId);
      return seen !== undefined && atMs >= seen.fromMs + EDGE_MS && atMs <= seen.toMs - EDGE_MS;
    },
    result: () =>
      [...accounts]
        .map(([accountId, { regions, ...seen }]) => ({ accountId, ...seen, regions: [...regions].sort() }))
        .sort((left, right) => (left.accountId < right.accountId ? -1 : 1)),
  };
}
