import { format, inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AssumeInput, ExternalIdTerms } from '../../../lib/broker/assume-role-request.ts';
import { type Assumption, makeAssumeTenantRole } from '../../../lib/broker/assume-tenant-role.ts';
import { stsClient } from '../../../lib/platform/clients.ts';
import { everyPrint, formsOf } from '../../support/every-print.ts';
import { frozenClock, START_MS } from '../../support/frozen-clock.ts';
import { refusals, skews, thrown, unreadable } from './assume-tenant-role.cases.ts';
import {
  assumedXml,
  canaries,
  errorXml,
  sessionXml,
  socketError,
  stsThatAnswers,
  type WireAnswer,
} from './sts-answers.ts';

const input = {
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  sessionName: `scan-account.${'a'.repeat(32)}.1`,
  externalId: canaries.externalId,
  durationSeconds: 900,
  policy: '{"Version":"2012-10-17","Statement":[]}',
};

const everythingSecret = Object.values(canaries).flatMap(formsOf);
let printed: string;

/** Whatever is printed while a call is made, by our code or by the SDK, with every switch for debugging on. */
beforeEach(() => {
  printed = '';
  const keep = (chunk: unknown) => {
    printed += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  for (const method of ['log', 'debug', 'info', 'warn', 'error', 'trace'] as const) {
    vi.spyOn(console, method).mockImplementation((...values) => keep(format(...values)));
  }
  for (const name of ['AWS_SDK_DEBUG', 'AWS_SDK_JS_DEBUG', 'AWS_DEBUG', 'DEBUG', 'NODE_DEBUG']) vi.stubEnv(name, '*');
});
afterEach(() => {
  // cspell:disable-next-line
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function assume(answer: WireAnswer, options: { readonly maxAttempts?: number } = {}) {
  const { sts, requests, hosts } = stsThatAnswers(answer, options);
  const assumption = await makeAssumeTenantRole({ sts, clock: frozenClock(), externalIdRequired: true })(input);
  return { assumption, requests, hosts };
}

const shared = { externalIdRequired: true };
const dedicated = { externalIdRequired: false, externalIdForbidden: true };
const probing = { externalIdRequired: false };

/** What was sent for this input under these terms, and what became of it. */
async function send(change: Partial<AssumeInput>, terms: ExternalIdTerms) {
  const { sts, requests } = stsThatAnswers({ status: 200, body: assumedXml() });
  const assumption = await makeAssumeTenantRole({ sts, clock: frozenClock(), ...terms })({ ...input, ...change });
  return { assumption, sent: requests.map((fields) => Object.fromEntries(fields)) };
}

function manyTags(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, nth) => [`k${nth}`, 'v']));
}

/** The secret is nowhere in what comes out, but behind `reveal`. */
function expectNoSecret(assumption: Assumption): void {
  const shown = `${everyPrint(assumption)}\n${inspect(assumption, { showHidden: true, depth: null })}\n${printed}`;
  expect(everythingSecret.filter((form) => shown.includes(form))).toEqual([]);
}

