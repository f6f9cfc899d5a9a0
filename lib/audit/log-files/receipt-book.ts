import type { Receipt, ReceiptPage } from '../receipts/receipt.ts';

/** A receipt and the tenant that it belongs to. */
export type BookedReceipt = { readonly tenantId: string; readonly receipt: Receipt };

/** Finds receipts by what CloudTrail shows of the calls that they describe. */
export type ReceiptBook = {
  /** Each receipt once, in the order of the calls. */
  readonly booked: readonly BookedReceipt[];
  /** The accounts whose credentials make the calls. */
  readonly brokerAccountIds: ReadonlySet<string>;
  readonly callerRoleArns: ReadonlySet<string>;
  /** The accounts of the receipts: calls into other accounts are other tenants'. */
  readonly accountIds: ReadonlySet<string>;
  bySessionName(sessionName: string): BookedReceipt | undefined;
  byAccessKey(accessKeyId: string): BookedReceipt | undefined;
  byStsRequest(stsRequestId: string): BookedReceipt | undefined;
  /**
   * Whether a call of that time into that account must have a receipt. `edge`: its record may be older than the
   * receipts go back. An account that no receipt names concerns all tenants of the receipts.
   */
  periodOf(atMs: number, accountId: string): 'inside' | 'edge' | 'outside';
};

/**
 * Receipts are found by the time of their record, and a call may be made this much later: the third attempt of a
 * request that was put off, or one that waited for an outage of an hour to end.
 */
export const CALLED_WITHIN_MS = 2 * 60 * 60_000;

/** Opens the book over pages whose signatures were verified, of one tenant or several. */
export function openReceiptBook(pages: readonly ReceiptPage[]): ReceiptBook {
  const booked = [...pages]
    .sort((left, right) => left.madeAtMs - right.madeAtMs)
    .flatMap(({ tenantId, receipts }) => receipts.map((receipt) => ({ tenantId, receipt })))
    .sort((left, right) => left.receipt.intendedAtMs - right.receipt.intendedAtMs);
  // Exports overlap: the later one may know more of the same call, such as an answer that was lost at first.
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
 * The time since when the exports cover the records of a tenant without a gap, counted back from `atMs`: otherwise
 * exports of an hour each would be nothing but edges. An export that was made before the call cannot cover it.
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
