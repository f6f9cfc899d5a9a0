import { describe, expect, it } from 'vitest';
import { envelopeContextOf, type JobPayload, parseJobPayload } from '../../../lib/job-runtime/job-payload.ts';

const payload: JobPayload = {
  version: 1,
  issuanceId: `scan-account.${'a'.repeat(32)}`,
  attempt: 1,
  tenantId: 'acme',
  accountId: '222222222222',
  job: 'scan-account',
  sealed: { iv: 'AAAAAAAAAAAAAAAA', ciphertext: 'AAAA', tag: 'AAAAAAAAAAAAAAAAAAAAAA==' },
  usableUntilMs: 1_900_000_000_000,
  fenceMs: 1_900_000_300_000,
  input: { bucketNamePrefixes: ['logs-'] },
};

const { input: _input, ...withoutInput } = payload;
const { sealed: _sealed, ...withoutEnvelope } = payload;

const wrong: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a text', JSON.stringify(payload)],
  ['a list', [payload]],
  ['an EventBridge event', { version: '0', 'detail-type': 'RunJob', detail: payload }],
  ['an unknown key', { ...payload, roleArn: 'arn:aws:iam::222222222222:role/x' }],
  ['another case of a key', { ...payload, TenantId: 'acme' }],
  ['a key __proto__', JSON.parse(JSON.stringify(payload).replace('{', '{"__proto__":{"tenantId":"victim"},'))],
  ['a key constructor', { ...payload, constructor: 'x' }],
  ['another version', { ...payload, version: 2 }],
  ['a version as text', { ...payload, version: '1' }],
  ['another job', { ...payload, job: 'process-logs' }],
  ['an issuance of another job', { ...payload, issuanceId: `process-logs.${'a'.repeat(32)}` }],
  ['an issuance of a job with the same beginning', { ...payload, issuanceId: `scan-account2.${'a'.repeat(32)}` }],
  ['an issuance id without its hash', { ...payload, issuanceId: 'scan-account.' }],
  ['a request id', { ...payload, issuanceId: `req_${'a'.repeat(32)}` }],
  ['attempt 0', { ...payload, attempt: 0 }],
  ['an attempt as text', { ...payload, attempt: '1' }],
  ['a fraction of an attempt', { ...payload, attempt: 1.5 }],
  ['a tenant in capitals', { ...payload, tenantId: 'Acme' }],
  ['a tenant id with a hash sign', { ...payload, tenantId: 'a#b' }],
  ['an account of 11 digits', { ...payload, accountId: '22222222222' }],
  ['an account as number', { ...payload, accountId: 222222222222 }],
  ['no envelope', withoutEnvelope],
  ['an envelope with a key', { ...payload, sealed: { ...payload.sealed, key: 'AAAA' } }],
  ['an envelope in base64url', { ...payload, sealed: { ...payload.sealed, ciphertext: 'A_A-' } }],
  ['an empty ciphertext', { ...payload, sealed: { ...payload.sealed, ciphertext: '' } }],
  ['a ciphertext of 40,000 letters', { ...payload, sealed: { ...payload.sealed, ciphertext: 'A'.repeat(40_000) } }],
  ['no fence', { ...payload, fenceMs: null }],
  ['an infinite fence', { ...payload, fenceMs: Number.POSITIVE_INFINITY }],
  ['use past the fence', { ...payload, usableUntilMs: payload.fenceMs + 1 }],
];

describe('a job payload', () => {
  it('is read as it was sent', () => {
    expect(parseJobPayload(structuredClone(payload), 'scan-account')).toEqual(payload);
  });

  it('may have no input', () => {
    expect(parseJobPayload(withoutInput, 'scan-account')).toEqual(withoutInput);
  });

  it.each(wrong)('is refused with %s, and the error says no more than any other', (_name, event) => {
    expect(() => parseJobPayload(event, 'scan-account')).toThrow(
      expect.objectContaining({
        code: 'envelope.invalid',
        message: 'the envelope could not be opened',
        detail: {},
      }),
    );
  });

  it('binds the envelope to everything but its input and itself', () => {
    const { version: _version, ...bound } = withoutInput;
    const { sealed: _itself, ...context } = bound;
    expect(envelopeContextOf(payload)).toEqual(context);
  });
});
