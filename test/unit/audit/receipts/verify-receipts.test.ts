import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReceiptPage } from '../../../../lib/audit/receipts/receipt.ts';
import { readPublicKeys } from '../../../../lib/audit/receipts/verify-key.ts';
import { checkReceipts } from '../../../../lib/audit/receipts/verify-receipts.ts';
import { aPage, aReceipt } from '../../../support/a-trail.ts';
import { exportLines, receiptSigner } from '../../../support/signed-receipts.ts';

const signer = receiptSigner();
const stranger = receiptSigner();
const pages = [0, 1, 2].map((page) => aPage([aReceipt(2 * page), aReceipt(2 * page + 1)]));
const lines = exportLines(pages, signer);
const [first = '', second = '', third = ''] = lines;
const others = exportLines(
  pages.map((page) => ({ ...page, tenantId: 'globex' })),
  signer,
);
const ofOtherDays = exportLines(
  pages.map((page) => ({ ...page, toMs: page.toMs + 1 })),
  signer,
);

type Options = { readonly tenantId?: string; readonly pieceBytes?: number; readonly keys?: readonly (typeof signer)[] };

async function check(text: string | Buffer, { tenantId, pieceBytes = 1_000, keys = [signer] }: Options = {}) {
  const bytes = Buffer.from(text);
  const publicKeys = keys.map(({ publicKey }) => publicKey);
  return checkReceipts({ bytes: inPieces(), publicKeys, tenantId });

  async function* inPieces() {
    for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
  }
}

/** The whole export, signed by somebody else from the first page to the last. */
const resigned = exportLines(pages, stranger);
/** A page changed, and the rest bound to what it is now, by the same key that signed the others: nobody but KMS can. */
const forked = exportLines([pages[0] ?? aPage([]), aPage([]), pages[2] ?? aPage([])], signer);

const tampered: readonly { name: string; text: string; code: string; line: number }[] = [
  { name: 'nothing', text: '', code: 'file.empty', line: 0 },
  { name: 'an edited value', text: lines.join('').replace('r2.1', 'r9.1'), code: 'signature.wrong', line: 2 },
  {
    name: 'a receipt taken out',
    text: lines.join('').replace(/,\{"accessKeyId":"ASIA0000000000000003".*?\],/, ','),
    code: 'line.notJson',
    line: 2,
  },
  { name: 'a page dropped', text: first + third, code: 'page.number', line: 2 },
  { name: 'the first page dropped', text: second + third, code: 'page.number', line: 1 },
  { name: 'the last page dropped', text: first + second, code: 'file.incomplete', line: 2 },
  { name: 'two pages swapped', text: first + third + second, code: 'page.number', line: 2 },
  { name: 'a page twice', text: first + second + second + third, code: 'page.number', line: 3 },
  { name: 'a page behind the last', text: lines.join('') + third, code: 'page.afterLast', line: 4 },
  { name: 'another tenant’s page', text: first + (others[1] ?? '') + third, code: 'page.otherExport', line: 2 },
  { name: 'a page of another period', text: first + (ofOtherDays[1] ?? '') + third, code: 'page.otherExport', line: 2 },
  {
    name: 'a page of another export of the same',
    text: first + second + (forked[2] ?? ''),
    code: 'page.chain',
    line: 3,
  },
  { name: 'another key on all of it', text: resigned.join(''), code: 'signature.wrong', line: 1 },
  { name: 'another key on one page', text: first + (resigned[1] ?? '') + third, code: 'signature.wrong', line: 2 },
  { name: 'an end in the middle', text: lines.join('').slice(0, -9), code: 'file.incomplete', line: 3 },
  { name: 'the last line break missing', text: lines.join('').slice(0, -1), code: 'file.incomplete', line: 3 },
  { name: 'something appended to the file', text: `${lines.join('')} `, code: 'file.incomplete', line: 4 },
  { name: 'an empty line appended', text: `${lines.join('')}\n`, code: 'line.notJson', line: 4 },
  { name: 'a line of another kind appended', text: `${lines.join('')}{}\n`, code: 'line.shape', line: 4 },
  { name: 'something appended to a line', text: `${first.trim()} \n${second}${third}`, code: 'line.notExact', line: 1 },
  { name: 'line breaks of Windows', text: lines.join('').replaceAll('\n', '\r\n'), code: 'line.notExact', line: 1 },
  {
    name: 'a member twice',
    text: lines.join('').replace('{"page":{', '{"page":{"tenantId":"globex",'),
    code: 'line.notExact',
    line: 1,
  },
  {
    name: 'a member that there is none of',
    text: lines.join('').replace('{"page":{', '{"note":"x","page":{'),
    code: 'line.shape',
    line: 1,
  },
  {
    name: 'a member of a page that there is none of',
    text: lines.join('').replace('"tenantId":"acme"', '"tenantId":"acme","total":0'),
    code: 'line.shape',
    line: 1,
  },
  { name: 'a byte order mark', text: `\ufeff${lines.join('')}`, code: 'line.notJson', line: 1 },
];

