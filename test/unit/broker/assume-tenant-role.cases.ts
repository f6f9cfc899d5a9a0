import type { Assumption } from '../../../lib/broker/assume-tenant-role.ts';
import type { ErrorCode } from '../../../lib/errors.ts';
import { START_MS } from '../../support/frozen-clock.ts';
import { assumedXml, canaries, errorXml, gzipped, socketError, type WireAnswer } from './sts-answers.ts';

/** An answer on the wire, and what it comes to. */
export type AnswerCase = {
  readonly name: string;
  readonly answer: WireAnswer;
  readonly outcome: Exclude<Assumption['outcome'], 'assumed'>;
  readonly code: ErrorCode;
};

type Row = readonly [name: string, answer: WireAnswer];
const rows = (outcome: AnswerCase['outcome'], code: ErrorCode, cases: readonly Row[]): readonly AnswerCase[] =>
  cases.map(([name, answer]) => ({ name, answer, outcome, code }));
const refusal = (status: number, code: string): Row => [`${status} ${code}`, { status, body: errorXml(code) }];
const body = (text: string | Buffer, status = 200): WireAnswer => ({ status, body: text });

/** Refusals that STS gave in its own words: no session was made. */
export const refusals: readonly AnswerCase[] = [
  ...rows('denied', 'sts.denied', [refusal(403, 'AccessDenied'), refusal(403, 'AccessDeniedException')]),
  ...rows('denied', 'sts.regionDisabled', [refusal(403, 'RegionDisabledException'), refusal(403, 'RegionDisabled')]),
  ...rows('failed', 'sts.policyRejected', [
    refusal(400, 'MalformedPolicyDocument'),
    refusal(400, 'MalformedPolicyDocumentException'),
  ]),
  ...rows('failed', 'policy.tooLarge', [
    refusal(400, 'PackedPolicyTooLarge'),
    refusal(400, 'PackedPolicyTooLargeException'),
  ]),
  ...rows('failed', 'sts.requestRejected', [
    refusal(400, 'ValidationError'),
    refusal(400, 'InvalidParameterValue'),
    refusal(404, 'NoSuchThing'),
    refusal(400, 'constructor'),
    refusal(400, '__proto__'),
  ]),
  ...rows('unavailable', 'sts.unavailable', [
    refusal(400, 'Throttling'),
    refusal(429, 'ThrottlingException'),
    refusal(503, 'RequestLimitExceeded'),
    refusal(429, 'TooManyRequestsException'),
    refusal(503, 'ServiceUnavailable'),
    refusal(500, 'InternalFailure'),
    refusal(500, 'SomethingNew'),
    refusal(429, 'SomethingNew'),
    refusal(408, 'RequestTimeoutException'),
  ]),
  ...rows('unavailable', 'broker.credentialsExpired', [
    refusal(403, 'ExpiredToken'),
    refusal(400, 'ExpiredTokenException'),
    refusal(403, 'InvalidClientTokenId'),
    refusal(403, 'SignatureDoesNotMatch'),
    refusal(400, 'RequestExpired'),
    refusal(403, 'IncompleteSignature'),
    refusal(403, 'UnrecognizedClientException'),
  ]),
];

const success = assumedXml();
const upToTheSecret = success.slice(0, success.indexOf('</SecretAccessKey>'));

