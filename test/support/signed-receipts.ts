import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type ReceiptPage, receiptPageBytes, type SignedReceiptPage } from '../../lib/audit/receipts/receipt.ts';
import { canonicalJson } from '../../lib/platform/canonical-json.ts';
import { sha256Hex } from '../../lib/platform/ids.ts';

export const RECEIPTS_KEY_ARN = 'arn:aws:kms:eu-west-1:111111111111:key/receipts';

export type ReceiptSigner = {
  readonly publicKey: KeyObject;
  readonly pem: string;
  sign(page: ReceiptPage): SignedReceiptPage;
};

/** Signs as KMS does, with a key of its own. */
export function receiptSigner(): ReceiptSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    publicKey,
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (page) => {
      const value = sign('sha256', receiptPageBytes(page), { key: privateKey, dsaEncoding: 'der' }).toString('base64');
      return { page, signature: { algorithm: 'ECDSA_SHA_256', keyId: RECEIPTS_KEY_ARN, value } };
    },
  };
}

/** The pages of one export, numbered and bound to each other, a line each. */
export function exportLines(pages: readonly ReceiptPage[], { sign: signPage }: ReceiptSigner): readonly string[] {
  let previousSha256 = '0'.repeat(64);
  return pages.map((given, page) => {
    const bound = { ...given, page, previousSha256, isLast: page === pages.length - 1 };
    previousSha256 = sha256Hex(receiptPageBytes(bound).toString('utf8'));
    return `${canonicalJson(signPage(bound))}\n`;
  });
}
