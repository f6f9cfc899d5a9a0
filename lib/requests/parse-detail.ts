import * as v from 'valibot';
import type { RefusalReason } from '../errors.ts';
import { ACCOUNT_ID, TENANT_ID } from '../tenants/tenant.ts';
import { explainIssue, explainTenantId, lettersOf } from './explain-field.ts';
import { JSON_LIMITS, type JsonMeasure, measureJson } from './json-limits.ts';
import { quoted } from './quoted.ts';
import type { Refusal, RequestDetail } from './request.ts';

const SUPPORTED_VERSIONS = [1];
const MAXIMUM_ACCOUNTS = 1000;

/** The form of each field. Whether its job or tenant exists is decided later. */
export const detailSchema = v.strictObject({
  version: v.literal(1),
  tenantId: v.string(),
  job: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  accountIds: v.optional(
    v.pipe(
      v.array(v.pipe(v.string(), v.regex(ACCOUNT_ID, 'expected 12 digits'))),
      v.minLength(1),
      v.maxLength(MAXIMUM_ACCOUNTS),
      v.check((ids) => new Set(ids).size === ids.length, 'expected each account once'),
    ),
  ),
  reason: v.optional(v.pipe(v.string(), v.maxLength(256))),
  input: v.optional(v.unknown()),
  idempotencyKey: v.optional(
    v.pipe(v.string(), v.regex(/^[A-Za-z0-9._:-]{1,128}$/, 'expected 1 to 128 of A-Za-z0-9._:-')),
  ),
  rerunOf: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,24}\.[a-z2-7]{32}$/, 'expected an issuance id'))),
  hops: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(100))),
});

export type DetailReading =
  | { readonly read: true; readonly detail: RequestDetail }
  | { readonly read: false; readonly refusal: Refusal };

/**
 * Reads what a requester said, accepted exactly or refused: no key is ignored, no letter is folded, nothing is
 * trimmed. When several things are wrong, the first of this order is named: size, keys, version, fields, tenant id,
 * letters.
 */
export function parseDetail(detail: unknown): DetailReading {
  if (!isRecord(detail)) return refused('request.malformed', 'detail is not a JSON object');
  const measure = measureJson(detail);
  return checkSize(measure) ?? checkKeys(detail) ?? checkVersion(detail) ?? checkFields(detail, measure);
}

function checkSize({ depth, keys, reservedKey }: JsonMeasure): DetailReading | undefined {
  if (reservedKey !== undefined) {
    return refused('request.fieldNotAllowed', `the key ${quoted(reservedKey)} is reserved; remove it`);
  }
  if (depth > JSON_LIMITS.depth) {
    return refused('request.tooLarge', `detail is ${depth} levels deep; the limit is ${JSON_LIMITS.depth}`);
  }
  if (keys > JSON_LIMITS.keys) {
    return refused('request.tooLarge', `detail has ${keys} keys; the limit is ${JSON_LIMITS.keys}`);
  }
  return undefined;
}

function checkKeys(detail: Readonly<Record<string, unknown>>): DetailReading | undefined {
  const known = Object.keys(detailSchema.entries);
  const unknown = Object.keys(detail).find((key) => !known.includes(key));
  if (unknown === undefined) return undefined;
  const meant = known.find((key) => lettersOf(key) === lettersOf(unknown));
  const hint = meant === undefined ? `known keys are ${known.join(', ')}` : `did you mean ${meant}?`;
  return refused('request.fieldNotAllowed', `detail has the key ${quoted(unknown)}; ${hint}`);
}

function checkVersion({ version }: Readonly<Record<string, unknown>>): DetailReading | undefined {
  if (version === 1 || typeof version !== 'number') return undefined;
  return refused('request.versionUnsupported', `version ${version}; supported: ${SUPPORTED_VERSIONS.join(', ')}`);
}

function checkFields(detail: Readonly<Record<string, unknown>>, { isIllFormed }: JsonMeasure): DetailReading {
  const read = v.safeParse(detailSchema, detail, { abortEarly: true });
  if (!read.success) {
    const [issue] = read.issues;
    return refused('request.fieldInvalid', `${v.getDotPath(issue) ?? 'detail'}: ${explainIssue(issue)}`);
  }
  const { tenantId } = read.output;
  if (!TENANT_ID.test(tenantId)) return refused('tenant.idInvalid', explainTenantId(tenantId));
  if (isIllFormed) return refused('request.fieldInvalid', 'detail holds half of a surrogate pair, which is no letter');
  return { read: true, detail: withoutUndefined(read.output) };
}

function withoutUndefined(detail: v.InferOutput<typeof detailSchema>): RequestDetail {
  const { accountIds, reason, input, idempotencyKey, rerunOf, hops, ...required } = detail;
  return {
    ...required,
    ...(accountIds === undefined ? {} : { accountIds }),
    ...(reason === undefined ? {} : { reason }),
    ...(input === undefined ? {} : { input }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(rerunOf === undefined ? {} : { rerunOf }),
    ...(hops === undefined ? {} : { hops }),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function refused(reason: RefusalReason, explanation: string): DetailReading {
  return { read: false, refusal: { reason, explanation } };
}
