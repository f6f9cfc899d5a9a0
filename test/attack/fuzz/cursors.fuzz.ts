import { createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { readCursor, writeCursor } from '../../../lib/audit/questions/page-cursor.ts';
import {
  type ReceiptPosition,
  readReceiptCursor,
  writeReceiptCursor,
} from '../../../lib/audit/receipts/receipt-cursor.ts';
import type { Signer } from '../../../lib/audit/receipts/sign-receipts.ts';
import * as lists from '../../../lib/management/page-cursor.ts';
import { claim, fuzzTarget } from './fuzz-target.ts';
import { nearTo } from './mutated-text.ts';

const questions = [{ tenant: 'acme' }, { tenant: 'globex' }, { account: '222222222222' }] as const;
const position = { atMs: 1_935_817_688_123, id: `scan-account.${'a'.repeat(32)}` };
const receipts: ReceiptPosition = {
  tenantId: 'acme',
  fromMs: 1,
  toMs: 2_000_000_000_000,
  page: 3,
  previousSha256: 'ab'.repeat(32),
  after: { recordedAtMs: 5, recordId: 'scan-account.x' },
};
/** A signature quick enough for a million of them. */
const mac = (bytes: Uint8Array) => createHmac('sha256', 'a key of the tests').update(bytes).digest('base64');
const signer: Signer = {
  sign: async (bytes) => ({ algorithm: 'ECDSA_SHA_256', keyId: 'k', value: mac(bytes) }),
  holds: async (bytes, signature) => mac(bytes) === signature,
};
const signed = await writeReceiptCursor(receipts, signer);
const list = lists.writeCursor({ of: 'tenants', part: 1, after: 'acme', last: 'acme' });
const inside = (cursor: string) => Buffer.from(cursor, 'base64url').toString('utf8');
const written = questions.map((question) => writeCursor(question, position));
const [first = '', ...others] = [...written, list, signed];

/** No cursor, however it was changed, throws, leaves its own question, or says what the signed one did not. */
export const cursorFuzz = fuzzTarget<string>({
  name: 'cursors',
  claim: 'a cursor is read as what was written for the same question, as another place in it, or not at all',
  outcomes: ['a place of the question', 'the signed one', 'a place in the list', 'none'],
  input: fc.oneof(
    { weight: 2, arbitrary: nearTo([first, ...others]) },
    // Changed inside, and wrapped up again as it should be.
    {
      weight: 3,
      arbitrary: nearTo([inside(first), ...others.map(inside)]).map((text) =>
        Buffer.from(text, 'utf8').toString('base64url'),
      ),
    },
    { weight: 1, arbitrary: fc.string() },
  ),
  async check(cursor) {
    const [question] = questions;
    const place = readCursor(question, cursor);
    const inList = lists.readCursor(cursor, { of: 'tenants', parts: 3 });
    const signedPlace = await readReceiptCursor(cursor, signer);
    claim(signedPlace === undefined || isDeepStrictEqual(signedPlace, receipts), 'a signed cursor says another place');
    if (place !== undefined) {
      claim(
        writeCursor(question, place).length > 0 &&
          isDeepStrictEqual(readCursor(question, writeCursor(question, place)), place),
        'it does not come back',
      );
      claim(
        others.slice(0, 2).every((_, nth) => readCursor(questions[nth + 1] ?? {}, cursor) === undefined),
        'it is of two questions',
      );
      claim(
        Object.keys(place).every((name) => ['part', 'atMs', 'id', 'fromMs'].includes(name)),
        'it says more than a place',
      );
      claim(Number.isSafeInteger(place.atMs) && place.atMs >= 0, 'its time is none');
      return 'a place of the question';
    }
    if (inList !== undefined) {
      claim(inList.of === 'tenants' && inList.part >= 0 && inList.part < 3, 'it is of another list');
      return 'a place in the list';
    }
    return signedPlace === undefined ? 'none' : 'the signed one';
  },
});
