import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { errorCodes } from '../../../lib/errors.ts';
import { parseQueueMessage } from '../../../lib/requests/parse-request.ts';
import { plainDetail, runJobEvent } from '../../support/queue-message.ts';
import { claim, fuzzTarget } from './fuzz-target.ts';
import { nearTo } from './mutated-text.ts';

const full = {
  ...plainDetail,
  accountIds: ['222222222222', '333333333333'],
  reason: 'nightly',
  input: { a: [1, { b: null }] },
  idempotencyKey: 'key-1',
  rerunOf: `scan-account.${'a'.repeat(32)}`,
  hops: 3,
};
const tenantLetters = fc.string({ unit: fc.constantFrom('a', 'z', '0', '-', 'A', '.', '\u0430'), maxLength: 5 });
const withTenant = tenantLetters.map((tenantId) => runJobEvent({ detail: { tenantId } }));
const field: fc.Arbitrary<readonly [string, unknown]> = fc.oneof(
  fc.tuple(
    fc.constantFrom(...Object.keys(full), 'TenantId', 'tenant_id', '__proto__', 'constructor', 'x'),
    fc.jsonValue({ maxDepth: 1 }),
  ),
);
const withField = field.map(([key, value]) =>
  runJobEvent().replace('"job":"scan-account"', `"job":"scan-account",${JSON.stringify(key)}:${JSON.stringify(value)}`),
);
/** Around the limits of size, depth and number of keys. */
const large = fc.oneof(
  fc
    .integer({ min: 4, max: 11 })
    .map((levels) => Array.from({ length: levels }).reduce<unknown>((inner) => ({ a: inner }), 1)),
  fc
    .integer({ min: 190, max: 205 })
    .map((keys) => Object.fromEntries(Array.from({ length: keys }, (_, nth) => [`k${nth}`, 1]))),
  fc.integer({ min: 65_100, max: 65_400 }).map((length) => 'x'.repeat(length)),
);
const withLarge = large.map((input) => runJobEvent({ detail: { input } }));

/** The specification of a detail (design §7), written a second time and by hand. */
function isAcceptable(detail: Readonly<Record<string, unknown>>): boolean {
  const optional = (key: string, fits: (value: unknown) => boolean) => !Object.hasOwn(detail, key) || fits(detail[key]);
  const text = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
  const isOnce = (value: unknown) =>
    Array.isArray(value) && value.length >= 1 && value.length <= 1000 && new Set(value).size === value.length;
  return [
    Object.keys(detail).every((key) => Object.hasOwn(full, key)),
    detail['version'] === 1,
    text(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/)(detail['tenantId']),
    text(/^[\s\S]{1,64}$/)(detail['job']),
    optional('accountIds', (ids) => isOnce(ids) && Array.isArray(ids) && ids.every(text(/^\d{12}$/))),
    optional('reason', text(/^[\s\S]{0,256}$/)),
    optional('idempotencyKey', text(/^[A-Za-z0-9._:-]{1,128}$/)),
    optional('rerunOf', text(/^[a-z0-9-]{1,24}\.[a-z2-7]{32}$/)),
    optional('hops', (hops) => Number.isSafeInteger(hops) && Number(hops) >= 0 && Number(hops) <= 100),
    isSmall(detail),
    isText(detail),
  ].every(Boolean);
}

/** JSON writes half of a surrogate pair as an escape, and a whole one as it is; a backslash of a text is doubled. */
function isText(value: unknown): boolean {
  return !/\\ud[89a-f]/.test(JSON.stringify(value).replaceAll('\\\\', ''));
}

function isSmall(value: unknown): boolean {
  const { keys, depth } = measure(value);
  return (
    depth <= 8 && keys.length <= 200 && !keys.some((key) => ['__proto__', 'constructor', 'prototype'].includes(key))
  );
}

function measure(value: unknown): { readonly keys: readonly string[]; readonly depth: number } {
  if (value === null || typeof value !== 'object') return { keys: [], depth: 0 };
  const inside = Object.values(value).map(measure);
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return {
    keys: [...own, ...inside.flatMap(({ keys }) => keys)],
    depth: 1 + Math.max(0, ...inside.map(({ depth }) => depth)),
  };
}

/** Every request is accepted exactly as it was written, or refused by a code of the list. */
export const parserFuzz = fuzzTarget<string>({
  name: 'parser',
  claim: 'the parser takes what the specification takes, exactly as it is written, and refuses all else by a code',
  outcomes: [
    'request',
    'request.malformed',
    'request.tooLarge',
    'request.versionUnsupported',
    'request.fieldNotAllowed',
    'request.fieldInvalid',
    'tenant.idInvalid',
  ],
  input: fc.oneof(
    { weight: 5, arbitrary: nearTo([runJobEvent(), runJobEvent({ detail: full })]) },
    { weight: 3, arbitrary: withField },
    { weight: 1, arbitrary: withTenant },
    { weight: 1, arbitrary: withLarge },
    { weight: 1, arbitrary: fc.string() },
  ),
  check(body) {
    const reading = parseQueueMessage(body);
    if (!reading.read) {
      const { reason, explanation } = reading.refusal;
      claim(Object.hasOwn(errorCodes, reason), `${reason} is no code`);
      claim(!/[\p{Cc}\p{Cf}]/u.test(explanation), 'an explanation shows what cannot be seen');
      claim(!isValid(body), `refused as ${reason}, though the specification takes it`);
      return reason;
    }
    if (reading.message.kind !== 'request') return reading.message.kind;
    const { detail } = JSON.parse(body);
    claim(isDeepStrictEqual({ ...reading.message.detail }, { ...detail }), 'what was read is not what was written');
    claim(isValid(body), 'taken, though the specification does not');
    return 'request';
  },
});

function isValid(body: string): boolean {
  try {
    const event = JSON.parse(body);
    const { detail } = event;
    const isObject = detail !== null && typeof detail === 'object' && !Array.isArray(detail);
    return isObject && isAcceptable(detail) && hasEnvelope(event) && Buffer.byteLength(body) <= 65_536;
  } catch {
    return false;
  }
}

function hasEnvelope(event: Readonly<Record<string, unknown>>): boolean {
  const text = (key: string, longest: number) => {
    const value = event[key];
    return typeof value === 'string' && value.length >= 1 && value.length <= longest && isText(value);
  };
  const isTime = typeof event['time'] === 'string' && isTimestamp(event['time']);
  const replay = event['replay-name'];
  const isReplay = replay === undefined || (typeof replay === 'string' && isText(replay));
  const isAccount = typeof event['account'] === 'string' && /^\d{12}$/.test(event['account']);
  return (
    event['version'] === '0' &&
    event['detail-type'] === 'RunJob' &&
    text('id', 128) &&
    text('source', 256) &&
    isAccount &&
    isTime &&
    isReplay
  );
}

/** RFC 3339, its seconds with or without a fraction, a `T` or a space, and a time that there is. */
function isTimestamp(time: string): boolean {
  const form =
    /^\d{4}-(?:0[1-9]|1[0-2])-(?:[12]\d|0[1-9]|3[01])[T ](?:0\d|1\d|2[0-3])(?::[0-5]\d){2}(?:\.\d{1,9})?(?:Z| ?[+-](?:0\d|1\d|2[0-3])(?::?[0-5]\d)?)$/;
  return form.test(time) && !Number.isNaN(Date.parse(time));
}
