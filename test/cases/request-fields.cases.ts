import { runJobEvent } from '../support/queue-message.ts';
import { type RequestCase, rows } from './request-case.ts';

/** Requests of which a key, a field or the tenant id is wrong: refused by reading alone. */
const detail = (change: Readonly<Record<string, unknown>>) => runJobEvent({ detail: change });
/** A detail whose text is written by hand, for keys that an object literal cannot hold. */
const detailText = (members: string) => runJobEvent().replace('"version":1', `"version":1,${members}`);

export const wrongKeys: readonly RequestCase[] = rows('request.fieldNotAllowed', [
  ['an unknown key', detail({ sudo: true }), 'the key "sudo"; known keys are version, tenantId'],
  ['an external ID', detail({ externalId: 'x' }), 'the key "externalId"'],
  ['a requester that names itself', detail({ requester: 'scans' }), 'the key "requester"'],
  ['a known key in other letters', detail({ TenantID: 'globex' }), '"TenantID"; did you mean tenantId?'],
  ['a known key in lower case', detail({ accountids: [] }), 'did you mean accountIds?'],
  ['a known key in snake case', detail({ tenant_id: 'globex' }), 'did you mean tenantId?'],
  ['a known key in full-width letters', detail({ ｔｅｎａｎｔＩｄ: 'globex' }), 'did you mean tenantId?'],
  ['a known key with a space after it', detail({ 'tenantId ': 'globex' }), 'did you mean tenantId?'],
  [
    'a known key with a zero-width joiner',
    detail({ 'tenant\u200dId': 'globex' }),
    '"tenant\\u200dId"; did you mean tenantId?',
  ],
  ['a known key with a Cyrillic letter', detail({ tenаntId: 'globex' }), '"ten\\u0430ntId"'],
  ['a key of Object.prototype', detail({ toString: 1 }), '"toString"'],
  ['a key of 300 letters', detail({ ['k'.repeat(300)]: 1 }), 'sha256'],
  ['__proto__', detailText('"__proto__":{"tenantId":"globex"}'), '"__proto__" is reserved'],
  ['__proto__ written with an escape', detailText('"__pr\\u006fto__":{"a":1}'), '"__proto__" is reserved'],
  ['constructor', detail({ constructor: { prototype: {} } }), '"constructor" is reserved'],
  ['prototype', detail({ prototype: {} }), '"prototype" is reserved'],
  ['__proto__ within the input', detailText('"input":{"a":[{"__proto__":{"b":1}}]}'), '"__proto__" is reserved'],
  ['constructor within the input', detail({ input: [[{ constructor: 1 }]] }), '"constructor" is reserved'],
  ['prototype at the deepest level', detail({ input: [[[[[[{ prototype: 1 }]]]]]] }), '"prototype" is reserved'],
]);

