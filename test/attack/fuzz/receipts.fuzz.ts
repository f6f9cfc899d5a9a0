import { isDeepStrictEqual } from 'node:util';
import { checkReceipts } from '../../../lib/audit/receipts/verify-receipts.ts';
import { aPage, aReceipt } from '../../support/a-trail.ts';
import { exportLines, receiptSigner } from '../../support/signed-receipts.ts';
import { claim, fuzzTarget } from './fuzz-target.ts';
import { nearToBytes } from './mutated-text.ts';

const signer = receiptSigner();
const file = (pages: number): Buffer =>
  Buffer.from(
    exportLines(
      Array.from({ length: pages }, (_, page) => aPage([aReceipt(page)])),
      signer,
    ).join(''),
  );
const [one, two] = [file(1), file(2)];
const originals = new Map<Buffer, unknown>([
  [one, await pagesOf(one)],
  [two, await pagesOf(two)],
]);

/** Not one byte of an export can be another one; the name of the key alone is not signed, and nothing goes by it. */
export const receiptFuzz = fuzzTarget<{ readonly bytes: Buffer; readonly of: Buffer }>({
  name: 'receipts',
  claim: 'a file of receipts holds only as it was exported, to the byte, but for the name of its key',
  outcomes: ['holds', 'line.notJson', 'line.shape', 'line.notExact', 'signature.wrong', 'file.incomplete'],
  input: nearToBytes([one, one, one, two]),
  async check({ bytes, of }) {
    const result = await check(bytes);
    if (!result.holds) {
      claim(!bytes.equals(of), 'the export as it is does not hold');
      return result.problem.code;
    }
    claim(isDeepStrictEqual(result.pages, originals.get(of)), 'it says something else, and holds');
    claim(withoutKeyId(bytes) === withoutKeyId(of), 'its bytes are others, and it holds');
    return 'holds';
  },
});

function withoutKeyId(bytes: Buffer): string {
  return bytes.toString('latin1').replaceAll(/"keyId":"(?:[^"\\]|\\.)*"/g, '');
}

async function pagesOf(bytes: Buffer) {
  const result = await check(bytes);
  if (!result.holds) throw new Error('the export does not hold');
  return result.pages;
}

function check(bytes: Buffer) {
  return checkReceipts({ bytes: inOnePiece(bytes), publicKeys: [signer.publicKey] });
}

async function* inOnePiece(bytes: Buffer) {
  yield bytes;
}
