import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { explainIssue, explainTenantId, lettersOf } from '../../../lib/requests/explain-field.ts';
import { parseDetail } from '../../../lib/requests/parse-detail.ts';
import { plainDetail } from '../../support/queue-message.ts';

const base32 = (length: number) => 'a7'.repeat(length).slice(0, length);
const accounts = (count: number) => Array.from({ length: count }, (_, index) => String(index).padStart(12, '0'));
const read = (change: Readonly<Record<string, unknown>>) =>
  parseDetail(JSON.parse(JSON.stringify({ ...plainDetail, ...change })));

describe('a detail', () => {
  const taken: readonly (readonly [string, unknown])[] = [
    ['tenantId', 'ab'],
    ['tenantId', 'a'.repeat(63)],
    ['job', 'j'],
    ['job', 'j'.repeat(64)],
    ['accountIds', accounts(1)],
    ['accountIds', accounts(1_000)],
    ['reason', ''],
    ['reason', 'r'.repeat(256)],
    ['input', null],
    ['input', { a: [1] }],
    ['idempotencyKey', 'k'],
    ['idempotencyKey', 'AZaz09._:-'],
    ['idempotencyKey', 'k'.repeat(128)],
    ['rerunOf', `a.${base32(32)}`],
    ['rerunOf', `${'0-'.repeat(12)}.${base32(32)}`],
    ['hops', 0],
    ['hops', 100],
  ];
  it.each(taken)('is taken with the %s %j, as it stands', (field, value) => {
    expect(read({ [field]: value })).toStrictEqual({ read: true, detail: { ...plainDetail, [field]: value } });
  });

  const refused: readonly (readonly [field: string, value: unknown, says: string])[] = [
    ['version', undefined, 'version: is missing'],
    ['version', null, 'version: expected 1, got null'],
    ['version', true, 'version: expected 1, got boolean'],
    ['tenantId', {}, 'tenantId: expected string, got object'],
    ['job', '', 'job: expected >=1, got ""'],
    ['accountIds', [], 'accountIds: expected >=1, got array of 0'],
    ['accountIds', accounts(1_001), 'accountIds: expected <=1000, got array of 1001'],
    ['accountIds', ['2222222222222'], 'accountIds.0: expected 12 digits, got "2222222222222"'],
    ['accountIds', ['222222222222', 7], 'accountIds.1: expected string, got number'],
    [
      'accountIds',
      ['222222222222', '333333333333', '222222222222'],
      'accountIds: expected each account once, got array of 3',
    ],
    ['reason', 'r'.repeat(257), `reason: expected <=256, got "${'r'.repeat(64)}…" (sha256 `],
    ['idempotencyKey', '', 'idempotencyKey: expected 1 to 128 of A-Za-z0-9._:-, got ""'],
    ['idempotencyKey', 'a\n', 'idempotencyKey: expected 1 to 128 of A-Za-z0-9._:-, got "a\\u000a"'],
    ['idempotencyKey', ' a', 'idempotencyKey: expected 1 to 128 of A-Za-z0-9._:-, got " a"'],
    ['idempotencyKey', 'k'.repeat(129), 'idempotencyKey: expected 1 to 128 of A-Za-z0-9._:-, got "kkk'],
    ['rerunOf', `.${base32(32)}`, `rerunOf: expected an issuance id, got ".${base32(32)}"`],
    ['rerunOf', `${'a'.repeat(25)}.${base32(32)}`, 'rerunOf: expected an issuance id'],
    ['rerunOf', `a-${base32(32)}`, 'rerunOf: expected an issuance id'],
    ['rerunOf', `a.${base32(31)}`, 'rerunOf: expected an issuance id'],
    ['rerunOf', `a.${base32(33)}`, 'rerunOf: expected an issuance id'],
    ['rerunOf', `a.${base32(31)}1`, 'rerunOf: expected an issuance id'],
    ['rerunOf', ` a.${base32(32)}`, 'rerunOf: expected an issuance id'],
    ['rerunOf', `A.${base32(32)}`, 'rerunOf: expected an issuance id'],
    ['hops', -1, 'hops: expected >=0, got number'],
    ['hops', 101, 'hops: expected <=100, got number'],
    ['hops', 1.5, 'hops: expected another value, got number'],
    ['hops', null, 'hops: expected number, got null'],
  ];
  it.each(refused)('is refused with the %s %j', (field, value, says) => {
    expect(read({ [field]: value })).toMatchObject({
      read: false,
      refusal: { reason: 'request.fieldInvalid', explanation: expect.stringContaining(says) },
    });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'acme'],
    ['a list', [plainDetail]],
  ])('is none where it is %s', (_, detail) => {
    const refusal = { reason: 'request.malformed', explanation: 'detail is not a JSON object' };
    expect(parseDetail(detail)).toEqual({ read: false, refusal });
  });

  const nested = (levels: number): unknown => (levels === 0 ? 0 : [nested(levels - 1)]);
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0]));
  it('is taken with as many levels and keys as it may have, and not with one more', () => {
    expect(read({ input: nested(7) })).toMatchObject({ read: true });
    expect(read({ input: nested(8) })).toMatchObject({
      refusal: { reason: 'request.tooLarge', explanation: 'detail is 9 levels deep; the limit is 8' },
    });
    expect(read({ input: keys(196) })).toMatchObject({ read: true });
    expect(read({ input: keys(197) })).toMatchObject({
      refusal: { reason: 'request.tooLarge', explanation: 'detail has 201 keys; the limit is 200' },
    });
  });

  it.each<[Readonly<Record<string, unknown>>, string, string]>([
    [
      { sudo: true },
      'request.fieldNotAllowed',
      'detail has the key "sudo"; known keys are version, tenantId, job, accountIds, reason, input, idempotencyKey, rerunOf, hops',
    ],
    [{ TENANT_ID: 'x' }, 'request.fieldNotAllowed', 'detail has the key "TENANT_ID"; did you mean tenantId?'],
    [{ prototype: 1 }, 'request.fieldNotAllowed', 'the key "prototype" is reserved; remove it'],
    [{ version: 2 }, 'request.versionUnsupported', 'version 2; supported: 1'],
    [{ version: -1.5 }, 'request.versionUnsupported', 'version -1.5; supported: 1'],
  ])('with %j is refused', (change, reason, explanation) => {
    expect(read(change)).toEqual({ read: false, refusal: { reason, explanation } });
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a reserved key', { constructor: 1, input: nested(9) }, 'request.fieldNotAllowed'],
    ['its depth', { input: nested(9), sudo: keys(200) }, 'request.tooLarge'],
    ['its keys', { input: keys(200), sudo: true }, 'request.tooLarge'],
    ['an unknown key', { sudo: true, version: 2 }, 'request.fieldNotAllowed'],
    ['its version', { version: 2, reason: 7 }, 'request.versionUnsupported'],
    ['a field', { reason: 7, tenantId: 'A' }, 'request.fieldInvalid'],
    ['its tenant id', { tenantId: 'A', reason: '\ud800' }, 'tenant.idInvalid'],
  ])('is refused for %s, whatever comes after it', (_, change, reason) => {
    expect(read(change)).toMatchObject({ read: false, refusal: { reason } });
  });
});

