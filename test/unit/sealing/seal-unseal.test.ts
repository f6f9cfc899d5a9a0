import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import {
  additionalData,
  type EnvelopeContext,
  kmsEncryptionContext,
  type SealedEnvelope,
} from '../../../lib/sealing/envelope.ts';
import { seal } from '../../../lib/sealing/seal.ts';
import { Secret } from '../../../lib/sealing/secret.ts';
import { unseal } from '../../../lib/sealing/unseal.ts';
import { everyPrint } from '../../support/every-print.ts';
import { context, credentials, dataKey, sealed } from './sealed.ts';

function thrownBy(input: Partial<Parameters<typeof unseal>[0]>): unknown {
  try {
    unseal({ sealed: sealed(), dataKey, context, ...input });
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The one answer to every envelope that is not right: nothing tells how far an attempt got. */
function expectInvalid(input: Partial<Parameters<typeof unseal>[0]>): void {
  const error = thrownBy(input);
  expect(error).toBeInstanceOf(BrokerError);
  expect(error).toMatchObject({ code: 'envelope.invalid', message: 'the envelope could not be opened', detail: {} });
  expect(error).not.toHaveProperty('cause');
}

const text = fc.string({ unit: 'binary', maxLength: 80 });
const anyContext: fc.Arbitrary<EnvelopeContext> = fc.record({
  tenantId: text,
  accountId: text,
  job: text,
  issuanceId: text,
  attempt: fc.nat(),
  fenceMs: fc.maxSafeNat(),
  usableUntilMs: fc.maxSafeNat(),
});

describe('an envelope', () => {
  it('gives back exactly what was sealed, under the context it was sealed for', () => {
    const given = fc.record({
      accessKeyId: text,
      secretAccessKey: text,
      sessionToken: text,
      expiresAtMs: fc.maxSafeNat(),
    });
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(given, anyContext, bytes(32), bytes(12), (secrets, of, key, nonce) => {
        // A lone surrogate has no UTF-8; STS gives none.
        fc.pre(Object.values(secrets).every((value) => String(value).isWellFormed()));
        const envelope = seal(new Secret(secrets), { dataKey: key, context: of, randomBytes: () => nonce });
        expect(unseal({ sealed: envelope, dataKey: key, context: of }).reveal()).toEqual(secrets);
      }),
    );
  });

  it('shows nothing of what is in it', () => {
    const printed = everyPrint(sealed());
    expect(printed).not.toContain(credentials.secretAccessKey);
    expect(printed).not.toContain(Buffer.from(credentials.sessionToken).toString('base64').slice(0, 8));
  });

  const changes: readonly Partial<EnvelopeContext>[] = [
    { tenantId: 'globex' },
    { tenantId: 'acme ' },
    { tenantId: 'acm' },
    { accountId: '333333333333' },
    { job: 'copy-logs' },
    { issuanceId: `scan-account.${'b'.repeat(32)}` },
    { attempt: 2 },
    { fenceMs: context.fenceMs + 1 },
    { usableUntilMs: context.usableUntilMs + 1 },
    { usableUntilMs: context.fenceMs, fenceMs: context.usableUntilMs },
  ];
  it.each(changes)('does not open under another context: %o', (change) => {
    expectInvalid({ context: { ...context, ...change } });
  });

  it('does not open under any other context, and no two contexts are one', () => {
    fc.assert(
      fc.property(anyContext, anyContext, (one, other) => {
        const same = JSON.stringify(kmsEncryptionContext(one)) === JSON.stringify(kmsEncryptionContext(other));
        const differ = !same && JSON.stringify(one).isWellFormed() && JSON.stringify(other).isWellFormed();
        if (differ) expect(additionalData(one).equals(additionalData(other))).toBe(false);
        expectInvalid({ context: one });
      }),
    );
    // Parts that only move the border between them.
    const one = { ...context, tenantId: ['a', 'account', 'b'].join(''), accountId: 'c' };
    const moved = { ...context, tenantId: 'a', accountId: ['b', 'account', 'c'].join('') };
    expect(additionalData(moved).equals(additionalData(one))).toBe(false);
    // The same, by one who knows how many bytes each length takes.
    const border = '\0\0\0\0account\0\0\0\0';
    const wide = { ...context, tenantId: `a${border}b`, accountId: 'c' };
    const narrow = { ...context, tenantId: 'a', accountId: `b${border}c` };
    expect(additionalData(wide).equals(additionalData(narrow))).toBe(false);
  });

  it('is bound to bytes that never change: one that was sealed before an upgrade opens after it', () => {
    // cspell:ignore Ehmgx
    const before: SealedEnvelope = {
      iv: 'GAzIdWhSxhXEhmgx',
      ciphertext:
        'LXfeNY2+8OA0tUnxHqqGMKYh5GSh/S4toghsayBvHAQ037L2zb/k0Al3B74HYql4o7Ap6vgU66K3faq4HD5HmGpEvTfugG/lAGcUs8mQlMGuLSu03k3Xs/MqUrCAk7Mkmq5PerpoEC785BCbwM/qv6RX8H3X/aSGHu1rxUaz5UKNeskuQBwbD3pwtby5FrwV7bEfVg8=',
      tag: 'xBt1K/KOVQk1jqKV+ui9Gg==',
    };
    expect(sealed()).toEqual(before);
    expect(unseal({ sealed: before, dataKey, context }).reveal()).toEqual(credentials);
  });

  it('does not open with any bit flipped, of 20 envelopes', () => {
    for (let nth = 0; nth < 20; nth += 1) {
      const envelope = sealed(`nonce ${nth}`);
      for (const part of ['iv', 'ciphertext', 'tag'] as const) {
        const bytes = Buffer.from(envelope[part], 'base64');
        for (let bit = 0; bit < bytes.length * 8; bit += 1) {
          expectInvalidQuickly({ ...envelope, [part]: flipped(bytes, bit).toString('base64') });
        }
      }
    }
  });

  it('does not open with another key, or a key of another length', () => {
    for (let bit = 0; bit < 256; bit += 1) expectInvalid({ dataKey: flipped(dataKey, bit) });
    for (const length of [0, 16, 31, 33, 64]) expectInvalid({ dataKey: new Uint8Array(length) });
  });

  it('does not open with its parts cut, longer, swapped or mixed with another one', () => {
    const one = sealed('one');
    const other = sealed('other', { ...credentials, sessionToken: 'another' });
    const bytes = (part: string) => Buffer.from(part, 'base64');
    const wrong: readonly SealedEnvelope[] = [
      { ...one, iv: other.iv },
      { ...one, tag: other.tag },
      { ...one, ciphertext: other.ciphertext },
      { ...one, tag: bytes(one.tag).subarray(0, 12).toString('base64') },
      { ...one, tag: bytes(one.tag).subarray(0, 4).toString('base64') },
      { ...one, tag: '' },
      { ...one, iv: bytes(one.iv).subarray(0, 11).toString('base64') },
      { ...one, iv: `${one.iv}AAAA` },
      { ...one, ciphertext: '' },
      { ...one, ciphertext: bytes(one.ciphertext).subarray(1).toString('base64') },
      { ...one, ciphertext: Buffer.concat([bytes(one.ciphertext), Buffer.alloc(1)]).toString('base64') },
    ];
    for (const envelope of wrong) expectInvalid({ sealed: envelope });
  });

  it.each([1, 8, 11, 13, 16, 32])('does not open with a nonce of %i bytes, though it is sealed right', (length) => {
    const randomBytes = () => new Uint8Array(length).fill(1);
    expectInvalid({ sealed: seal(new Secret(credentials), { dataKey, context, randomBytes }) });
  });

  it('does not open when its base64 is not exactly what was written', () => {
    const envelope = sealed();
    const same = (tag: string) => Buffer.from(tag, 'base64').equals(Buffer.from(envelope.tag, 'base64'));
    const spare = `${envelope.tag.slice(0, -3)}${nextLetter(envelope.tag.at(-3) ?? '')}==`;
    const variants = [
      `${envelope.tag}=`,
      envelope.tag.replaceAll('=', ''),
      `${envelope.tag}\n`,
      ` ${envelope.tag}`,
      `${envelope.tag.slice(0, 4)}*${envelope.tag.slice(4)}`,
      `${envelope.tag}AAAA`,
      spare,
    ];
    // Node's decoder takes most of them for the same bytes.
    expect(variants.filter(same).length).toBeGreaterThanOrEqual(5);
    for (const tag of variants) expectInvalid({ sealed: { ...envelope, tag } });
    for (const ciphertext of [`${envelope.ciphertext}\n`, ` ${envelope.ciphertext}`]) {
      expectInvalid({ sealed: { ...envelope, ciphertext } });
    }
  });

  it.each([
    ['not JSON', 'not JSON'],
    ['a member too few', JSON.stringify({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' })],
    ['a member too many', JSON.stringify({ ...credentials, tenantId: 'globex' })],
    ['a member of another type', JSON.stringify({ ...credentials, expiresAtMs: 'soon' })],
    ['a list', '[]'],
  ])('does not open when it holds %s, though it is sealed right', (_, plaintext) => {
    const iv = Buffer.alloc(12, 1);
    const cipher = createCipheriv('aes-256-gcm', dataKey, iv).setAAD(additionalData(context));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]).toString('base64');
    expectInvalid({ sealed: { iv: iv.toString('base64'), ciphertext, tag: cipher.getAuthTag().toString('base64') } });
  });
});

describe('the bytes in between', () => {
  const made: Buffer[] = [];
  const holdsSecret = (bytes: Buffer) => bytes.includes(credentials.secretAccessKey);
  let held = 0;

  /** Keeps every buffer that is made from text or put together, and counts those that hold the secret at that moment. */
  function watchBuffers(): void {
    const keep = (bytes: Buffer) => {
      if (holdsSecret(bytes)) held += 1;
      made.push(bytes);
    };
    const { from, concat } = Buffer;
    vi.spyOn(Buffer, 'from').mockImplementation((...given: Parameters<typeof from>) => {
      const bytes = from(...given);
      keep(bytes);
      return bytes;
    });
    vi.spyOn(Buffer, 'concat').mockImplementation((parts, length) => {
      for (const part of parts) keep(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
      const bytes = concat(parts, length);
      keep(bytes);
      return bytes;
    });
  }

  afterEach(() => {
    vi.restoreAllMocks();
    made.length = 0;
    held = 0;
  });

  it('hold no secret once it is sealed', () => {
    watchBuffers();
    sealed();
    expect(held).toBe(1);
    expect(made.filter(holdsSecret)).toEqual([]);
  });

  it('hold no secret once it is opened', () => {
    const envelope = sealed();
    watchBuffers();
    unseal({ sealed: envelope, dataKey, context });
    expect(held).toBeGreaterThanOrEqual(2);
    expect(made.filter(holdsSecret)).toEqual([]);
  });
});

/** As `expectInvalid`, without the cost of an assertion for each of many thousand. */
function expectInvalidQuickly(envelope: SealedEnvelope): void {
  const error = thrownBy({ sealed: envelope });
  const right = error instanceof BrokerError && error.code === 'envelope.invalid' && error.cause === undefined;
  if (!right || error.message !== 'the envelope could not be opened') expectInvalid({ sealed: envelope });
}

function flipped(bytes: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** The letter after this one, which differs only in bits that the padding leaves unused. */
function nextLetter(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return alphabet[alphabet.indexOf(letter) + 1] ?? '';
}
