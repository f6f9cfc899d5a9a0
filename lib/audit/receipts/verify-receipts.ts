import { type KeyObject, verify } from 'node:crypto';
import * as v from 'valibot';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { sha256Hex } from '../../platform/ids.ts';
import { type ReceiptPage, receiptPageBytes, type SignedReceiptPage, signedReceiptPageSchema } from './receipt.ts';

/** What is wrong with a file of receipts. The list is closed, so that programs can tell the problems apart. */
export type ReceiptProblemCode =
  | 'file.empty'
  /** The file ends in the middle of a line, or its last page does not say that it is the last one. */
  | 'file.incomplete'
  | 'line.tooLong'
  | 'line.notJson'
  /** The line is JSON but not a page: a member is missing, of another type, or unknown. */
  | 'line.shape'
  /** The line means the same but is not byte for byte what was exported: white space, order, a repeated member. */
  | 'line.notExact'
  /** None of the keys made the signature over this page. */
  | 'signature.wrong'
  /** The page is not the next one: a page was dropped, repeated or moved. */
  | 'page.number'
  /** The page was signed behind another page than the one before it. */
  | 'page.chain'
  /** The page is of another deployment, tenant, caller or period than the first page. */
  | 'page.otherExport'
  | 'page.afterLast'
  /** The page is not of the requested tenant. */
  | 'page.otherTenant';

export type ReceiptProblem = {
  readonly code: ReceiptProblemCode;
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
};

export type ReceiptsChecked =
  | { readonly holds: true; readonly pages: readonly ReceiptPage[] }
  | { readonly holds: false; readonly problem: ReceiptProblem };

export type ToCheck = {
  /** One exported file, as it is. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The deployment's public keys, on P-256. Any of them may have signed a page, because keys are replaced. */
  readonly publicKeys: readonly KeyObject[];
  /** The tenant whose receipts these must be; when it is left out, the reader has to check whose they are. */
  readonly tenantId?: string | undefined;
};

/** A page holds hundreds of receipts; a longer line is not a page. */
const MAXIMUM_LINE_BYTES = 16 * 1_024 * 1_024;
const LINE_FEED = 0x0a;
const FIRST_PREVIOUS = '0'.repeat(64);

/**
 * Checks one exported file of receipts to its last byte: the signature of every page, that the pages follow from each
 * other from the first to the one that says that it is the last, and that the file contains nothing else. The check
 * ends at the first problem, because nothing behind it can be relied on. Only the name of the key (`keyId`) is not
 * signed, and nothing relies on it.
 */
export async function checkReceipts({ bytes, publicKeys, tenantId }: ToCheck): Promise<ReceiptsChecked> {
  const pages: ReceiptPage[] = [];
  let line = 0;
  for await (const text of linesOf(bytes)) {
    line += 1;
    const read = text instanceof Uint8Array ? readLine(text, publicKeys) : text;
    const found = 'code' in read ? read : follows(read, { pages, tenantId });
    if (found !== undefined) return { holds: false, problem: { line, ...found } };
    if (!('code' in read)) pages.push(read);
  }
  const end = unfinished(pages);
  return end === undefined ? { holds: true, pages } : { holds: false, problem: { line, ...end } };
}

type Problem = Omit<ReceiptProblem, 'line'>;

/** Yields the lines without their line breaks, and a problem in place of a line that is not ended or never ends. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array | Problem, void> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...held, chunk.subarray(from, end)]);
      [held, size, from] = [[], 0, end + 1];
    }
    held.push(Buffer.from(chunk.subarray(from)));
    size += chunk.length - from;
    if (size > MAXIMUM_LINE_BYTES) {
      yield problem('line.tooLong', 'a line has no end: this is not an exported file of receipts');
      return;
    }
  }
  if (size > 0) yield problem('file.incomplete', 'the file ends in the middle of a line, or something was appended');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readLine(bytes: Uint8Array, publicKeys: readonly KeyObject[]): ReceiptPage | Problem {
  const text = textIn(bytes);
  const parsed = text === undefined ? undefined : jsonIn(text);
  if (text === undefined || parsed === undefined) return problem('line.notJson', 'the line is not JSON');
  const read = v.safeParse(signedReceiptPageSchema, parsed);
  if (!read.success) {
    const where = v.getDotPath(read.issues[0]) ?? 'the top level';
    return problem('line.shape', `the line is not a page of receipts: look at ${where}`);
  }
  if (canonicalJson(read.output) !== text) {
    return problem('line.notExact', 'the line is not byte for byte what was exported');
  }
  if (isSigned(read.output, publicKeys)) return read.output.page;
  return problem('signature.wrong', 'no key that was given made the signature: the page was changed, or is another’s');
}

function isSigned({ page, signature }: SignedReceiptPage, publicKeys: readonly KeyObject[]): boolean {
  const bytes = receiptPageBytes(page);
  const value = Buffer.from(signature.value, 'base64');
  // Base64 has several spellings of the same bytes; only the exported one is accepted.
  if (value.toString('base64') !== signature.value) return false;
  return publicKeys.some((key) => verify('sha256', bytes, key, value));
}

type Before = { readonly pages: readonly ReceiptPage[]; readonly tenantId: string | undefined };

/** Returns the problem of a page that is not the one that must come now. */
function follows(page: ReceiptPage, { pages, tenantId }: Before): Problem | undefined {
  const [first = page] = pages;
  const before = pages.at(-1);
  if (tenantId !== undefined && page.tenantId !== tenantId) {
    return problem('page.otherTenant', `the page is of the tenant ${page.tenantId}, not ${tenantId}`);
  }
  if (before?.isLast === true) return problem('page.afterLast', 'there is a page behind the last one');
  if (page.page !== pages.length) {
    return problem('page.number', `this is page ${page.page}, where page ${pages.length} must come`);
  }
  if (exportOf(page) !== exportOf(first)) {
    return problem('page.otherExport', 'the page is of another export than the first one');
  }
  const previous = before === undefined ? FIRST_PREVIOUS : sha256Hex(receiptPageBytes(before).toString('utf8'));
  if (page.previousSha256 !== previous) return problem('page.chain', 'the page was signed behind another page');
  return undefined;
}

/** What all pages of one export have in common. */
function exportOf({ deploymentId, brokerAccountId, callerRoleArns, tenantId, fromMs, toMs }: ReceiptPage): string {
  return canonicalJson({ deploymentId, brokerAccountId, callerRoleArns, tenantId, fromMs, toMs });
}

function unfinished(pages: readonly ReceiptPage[]): Problem | undefined {
  const last = pages.at(-1);
  if (last === undefined) return problem('file.empty', 'there is no page in the file');
  if (last.isLast) return undefined;
  return problem('file.incomplete', `the file ends with page ${last.page}, which is not the last one`);
}

function textIn(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function jsonIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function problem(code: ReceiptProblemCode, message: string): Problem {
  return { code, message };
}