/** Answers that were lost or cannot be read: a session may have been made. */
export const unreadable: readonly AnswerCase[] = rows('unknown', 'sts.outcomeUnknown', [
  ['a body cut in the secret key', body(upToTheSecret)],
  ['a body cut before its last letter', body(success.slice(0, -1))],
  ['a body cut after the credentials', body(success.slice(0, success.indexOf('</Credentials>')))],
  ['an empty body', body('')],
  ['an HTML page', body(`<html><body>Sign in<script>${canaries.secretAccessKey}</script></body></html>`)],
  ['an HTML page that is no XML', body('<!DOCTYPE html><html><br><p>Sign in & wait')],
  ['JSON', body(JSON.stringify({ Credentials: { SecretAccessKey: canaries.secretAccessKey } }))],
  ['a compressed body', { status: 200, body: gzipped(success), headers: { 'content-encoding': 'gzip' } }],
  ['another operation’s answer', body(success.replaceAll('AssumeRoleRes', 'GetSessionTokenRes'))],
  ['an error that calls itself a success', body(errorXml('AccessDenied'))],
  ['no access key', body(assumedXml({ accessKeyId: undefined }))],
  ['an access key of another form', body(assumedXml({ accessKeyId: 'not a key' }))],
  ['no secret key', body(assumedXml({ secretAccessKey: undefined }))],
  ['an empty secret key', body(assumedXml({ secretAccessKey: '' }))],
  ['no session token', body(assumedXml({ sessionToken: undefined }))],
  ['an empty session token', body(assumedXml({ sessionToken: '' }))],
  ['no expiry', body(assumedXml({ expiration: undefined }))],
  ['an expiry that is no time', body(assumedXml({ expiration: 'soon' }))],
  ['no assumed role', body(assumedXml({ assumedRoleId: undefined }))],
  ['500 without a word', body('', 500)],
  ['500 with an HTML page', body('<html><body>Bad Gateway</body></html>', 502)],
  ['503 with the secret in a page', body(`<html>${canaries.secretAccessKey}</html>`, 503)],
  ['403 without a word', body('', 403)],
  ['a redirect', body('', 302)],
  ['an abort before the answer', { status: 400, body: errorXml('RequestAbortedException') }],
  ['a socket reset', { breaks: 'atOnce', error: socketError('ECONNRESET') }],
  ['a time-out', { breaks: 'atOnce', error: Object.assign(socketError('ETIMEDOUT'), { name: 'TimeoutError' }) }],
  ['a connection refused', { breaks: 'atOnce', error: socketError('ECONNREFUSED') }],
  ['an error that names itself AccessDenied inside', { breaks: 'atOnce', error: new Error('AccessDenied') }],
  ['a socket reset in the body', { breaks: 'inTheBody', error: socketError('ECONNRESET') }],
]);

/** Something thrown on the way to the answer, by the SDK or by what it calls, and what it comes to. */
export type ThrownCase = Pick<AnswerCase, 'name' | 'outcome' | 'code'> & {
  readonly error: unknown;
  readonly stsRequestId?: string;
};

const lost = { outcome: 'unknown', code: 'sts.outcomeUnknown' } as const;
const answered = (httpStatusCode: number) => ({ httpStatusCode, requestId: 'r' });

export const thrown: readonly ThrownCase[] = [
  { name: 'nothing', error: undefined, ...lost },
  { name: 'null', error: null, ...lost },
  { name: 'a text', error: 'AccessDenied', ...lost },
  { name: 'a code that is no text', error: { Code: 403 }, ...lost },
  { name: 'an error with nothing to go by', error: {}, ...lost },
  { name: 'a status without a code', error: { $metadata: answered(400) }, ...lost },
  { name: 'a class that we do not know', error: { name: 'TypeError', $metadata: answered(400) }, ...lost },
  { name: 'a code that we do not know, without a status', error: { Code: 'NoSuchThing' }, ...lost },
  { name: 'a code that we do not know in a redirect', error: { Code: 'Moved', $metadata: answered(307) }, ...lost },
  {
    name: 'a code that we do not know at the lowest status of a refusal',
    error: { Code: 'NoSuchThing', $metadata: answered(400) },
    outcome: 'failed',
    code: 'sts.requestRejected',
    stsRequestId: 'r',
  },
  {
    name: 'a known class without a code',
    error: { name: 'ThrottlingException' },
    outcome: 'unavailable',
    code: 'sts.unavailable',
  },
  {
    name: 'a known code under a class that says less',
    error: { Code: 'AccessDenied', name: 'Error', $metadata: answered(500) },
    outcome: 'denied',
    code: 'sts.denied',
    stsRequestId: 'r',
  },
  {
    name: 'a known code without anything else',
    error: { Code: 'ExpiredToken' },
    outcome: 'unavailable',
    code: 'broker.credentialsExpired',
  },
];

const expiring = (offsetMs: number) =>
  assumedXml({ expiration: new Date(START_MS + 900_000 + offsetMs).toISOString() });

/** How far the clock of STS is from ours, in milliseconds, and whether the session may be used. */
export const skews: readonly (readonly [offsetMs: number, answer: string, used: boolean])[] = [
  [0, expiring(0), true],
  [29_000, expiring(29_000), true],
  [-29_000, expiring(-29_000), true],
  [30_000, expiring(30_000), true],
  [-30_000, expiring(-30_000), true],
  [31_000, expiring(31_000), false],
  [-31_000, expiring(-31_000), false],
  [3_600_000, expiring(3_600_000), false],
  [-900_000, expiring(-900_000), false],
];