describe('a request to assume a tenant’s role', () => {
  it.each([
    ['that succeeds', { status: 200, body: assumedXml() }],
    ['that is denied', { status: 403, body: errorXml('AccessDenied') }],
    ['that is throttled', { status: 429, body: errorXml('Throttling') }],
    ['that is lost', { breaks: 'atOnce', error: socketError('ECONNRESET') }],
  ] as const)('%s is one HTTP request with a policy, an external ID, a duration and a name', async (_, answer) => {
    const { requests, hosts } = await assume(answer);
    expect(requests.map((fields) => Object.fromEntries(fields))).toEqual([
      {
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: input.roleArn,
        RoleSessionName: input.sessionName,
        ExternalId: input.externalId,
        DurationSeconds: '900',
        Policy: input.policy,
      },
    ]);
    expect(hosts).toEqual(['sts.eu-west-1.amazonaws.com']);
  });

  it.each<[string, Partial<AssumeInput>, ExternalIdTerms]>([
    ['no policy', { policy: '' }, shared],
    ['an empty external ID', { externalId: '' }, shared],
    ['no external ID in a shared deployment', { externalId: undefined }, shared],
    ['an external ID in a dedicated deployment', {}, dedicated],
    ['an empty external ID in a dedicated deployment', { externalId: '' }, dedicated],
    ['no policy in a dedicated deployment', { externalId: undefined, policy: '' }, dedicated],
    ['an empty external ID when probing', { externalId: '' }, probing],
    ['no policy when probing', { policy: '' }, probing],
    ['a tag whose key STS does not take', { tags: { 'Tenant#Id': 'acme' } }, shared],
    ['a tag without a key', { tags: { '': 'acme' } }, shared],
    ['a tag of the reserved kind', { tags: { 'AWS:TenantId': 'acme' } }, shared],
    ['a tag with too long a key', { tags: { ['k'.repeat(129)]: 'acme' } }, shared],
    ['a tag whose value STS does not take', { tags: { TenantId: 'acme*' } }, shared],
    ['a tag with too long a value', { tags: { TenantId: 'v'.repeat(257) } }, shared],
    ['too many tags', { tags: manyTags(51) }, shared],
    ['too short a source identity', { sourceIdentity: 'a' }, shared],
    ['too long a source identity', { sourceIdentity: 'a'.repeat(65) }, shared],
    ['a source identity that STS does not take', { sourceIdentity: 'aws:acme' }, shared],
  ])('is not made at all with %s', async (_, change, terms) => {
    const assumption = { outcome: 'failed', code: 'internal' };
    expect(await send(change, terms)).toStrictEqual({ assumption, sent: [] });
  });

  it.each<[string, Partial<AssumeInput>, ExternalIdTerms, Readonly<Record<string, string | undefined>>]>([
    ['the external ID in a shared deployment', {}, shared, { ExternalId: input.externalId }],
    ['no external ID in a dedicated deployment', { externalId: undefined }, dedicated, { ExternalId: undefined }],
    ['an external ID when probing', {}, probing, { ExternalId: input.externalId }],
    ['no external ID when probing', { externalId: undefined }, probing, { ExternalId: undefined }],
    [
      'session tags as they are',
      { tags: { TenantId: 'acme', Job: '' } },
      shared,
      {
        'Tags.member.1.Key': 'TenantId',
        'Tags.member.1.Value': 'acme',
        'Tags.member.2.Key': 'Job',
        'Tags.member.2.Value': '',
      },
    ],
    ['no tags where there are none', { tags: {} }, shared, { Tags: undefined, 'Tags.member.1.Key': undefined }],
    ['as many tags as STS takes', { tags: manyTags(50) }, shared, { 'Tags.member.50.Key': 'k49' }],
    ['the longest source identity', { sourceIdentity: 'a'.repeat(64) }, shared, { SourceIdentity: 'a'.repeat(64) }],
  ])('has %s', async (_, change, terms, fields) => {
    const { assumption, sent } = await send(change, terms);
    expect(assumption.outcome).toBe('assumed');
    expect(sent).toEqual([expect.objectContaining({ Policy: input.policy, RoleSessionName: input.sessionName })]);
    for (const [name, value] of Object.entries(fields)) expect(sent[0]?.[name]).toBe(value);
  });

  it('is made by a client that calls once, at home, and logs nothing', async () => {
    const { config } = stsClient('eu-west-1');
    expect(await config.maxAttempts()).toBe(1);
    expect(await config.region()).toBe('eu-west-1');
    config.logger?.info?.(canaries.sessionToken);
    config.logger?.error?.(canaries.sessionToken);
    expect(printed).toBe('');
  });
});

