import type { Receipt, ReceiptPage } from '../receipts/receipt.ts';

/** A receipt, and whose it is. */
export type BookedReceipt = { readonly tenantId: string; readonly receipt: Receipt };

/** Receipts as they are looked for: by what CloudTrail shows of the calls that they tell of. */
export type ReceiptBook = {
  /** Each once, in the order of their calls. */
  readonly booked: readonly BookedReceipt[];
  /** Whose credentials make the calls. */
  readonly brokerAccountIds: ReadonlySet<string>;
  readonly callerRoleArns: ReadonlySet<string>;
  /** The accounts of the receipts: calls into others are other tenants'. */
  readonly accountIds: ReadonlySet<string>;
  bySessionName(sessionName: string): BookedReceipt | undefined;
  byAccessKey(accessKeyId: string): BookedReceipt | undefined;
  byStsRequest(stsRequestId: string): BookedReceipt | undefined;
  /**
   * Must a call of that time into that account have a receipt? `edge`: its record may be older than the receipts go back.
   * An account that no receipt names is the business of all of them.
   */
  periodOf(atMs: number, accountId: string): 'inside' | 'edge' | 'outside';
};

/**
 * Receipts are found by the time of their record, and a call may be made later: the third attempt of a request that was
 * put off, or one that waited for an outage of an hour to end.
 */
export const CALLED_WITHIN_MS = 2 * 60 * 60_000;

/** Opens the book over pages whose signatures were verified, of one tenant or several. */
export function openReceiptBook(pages: readonly ReceiptPage[]): ReceiptBook {
  const booked = [...pages]
    .sort((left, right) => left.madeAtMs - right.madeAtMs)
    .flatMap(({ tenantId, receipts }) => receipts.map((receipt) => ({ tenantId, receipt })))
    .sort((left, right) => left.receipt.intendedAtMs - right.receipt.intendedAtMs);
  // Exports overlap: the later one may know more of the same call, such as the answer that was lost at first.
  const bySessionName = new Map(booked.map((one) => [one.receipt.sessionName, one]));
  const once = [...bySessionName.values()];
  const exports = pages.filter(({ page }) => page === 0);
  const accountsOf = new Map(pages.map(({ tenantId }) => [tenantId, new Set<string>()]));
  for (const { tenantId, receipt } of once) accountsOf.get(tenantId)?.add(receipt.accountId);
  const byAccessKey = keyed(once, ({ receipt }) => receipt.accessKeyId);
  const byStsRequest = keyed(once, ({ receipt }) => receipt.stsRequestId);
  return {
    booked: once,
    brokerAccountIds: new Set(pages.map(({ brokerAccountId }) => brokerAccountId)),
    callerRoleArns: new Set(pages.flatMap(({ callerRoleArns }) => callerRoleArns)),
    accountIds: new Set(once.map(({ receipt }) => receipt.accountId)),
    bySessionName: (name) => bySessionName.get(name),
    byAccessKey: (key) => byAccessKey.get(key),
    byStsRequest: (id) => byStsRequest.get(id),
    periodOf(atMs, accountId) {
      const theirs = exports.filter(({ tenantId }) => accountsOf.get(tenantId)?.has(accountId) === true);
      const concerned = theirs.length > 0 ? theirs : exports;
      const within = concerned.filter(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
      if (within.length === 0) return 'outside';
      return within.some(({ tenantId }) => beginBefore(atMs, tenantId, exports) <= atMs - CALLED_WITHIN_MS)
        ? 'inside'
        : 'edge';
    },
  };
}

/**
 * Since when the records of a tenant are told of without a gap, back from that time: exports of an hour each must not have
 * nothing but edges. One that was made before the call cannot tell of it.
 */
function beginBefore(atMs: number, tenantId: string, exports: readonly ReceiptPage[]): number {
  return exports
    .filter((page) => page.tenantId === tenantId && page.fromMs <= atMs && page.madeAtMs >= atMs)
    .sort((left, right) => right.toMs - left.toMs)
    .reduce((beginMs, { fromMs, toMs }) => (toMs >= beginMs ? Math.min(beginMs, fromMs) : beginMs), atMs);
}

function keyed(
  booked: readonly BookedReceipt[],
  keyOf: (one: BookedReceipt) => string | undefined,
): ReadonlyMap<string, BookedReceipt> {
  const found = new Map<string, BookedReceipt>();
  for (const one of booked) {
    const key = keyOf(one);
    if (key !== undefined) found.set(key, one);
  }
  return found;
}