describe('receipts as they were exported', () => {
  it('hold, however the bytes come', async () => {
    for (const pieceBytes of [1, 7, 4_096, 1_000_000]) {
      const checked = await check(lines.join(''), { pieceBytes });
      expect(checked.holds && checked.pages.flatMap(({ receipts }) => receipts)).toEqual(
        pages.flatMap(({ receipts }) => receipts),
      );
    }
  });

  it('hold with any of several keys, and for the tenant that they are of', async () => {
    expect((await check(lines.join(''), { keys: [stranger, signer], tenantId: 'acme' })).holds).toBe(true);
    const wrong = await check(lines.join(''), { tenantId: 'globex' });
    expect(wrong).toMatchObject({ holds: false, problem: { code: 'page.otherTenant', line: 1 } });
  });

  it.each(tampered)('do not hold with $name: $code', async ({ text, code, line }) => {
    for (const pieceBytes of [3, 1_000_000]) {
      const checked = await check(text, { pieceBytes });
      expect(checked).toMatchObject({ holds: false, problem: { code, line } });
    }
  });

  it('do not hold when any one byte is another, is gone, or is added', async () => {
    const text = lines.join('');
    const bytes = Buffer.from(text);
    // Which key it was is a hint, outside what is signed, and nothing relies on it.
    const hints = [...text.matchAll(/"keyId":"([^"]*)"/g)].map((match) => [
      match.index + 9,
      match.index + match[0].length,
    ]);
    const isHint = (at: number) => hints.some(([from = 0, to = 0]) => at >= from && at < to);
    const place = fc.nat({ max: bytes.length - 1 }).filter((at) => !isHint(at));
    const change = fc.oneof(
      fc.record({ place, kind: fc.constant('flip' as const), bit: fc.nat({ max: 7 }) }),
      fc.record({ place, kind: fc.constantFrom('drop' as const, 'add' as const), bit: fc.nat({ max: 255 }) }),
    );
    await fc.assert(
      fc.asyncProperty(change, async ({ place: at, kind, bit }) => {
        const flipped = Buffer.from([(bytes[at] ?? 0) ^ (1 << (bit & 7))]);
        const middle =
          kind === 'flip' ? flipped : kind === 'drop' ? Buffer.alloc(0) : Buffer.from([bit, bytes[at] ?? 0]);
        const changed = Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at + 1)]);
        expect((await check(changed, { pieceBytes: 100_000 })).holds).toBe(false);
      }),
      { numRuns: 1_500 },
    );
  });

  it('do not hold when the signature is written in another base64 of the same bytes', async () => {
    // A signature has 70 to 72 bytes: most leave bits of the last letter unused.
    const padded = Array.from({ length: 40 }, () => exportLines([aPage([])], signer).join('')).find((text) => {
      return /=" *\}\}/.test(text);
    });
    const rewritten = padded?.replace(/(.)(=+"\}\})/, (_all, last: string, rest: string) => {
      const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
      return `${letters[letters.indexOf(last) + 1] ?? ''}${rest}`;
    });
    expect(rewritten).not.toBe(padded);
    const checked = await check(rewritten ?? '');
    expect(checked).toMatchObject({ holds: false, problem: { code: 'signature.wrong', line: 1 } });
  });

  it('end soon when a line has no end', async () => {
    const checked = await check(Buffer.alloc(17 * 1_024 * 1_024, 'x'), { pieceBytes: 1_024 * 1_024 });
    expect(checked).toMatchObject({ holds: false, problem: { code: 'line.tooLong' } });
  });

  it('may be none at all, on one signed page that says so', async () => {
    const empty: readonly ReceiptPage[] = [aPage([])];
    expect((await check(exportLines(empty, signer).join(''))).holds).toBe(true);
  });
});

describe('a file of public keys', () => {
  it('may hold several', () => {
    const reading = readPublicKeys(`of 2031\n${signer.pem}\nof 2030\n${stranger.pem}`);
    expect('keys' in reading && reading.keys.map(({ sha256 }) => sha256.length)).toEqual([64, 64]);
  });

  it.each([
    ['nothing', '', /no public key/],
    ['text', 'hello', /no public key/],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----', /not one public key/],
    ['a key that is none', '-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----', /not a public key/],
  ])('is refused with %s', (_name, pem, problem) => {
    expect(readPublicKeys(pem)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
