import type { Clock } from '../../platform/clock.ts';
import { sha256Hex } from '../../platform/ids.ts';
import type { AuditStore, RowPosition } from '../questions/audit-store.ts';
import { type Refused, refuse } from '../questions/question-route.ts';
import { timeOf } from '../questions/question-times.ts';
import { type ReceiptSources, readReceipts } from './read-receipts.ts';
import { type ReceiptPage, receiptPageBytes, type SignedReceiptPage } from './receipt.ts';
import { type ReceiptPosition, readReceiptCursor, writeReceiptCursor } from './receipt-cursor.ts';
import type { Signer } from './sign-receipts.ts';

export type ReceiptsAsked = {
  readonly tenantId: string;
  readonly from?: string;
  readonly to?: string;
  readonly cursor?: string;
};

export type ReceiptAnswer = { readonly signed: SignedReceiptPage; readonly cursor?: string };
/** Makes one signed page of a tenant's receipts, the oldest first; with a `cursor`, there is another page. */
export type MakeReceipts = (asked: ReceiptsAsked, store: AuditStore) => Promise<ReceiptAnswer | Refused>;

export type ReceiptDependencies = {
  readonly signer: Signer;
  readonly clock: Clock;
  readonly config: ReceiptSources & {
    readonly deploymentId: string;
    /** The roles that call AssumeRole in tenants' accounts. */
    readonly callerRoleArns: readonly string[];
  };
};

/** A younger record may not be in the index yet, and a page that is signed must not leave it out. */
export const SETTLED_AFTER_MS = 10_000;
const NONE_BEFORE = '0'.repeat(64);

export function makeReceipts(dependencies: ReceiptDependencies): MakeReceipts {
  const { signer, clock } = dependencies;
  return async (asked, store) => {
    const madeAtMs = clock.nowMs();
    const at = await positionOf(asked, madeAtMs, signer);
    if ('refused' in at) return at;
    const { receipts, next } = await readReceipts(at, store, dependencies.config);
    const body = pageOf(at, { receipts, isLast: next === undefined, madeAtMs }, dependencies);
    const bytes = receiptPageBytes(body);
    const signed = { page: body, signature: await signer.sign(bytes) };
    if (next === undefined) return { signed };
    const previousSha256 = sha256Hex(bytes.toString('utf8'));
    const position = { ...at, page: at.page + 1, previousSha256, after: next };
    return { signed, cursor: await writeReceiptCursor(position, signer) };
  };
}

type Position = Omit<ReceiptPosition, 'after'> & { readonly after?: RowPosition };

/** The position at which this page begins: `from`, or the one in a cursor of ours. The question must be the same. */
async function positionOf(asked: ReceiptsAsked, nowMs: number, signer: Signer): Promise<Position | Refused> {
  const settledMs = nowMs - SETTLED_AFTER_MS;
  const fromMs = timeIn(asked.from) ?? 0;
  const toMs = timeIn(asked.to);
  if (toMs !== undefined && toMs > settledMs) {
    return refuse('request.fieldInvalid', `to: expected a time at least ${SETTLED_AFTER_MS / 1_000} s ago`);
  }
  if (fromMs > (toMs ?? settledMs)) return refuse('request.fieldInvalid', 'from: expected a time before to');
  const first = { tenantId: asked.tenantId, fromMs, toMs: toMs ?? settledMs };
  if (asked.cursor === undefined) return { ...first, page: 0, previousSha256: NONE_BEFORE };
  const position = await readReceiptCursor(asked.cursor, signer);
  if (position !== undefined && goesOn(position, { ...first, toMs })) return position;
  return refuse('audit.cursorInvalid', 'no page of these receipts gave this cursor');
}

type Question = { readonly tenantId: string; readonly fromMs: number; readonly toMs: number | undefined };

/** A question that leaves `toMs` open takes the one that the first page chose. */
function goesOn(position: Position, { tenantId, fromMs, toMs }: Question): boolean {
  const isSame = position.tenantId === tenantId && position.fromMs === fromMs;
  return isSame && (toMs === undefined || position.toMs === toMs);
}

function timeIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : timeOf(text);
}

type PageParts = Pick<ReceiptPage, 'receipts' | 'isLast' | 'madeAtMs'>;

function pageOf(
  { tenantId, fromMs, toMs, page, previousSha256 }: Position,
  parts: PageParts,
  { config: { deploymentId, brokerAccountId, callerRoleArns } }: ReceiptDependencies,
): ReceiptPage {
  const deployment = { deploymentId, brokerAccountId, callerRoleArns: [...callerRoleArns] };
  return { version: 1, ...deployment, tenantId, fromMs, toMs, page, previousSha256, ...parts };
}