export const wrongFields: readonly RequestCase[] = rows('request.fieldInvalid', [
  ['no version', detail({ version: undefined }), 'version: is missing'],
  ['a version in a string', detail({ version: '1' }), 'version: expected 1, got "1"'],
  ['no tenant', detail({ tenantId: undefined }), 'tenantId: is missing'],
  ['a tenant that is a number', detail({ tenantId: 7 }), 'tenantId: expected string, got number'],
  ['a tenant that is null', detail({ tenantId: null }), 'tenantId: expected string, got null'],
  ['two tenants', detail({ tenantId: ['acme', 'globex'] }), 'tenantId: expected string, got array of 2'],
  ['no job', detail({ job: undefined }), 'job: is missing'],
  ['an empty job', detail({ job: '' }), 'job: '],
  ['a job of 65 letters', detail({ job: 'j'.repeat(65) }), '(sha256 7d8531b950dc)'],
  ['a job that is an object', detail({ job: { name: 'scan-account' } }), 'job: expected string, got object'],
  ['no account in a list', detail({ accountIds: [] }), 'accountIds: '],
  [
    'accounts that are not a list',
    detail({ accountIds: '222222222222' }),
    'accountIds: expected Array, got "222222222222"',
  ],
  [
    'an account of 11 digits',
    detail({ accountIds: ['222222222222', '33333333333'] }),
    'accountIds.1: expected 12 digits',
  ],
  ['an account with a line break', detail({ accountIds: ['222222222222\n'] }), 'accountIds.0: expected 12 digits'],
  [
    'an account in full-width digits',
    detail({ accountIds: ['２２２２２２２２２２２２'] }),
    'accountIds.0: expected 12 digits',
  ],
  ['a wildcard for an account', detail({ accountIds: ['*'] }), 'accountIds.0: expected 12 digits, got "*"'],
  ['the same account twice', detail({ accountIds: ['222222222222', '222222222222'] }), 'expected each account once'],
  [
    '1,001 accounts',
    detail({ accountIds: Array.from({ length: 1001 }, (_, index) => String(index).padStart(12, '0')) }),
    'array of 1001',
  ],
  ['a reason of 257 letters', detail({ reason: 'r'.repeat(257) }), 'reason: '],
  ['a reason that is null', detail({ reason: null }), 'reason: expected string, got null'],
  ['an idempotency key with a space', detail({ idempotencyKey: 'a b' }), 'idempotencyKey: expected 1 to 128 of'],
  [
    'an idempotency key of 129 letters',
    detail({ idempotencyKey: 'k'.repeat(129) }),
    'idempotencyKey: expected 1 to 128 of',
  ],
  ['a rerun of something that is no issuance', detail({ rerunOf: 'req_a' }), 'rerunOf: expected an issuance id'],
  ['hops below zero', detail({ hops: -1 }), 'hops: '],
  ['half a hop', detail({ hops: 0.5 }), 'hops: '],
  ['hops in a string', detail({ hops: '1' }), 'hops: expected number, got "1"'],
  ['101 hops', detail({ hops: 101 }), 'hops: '],
]);

export const wrongVersions: readonly RequestCase[] = rows('request.versionUnsupported', [
  ['version 2', detail({ version: 2 }), 'version 2; supported: 1'],
  ['version 0', detail({ version: 0 }), 'version 0; supported: 1'],
  ['version 1.5', detail({ version: 1.5 }), 'version 1.5; supported: 1'],
]);

const wrongTenantIds: readonly (readonly [name: string, tenantId: string, says: string])[] = [
  ['one letter', 'a', 'got "a"'],
  ['no letter', '', 'got ""'],
  ['64 letters', 'a'.repeat(64), '2 to 63'],
  ['upper case', 'Acme', 'U+0041'],
  ['a Cyrillic a', '\u0430cme', 'U+0430'],
  ['a Greek omicron', 'gl\u03bfbex', 'U+03BF'],
  ['a full-width letter', '\uff41cme', 'U+FF41'],
  ['a letter beyond the basic plane', '\u{1d41a}cme', 'U+1D41A'],
  ['a zero-width joiner', 'ac\u200dme', 'U+200D'],
  ['a decomposed letter', 'acme\u0301', 'U+0301'],
  ['a Turkish dotless i', 'in\u0131tech', 'U+0131'],
  ['a Kelvin sign', '\u212aelvin', 'U+212A'],
  ['a soft hyphen', 'ac\u00adme', 'U+00AD'],
  ['a dot', 'acme.prod', 'U+002E'],
  ['a slash', 'acme/globex', 'U+002F'],
  ['a way up', '../globex', 'U+002E'],
  ['an underscore', 'ac_me', 'U+005F'],
  ['a number sign', 'binding#role-arn', 'U+0023'],
  ['a space before', ' acme', 'U+0020'],
  ['a line break after', 'acme\n', 'U+000A'],
  ['a null byte', 'acme\u0000', 'U+0000'],
  ['a lone surrogate', 'acme\ud800', 'U+D800'],
  ['a hyphen before', '-acme', 'got "-acme"'],
  ['a hyphen after', 'acme-', 'got "acme-"'],
  ['5,000 letters', 'a'.repeat(5000), 'sha256'],
];

export const wrongTenants: readonly RequestCase[] = rows(
  'tenant.idInvalid',
  wrongTenantIds.map(([name, tenantId, says]) => [`a tenant id with ${name}`, detail({ tenantId }), says] as const),
);