describe('an answer of STS', () => {
  it('without a request id leaves none in the record, where it would be a key of an index', async () => {
    const answer = { status: 403, body: errorXml('AccessDenied'), headers: { 'x-amzn-requestid': '' } };
    const { assumption } = await assume(answer);
    expect(assumption).toStrictEqual({ outcome: 'denied', code: 'sts.denied' });
  });

  it.each(thrown)('that is thrown as $name is $outcome', async ({ error, ...expected }) => {
    const { sts } = stsThatAnswers({ status: 500, body: '' });
    sts.middlewareStack.add(() => () => Promise.reject(error), { step: 'initialize' });
    const assumption = await makeAssumeTenantRole({ sts, clock: frozenClock(), ...shared })(input);
    const { outcome, code, stsRequestId } = expected;
    expect(assumption).toStrictEqual({ outcome, code, ...(stsRequestId === undefined ? {} : { stsRequestId }) });
  });

  it('that is a session without a request id is a session all the same', async () => {
    const { sts } = stsThatAnswers({ status: 500, body: '' });
    const { accessKeyId: AccessKeyId, assumedRoleId: AssumedRoleId } = sessionXml;
    const Expiration = new Date(START_MS + 900_000);
    const Credentials = { AccessKeyId, SecretAccessKey: 'secret', SessionToken: 'token', Expiration };
    const output = { $metadata: {}, Credentials, AssumedRoleUser: { AssumedRoleId } };
    sts.middlewareStack.add(() => () => Promise.resolve({ output, response: {} }), { step: 'initialize' });
    const assumption = await makeAssumeTenantRole({ sts, clock: frozenClock(), ...shared })(input);
    expect(assumption).toMatchObject({ outcome: 'assumed', session: { stsRequestId: '' } });
  });

  it('that is a session gives its credentials in a secret, and its facts', async () => {
    const { assumption } = await assume({ status: 200, body: assumedXml() });
    expectNoSecret(assumption);
    expect(assumption).toMatchObject({
      outcome: 'assumed',
      session: {
        accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
        assumedRoleId: 'AROAEXAMPLE:scan-account.a.1',
        stsRequestId: 'sts-request-1',
        issuedAtMs: START_MS,
        expiresAtMs: START_MS + 900_000,
      },
    });
    if (assumption.outcome !== 'assumed') return;
    expect(assumption.credentials.reveal()).toEqual({
      accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
      secretAccessKey: canaries.secretAccessKey,
      sessionToken: canaries.sessionToken,
      expiresAtMs: START_MS + 900_000,
    });
  });

  it.each(refusals)('that refuses is $outcome: $name', async ({ answer, outcome, code }) => {
    const { assumption, requests } = await assume(answer);
    expect(assumption).toEqual({ outcome, code, stsRequestId: 'sts-request-1' });
    expect(requests).toHaveLength(1);
    expectNoSecret(assumption);
  });

  it.each(unreadable)('that is $name leaves the outcome unknown', async ({ answer, outcome, code }) => {
    const { assumption, requests } = await assume(answer);
    expect(assumption).toEqual({ outcome, code });
    expect(requests).toHaveLength(1);
    expectNoSecret(assumption);
  });

  it.each(skews)('whose clock is %i ms off is used or dropped', async (_, body, used) => {
    const { assumption } = await assume({ status: 200, body });
    expectNoSecret(assumption);
    if (used) return expect(assumption.outcome).toBe('assumed');
    // The session exists and is told of, for CloudTrail; its credentials are gone.
    expect(assumption).toMatchObject({
      outcome: 'unknown',
      code: 'broker.clockSkewed',
      session: { accessKeyId: 'ASIAEXAMPLEEXAMPLE00' },
    });
    expect(assumption).not.toHaveProperty('credentials');
  });
});

it('the canaries would be found if they were there', () => {
  const error = Object.assign(new Error('m'), { $response: { body: Buffer.from('x') } });
  Object.defineProperty(error, '$responseBodyText', { value: assumedXml(), enumerable: false });
  const shown = everyPrint({ error });
  expect(Object.values(canaries).filter((canary) => shown.includes(canary))).toHaveLength(2);
});
