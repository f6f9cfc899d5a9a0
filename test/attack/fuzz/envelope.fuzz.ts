import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { BrokerError } from '../../../lib/errors.ts';
import type { EnvelopeContext, SealedEnvelope } from '../../../lib/sealing/envelope.ts';
import { unseal } from '../../../lib/sealing/unseal.ts';
import { context, credentials, dataKey, sealed } from '../../unit/sealing/sealed.ts';
import { claim, fuzzTarget } from './fuzz-target.ts';

type Input = {
  readonly nonce: number;
  readonly part: keyof SealedEnvelope | 'context' | 'key' | 'text' | 'nothing';
  readonly bits: readonly number[];
  readonly change: Partial<EnvelopeContext>;
};

const envelopes = Array.from({ length: 200 }, (_, nth) => sealed(`nonce ${nth}`));
const number = fc.oneof(fc.nat(3), fc.constantFrom(context.fenceMs, context.usableUntilMs, context.fenceMs + 1, -0));
const text = fc.constantFrom(
  'acme',
  'acme ',
  'acm',
  'globex',
  '',
  'scan-account',
  '222222222222',
  `scan-account.${'b'.repeat(32)}`,
);
const changes: fc.Arbitrary<Partial<EnvelopeContext>> = fc.record(
  {
    tenantId: text,
    accountId: text,
    job: text,
    issuanceId: text,
    attempt: number,
    fenceMs: number,
    usableUntilMs: number,
  },
  { requiredKeys: [] },
);

/** An envelope opens under exactly what it was sealed under, and every other way fails in the same words. */
export const envelopeFuzz = fuzzTarget<Input>({
  name: 'envelope',
  claim: 'an envelope opens only with its own bytes, key and context, and fails in one way',
  outcomes: ['opened', 'refused'],
  input: fc.record({
    nonce: fc.nat(envelopes.length - 1),
    part: fc.constantFrom('iv', 'ciphertext', 'tag', 'context', 'key', 'text', 'nothing'),
    bits: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    change: changes,
  }),
  check({ nonce, part, bits, change }) {
    const envelope = envelopes[nonce] ?? sealed();
    const given = {
      sealed: envelopeWith(envelope, part, bits),
      dataKey: part === 'key' ? flipped(dataKey, bits) : dataKey,
      context: part === 'context' ? { ...context, ...change } : context,
    };
    const same =
      isDeepStrictEqual(given.sealed, envelope) && Buffer.from(given.dataKey).equals(dataKey) && isSame(given.context);
    try {
      const opened = unseal(given).reveal();
      claim(same, 'it opened, though something was another');
      claim(isDeepStrictEqual(opened, credentials), 'it holds something else');
      return 'opened';
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      claim(error.code === 'envelope.invalid' && error.message === 'the envelope could not be opened', 'it says more');
      claim(error.cause === undefined && !same, same ? 'it did not open' : 'it has a cause');
      return 'refused';
    }
  },
});

/** A negative zero is written as a zero. */
function isSame(other: EnvelopeContext): boolean {
  return JSON.stringify(other) === JSON.stringify(context);
}

function envelopeWith(envelope: SealedEnvelope, part: Input['part'], bits: readonly number[]): SealedEnvelope {
  if (part === 'iv' || part === 'ciphertext' || part === 'tag') {
    return { ...envelope, [part]: flipped(Buffer.from(envelope[part], 'base64'), bits).toString('base64') };
  }
  if (part !== 'text') return envelope;
  // The same bytes to a lenient decoder.
  const [at = 0, which = 0] = bits;
  const odd = ['=', '\n', ' ', '*', '-', '_', 'A', '\0'][which % 8] ?? '';
  const name = (['iv', 'ciphertext', 'tag'] as const)[at % 3] ?? 'tag';
  const from = at % (envelope[name].length + 1);
  return { ...envelope, [name]: envelope[name].slice(0, from) + odd + envelope[name].slice(from) };
}

function flipped(bytes: Uint8Array, bits: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const bit of bits) {
    const at = bit % (copy.length * 8);
    copy[at >> 3] = (copy[at >> 3] ?? 0) ^ (1 << (at & 7));
  }
  return copy;
}
