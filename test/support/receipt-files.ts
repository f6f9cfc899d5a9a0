import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Receipt } from '../../lib/audit/receipts/receipt.ts';
import { aPage, aReceipt, customersCopy, FROM_MS, otherCall, TO_MS, type TrailRecord, usedFor } from './a-trail.ts';
import { exportLines, type ReceiptSigner, receiptSigner } from './signed-receipts.ts';

/** What a customer has before it: an export, the key, and its own trail. */
export type CustomersFiles = {
  readonly directory: string;
  readonly receipts: string;
  readonly publicKey: string;
  readonly cloudtrail: string;
  readonly lines: readonly string[];
  readonly signer: ReceiptSigner;
};

export type CustomersFilesOptions = {
  readonly receipts?: readonly Receipt[];
  /** In the trail, beside the calls of others at both ends of the day. */
  readonly records?: (receipts: readonly Receipt[]) => readonly TrailRecord[];
};

const asAnnounced = (receipts: readonly Receipt[]) => [
  ...receipts.map((receipt) => customersCopy(receipt)),
  ...receipts.map((receipt) => usedFor(receipt)),
];

/** Three sessions on two pages and a trail that agrees, unless it is said otherwise. In a directory to be removed. */
export function customersFiles(options: CustomersFilesOptions = {}): CustomersFiles {
  const { receipts = [aReceipt(1), aReceipt(2), aReceipt(3)], records = asAnnounced } = options;
  const directory = mkdtempSync(path.join(tmpdir(), 'customer-'));
  const at = (name: string) => path.join(directory, name);
  const signer = receiptSigner();
  const lines = exportLines([aPage(receipts.slice(0, 2)), aPage(receipts.slice(2))], signer);
  const cloudtrail = at('trail');
  const folder = path.join(cloudtrail, 'AWSLogs/222222222222/CloudTrail/eu-west-1');
  mkdirSync(folder, { recursive: true });
  const day = [otherCall(FROM_MS), otherCall(TO_MS), ...records(receipts)];
  writeFileSync(path.join(folder, 'a.json.gz'), gzipSync(JSON.stringify({ Records: day })));
  writeFileSync(at('receipts.jsonl'), lines.join(''));
  writeFileSync(at('key.pem'), signer.pem);
  return { directory, receipts: at('receipts.jsonl'), publicKey: at('key.pem'), cloudtrail, lines, signer };
}
