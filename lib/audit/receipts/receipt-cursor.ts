import * as v from 'valibot';
import type { Signer } from './sign-receipts.ts';

/**
 * The place at which an export of receipts continues: the position, and what binds the next page to the one before. The
 * server keeps nothing between pages, so all of it comes back from the client. The cursor is signed with the receipts'
 * own key, because the next page is signed too: a client that made up a `previousSha256` or a position would get pages,
 * signed by us, that leave something out.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(128));

const positionSchema = v.strictObject({
  tenantId: text,
  fromMs: count,
  toMs: count,
  /** The number of the next page. */
  page: v.pipe(count, v.minValue(1)),
  previousSha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** The last row of the page before. */
  after: v.strictObject({ recordedAtMs: count, recordId: text }),
});
export type ReceiptPosition = v.InferOutput<typeof positionSchema>;

/** Prefix of the signed bytes: no page of receipts begins with it, so no page can pass for a cursor. */
const DOMAIN = 'credential-broker receipt cursor v1\n';

export async function writeReceiptCursor(position: ReceiptPosition, signer: Signer): Promise<string> {
  const json = JSON.stringify(position);
  const { value } = await signer.sign(signedBytes(json));
  return Buffer.from(JSON.stringify([json, value]), 'utf8').toString('base64url');
}

/** Undefined for a cursor that this deployment did not issue. */
export async function readReceiptCursor(cursor: string, signer: Signer): Promise<ReceiptPosition | undefined> {
  const read = v.safeParse(v.strictTuple([v.string(), v.pipe(v.string(), v.base64())]), parse(cursor));
  if (!read.success) return undefined;
  const [json, signature] = read.output;
  if (!(await signer.holds(signedBytes(json), signature))) return undefined;
  const position = v.safeParse(positionSchema, JSON.parse(json));
  return position.success ? position.output : undefined;
}

function signedBytes(json: string): Buffer {
  return Buffer.from(`${DOMAIN}${json}`, 'utf8');
}

function parse(cursor: string): unknown {
  if (!/^[A-Za-z0-9_-]{1,2000}$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