describe('what is wrong with a field', () => {
  const issueOf = (schema: v.GenericSchema, input: unknown) => v.safeParse(schema, input).issues?.[0];
  it.each<[string, v.GenericSchema, unknown, string]>([
    ['a schema that says what it wants', v.pipe(v.string(), v.minLength(2)), 'a', 'expected >=2, got "a"'],
    ['one with words of its own', v.pipe(v.string(), v.minLength(2, 'expected two')), 'a', 'expected two, got "a"'],
    ['words that are no expectation', v.string('no text'), 7, 'expected string, got number'],
    [
      'nothing that is said',
      v.pipe(
        v.number(),
        v.check(() => false),
      ),
      7,
      'expected another value, got number',
    ],
    ['a list', v.string(), [1, 2], 'expected string, got array of 2'],
    ['an object', v.string(), {}, 'expected string, got object'],
    ['null', v.string(), null, 'expected string, got null'],
    ['a truth', v.string(), true, 'expected string, got boolean'],
    ['nothing there', v.string(), undefined, 'is missing'],
  ])('is said of %s', (_, schema, input, words) => {
    const issue = issueOf(schema, input);
    expect(issue === undefined ? undefined : explainIssue(issue)).toBe(words);
  });

  const rule = 'a tenant id is 2 to 63 of a-z, 0-9 and inner hyphens';
  it.each([
    ['a', `${rule}; got "a"`],
    ['-a', `${rule}; got "-a"`],
    ['aBC', `${rule}; the first letter that does not belong is U+0042`],
    ['a\n', `${rule}; the first letter that does not belong is U+000A`],
    ['a\u{1d41a}', `${rule}; the first letter that does not belong is U+1D41A`],
    ['a.b', `${rule}; the first letter that does not belong is U+002E`],
  ])('is said of the tenant id %j', (tenantId, words) => {
    expect(explainTenantId(tenantId)).toBe(words);
  });

  it.each([
    ['tenantId', 'tenantid'],
    ['TENANT_ID 2', 'tenantid2'],
    ['ｔｅｎａｎｔＩｄ', 'tenantid'],
    ['--', ''],
  ])('takes %s for %s', (key, letters) => {
    expect(lettersOf(key)).toBe(letters);
  });
});
