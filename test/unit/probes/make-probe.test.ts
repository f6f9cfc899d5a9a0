import { describe, expect, it } from 'vitest';
import { type Assumption, makeAssumeTenantRole } from '../../../lib/broker/assume-tenant-role.ts';
import { BrokerError } from '../../../lib/errors.ts';
import { PROBES, type Probe, type ProbeOrder } from '../../../lib/onboarding/trust/probe-role.ts';
import { DENY_ALL_POLICY, makeProbe, makeRecordedProbe } from '../../../lib/probes/make-probe.ts';
import { openProbe } from '../../../lib/probes/probe-record.ts';
import { Secret } from '../../../lib/sealing/secret.ts';
import { countingIds } from '../../support/counting-ids.ts';
import { everyPrint, formsOf } from '../../support/every-print.ts';
import { frozenClock, START_MS } from '../../support/frozen-clock.ts';
import { inMemoryProbeLedger } from '../../support/in-memory-probe-ledger.ts';
import {
  assumedXml,
  canaries,
  errorXml,
  sessionXml,
  socketError,
  stsThatAnswers,
  type WireAnswer,
} from '../broker/sts-answers.ts';

const order: ProbeOrder = {
  tenantId: 'acme',
  accountId: '222222222222',
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  probe: 'rightExternalId',
  externalId: canaries.externalId,
};

/** Probes against an STS that gives this answer on the wire. */
function against(answer: WireAnswer) {
  const { sts, requests } = stsThatAnswers(answer);
  const clock = frozenClock();
  const probes = inMemoryProbeLedger();
  const assumeTenantRole = makeAssumeTenantRole({ sts, clock, externalIdRequired: false });
  const dependencies = { assumeTenantRole, probes, clock, ids: countingIds(), by: 'verify-trust' };
  return { dependencies, probe: makeProbe(dependencies), probes, requests, clock };
}

const YES: WireAnswer = { status: 200, body: assumedXml() };
const credentials = { accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't', expiresAtMs: START_MS };
const unnumbered = {
  accessKeyId: 'ASIA1',
  assumedRoleId: 'AROA',
  stsRequestId: '',
  issuedAtMs: START_MS,
  expiresAtMs: START_MS,
};
const NO: WireAnswer = { status: 403, body: errorXml('AccessDenied') };

describe('a probe that STS answered without a request id', () => {
  it.each<[string, Assumption]>([
    ['a session', { outcome: 'assumed', credentials: new Secret(credentials), session: unnumbered }],
    ['a session by another clock', { outcome: 'unknown', code: 'broker.clockSkewed', session: unnumbered }],
  ])('leads to it by its access key alone: %s', async (_what, assumption) => {
    const { dependencies, probes } = against(YES);
    const probe = makeProbe({ ...dependencies, assumeTenantRole: async () => assumption });
    const { recordId } = await probe(order);
    const record = await probes.read(recordId);
    expect(record).toMatchObject({ outcome: 'accepted', lastAccessKeyId: 'ASIA1' });
    // An index takes no empty key: the write would be refused.
    expect(record).not.toHaveProperty('lastStsRequestId');
  });
});

describe('a probe', () => {
  it('is one call without any permission, named by its record', async () => {
    const { probe, probes, requests } = against(YES);
    const { recordId, outcome } = await probe(order);
    expect(outcome).toBe('accepted');
    expect(recordId).toMatch(/^probe_[a-z2-7]{32}$/);
    expect(requests.map((fields) => Object.fromEntries(fields))).toEqual([
      {
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: order.roleArn,
        RoleSessionName: recordId,
        ExternalId: canaries.externalId,
        DurationSeconds: '900',
        Policy: DENY_ALL_POLICY,
      },
    ]);
    expect(JSON.parse(DENY_ALL_POLICY)).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
    });
    expect(probes.items.get(recordId)).toEqual({
      recordId,
      recordType: 'probe',
      tenantId: 'acme',
      accountId: '222222222222',
      roleArn: order.roleArn,
      probe: 'rightExternalId',
      by: 'verify-trust',
      recordedAtMs: START_MS,
      day: '2031-05-06',
      calledAtMs: START_MS,
      answeredAtMs: START_MS,
      outcome: 'accepted',
      lastAccessKeyId: sessionXml.accessKeyId,
      lastStsRequestId: 'sts-request-1',
      expiresAtMs: START_MS + 900_000,
    });
  });

  it.each(PROBES)('%s sends what it is about, and nothing that another one is about', async (kind) => {
    const { probe, requests } = against(YES);
    const { recordId } = await probe({ ...order, probe: kind });
    const [fields = new URLSearchParams()] = requests;
    const sent = Object.fromEntries([...fields].filter(([name]) => /^(Tags|SourceIdentity|ExternalId)/.test(name)));
    const tags = {
      'Tags.member.1.Key': 'TenantId',
      'Tags.member.1.Value': 'acme',
      'Tags.member.2.Key': 'Job',
      'Tags.member.2.Value': 'probe',
      'Tags.member.3.Key': 'IssuanceId',
      'Tags.member.3.Value': recordId,
    };
    expect(sent).toEqual({
      ExternalId: canaries.externalId,
      ...(kind === 'sessionTags' ? tags : {}),
      ...(kind === 'sourceIdentity' ? { SourceIdentity: recordId } : {}),
    });
  });

  it('without an external ID sends none', async () => {
    const { probe, requests } = against(NO);
    const { externalId: _none, ...bare } = order;
    expect((await probe({ ...bare, probe: 'noExternalId' })).outcome).toBe('denied');
    expect(requests[0]?.has('ExternalId')).toBe(false);
  });

  it('is recorded before the call, with its access key after it', async () => {
    const { dependencies, probes } = against(YES);
    const seen: unknown[] = [];
    const probe = makeProbe({
      ...dependencies,
      assumeTenantRole: (input) => {
        seen.push(probes.items.get(input.sessionName)?.outcome);
        return dependencies.assumeTenantRole(input);
      },
    });
    await probe(order);
    expect(seen).toEqual(['open']);
    expect([...probes.items.values()].map(({ lastAccessKeyId }) => lastAccessKeyId)).toEqual([sessionXml.accessKeyId]);
  });

  it('is not made when it cannot be recorded', async () => {
    const { dependencies, requests } = against(YES);
    const down = new BrokerError('store.unavailable', 'down');
    const failing = { ...dependencies.probes, open: () => Promise.reject(down) };
    await expect(makeProbe({ ...dependencies, probes: failing })(order)).rejects.toBe(down);
    const taken = { ...dependencies.probes, open: async () => false };
    await expect(makeProbe({ ...dependencies, probes: taken })(order)).rejects.toMatchObject({ code: 'internal' });
    expect(requests).toEqual([]);
  });

  it('proves nothing when its outcome cannot be recorded', async () => {
    const { dependencies, probes } = against(YES);
    const down = new BrokerError('store.unavailable', 'down');
    const failing = { ...probes, close: () => Promise.reject(down) };
    await expect(makeProbe({ ...dependencies, probes: failing })(order)).rejects.toBe(down);
    expect([...probes.items.values()].map(({ outcome }) => outcome)).toEqual(['open']);
    const other = { ...probes, close: async () => false };
    await expect(makeProbe({ ...dependencies, probes: other })(order)).rejects.toMatchObject({ code: 'internal' });
  });
});

const RESET: WireAnswer = { breaks: 'atOnce', error: socketError('ECONNRESET') };
const TORN: WireAnswer = { breaks: 'inTheBody', error: socketError('ECONNRESET') };
const late = new Date(START_MS + 1_900_000).toISOString();

type AnswerRow = readonly [
  name: string,
  answer: WireAnswer,
  recorded: string,
  right: string,
  negative: string,
  code: string | undefined,
];

describe('what STS answered', () => {
  const rows: readonly AnswerRow[] = [
    ['a session', YES, 'accepted', 'accepted', 'accepted', undefined],
    [
      'a session of a clock that is off',
      { status: 200, body: assumedXml({ expiration: late }) },
      'accepted',
      'accepted',
      'accepted',
      'broker.clockSkewed',
    ],
    ['AccessDenied', NO, 'denied', 'denied', 'denied', 'sts.denied'],
    [
      'a region that is switched off',
      { status: 403, body: errorXml('RegionDisabledException') },
      'denied',
      'denied',
      'inconclusive',
      'sts.regionDisabled',
    ],
    ...(
      [
        ['throttled', 400, 'Throttling', 'sts.unavailable'],
        ['an error of STS', 500, 'InternalFailure', 'sts.unavailable'],
        ['our credentials expired', 403, 'ExpiredToken', 'broker.credentialsExpired'],
        ['our credentials unknown', 403, 'InvalidClientTokenId', 'broker.credentialsExpired'],
        ['our signature wrong', 403, 'SignatureDoesNotMatch', 'broker.credentialsExpired'],
        ['our request wrong', 400, 'ValidationError', 'sts.requestRejected'],
        ['our policy wrong', 400, 'MalformedPolicyDocument', 'sts.policyRejected'],
        ['a refusal nobody knows', 403, 'SomethingNew', 'sts.requestRejected'],
      ] as const
    ).map(
      ([name, status, wire, code]): AnswerRow => [
        name,
        { status, body: errorXml(wire) },
        'unavailable',
        'inconclusive',
        'inconclusive',
        code,
      ],
    ),
    ['nothing: the connection broke', RESET, 'unknown', 'inconclusive', 'inconclusive', 'sts.outcomeUnknown'],
    ['half of it', TORN, 'unknown', 'inconclusive', 'inconclusive', 'sts.outcomeUnknown'],
    ['no STS', { status: 403, body: '<html>' }, 'unknown', 'inconclusive', 'inconclusive', 'sts.outcomeUnknown'],
    [
      'a session without a key',
      { status: 200, body: assumedXml({ secretAccessKey: undefined }) },
      'unknown',
      'inconclusive',
      'inconclusive',
      'sts.outcomeUnknown',
    ],
  ];

  it.each(rows)('%s', async (_, answer, recorded, right, negative, code) => {
    const { probe, probes } = against(answer);
    const outcomes = async (kind: Probe) => (await probe({ ...order, probe: kind })).outcome;
    expect(await outcomes('rightExternalId')).toBe(right);
    for (const kind of ['randomExternalId', 'unassignedExternalId', 'noExternalId'] as const) {
      expect(await outcomes(kind)).toBe(negative);
    }
    const kept = [...probes.items.values()];
    expect(new Set(kept.map(({ outcome }) => outcome))).toEqual(new Set([recorded]));
    expect(new Set(kept.map((record) => record.code))).toEqual(new Set([code]));
    const key = recorded === 'accepted' ? sessionXml.accessKeyId : undefined;
    expect(new Set(kept.map(({ lastAccessKeyId }) => lastAccessKeyId))).toEqual(new Set([key]));
    const answeredBy = recorded === 'unknown' ? undefined : 'sts-request-1';
    expect(new Set(kept.map(({ lastStsRequestId }) => lastStsRequestId))).toEqual(new Set([answeredBy]));
  });

  it.each([YES, NO, RESET, TORN])('leaves no credential and no external ID behind (%#)', async (answer) => {
    const { probe, probes } = against(answer);
    const results = [];
    for (const kind of PROBES) results.push(await probe({ ...order, probe: kind }));
    const shown = everyPrint({ results, records: [...probes.items.values()] });
    const secrets = [...Object.values(canaries), sessionXml.secretAccessKey].flatMap(formsOf);
    expect(secrets.filter((form) => shown.includes(form))).toEqual([]);
  });

  it('is forgotten before anything else happens, unread', async () => {
    const { dependencies, probes } = against(YES);
    let reads = 0;
    const held = {
      get secretAccessKey() {
        reads += 1;
        return canaries.secretAccessKey;
      },
      accessKeyId: 'ASIAX',
      sessionToken: canaries.sessionToken,
      expiresAtMs: 1,
    };
    const credentials = new Secret(held);
    const session = {
      accessKeyId: sessionXml.accessKeyId,
      assumedRoleId: 'AROA:x',
      stsRequestId: 'sts-1',
      issuedAtMs: START_MS,
      expiresAtMs: START_MS + 900_000,
    };
    const atClose: unknown[] = [];
    const probe = makeProbe({
      ...dependencies,
      assumeTenantRole: async (): Promise<Assumption> => ({ outcome: 'assumed', credentials, session }),
      probes: {
        ...probes,
        close: (record) => {
          expect(() => credentials.reveal()).toThrow('forgotten');
          atClose.push(record.outcome);
          return probes.close(record);
        },
      },
    });
    await probe(order);
    expect([atClose, reads]).toEqual([['accepted'], 0]);
  });

  it('is lost when the call throws, and nothing of the error is kept', async () => {
    const { dependencies, probes } = against(YES);
    const assumeTenantRole = () => Promise.reject(new Error(`parsing ${canaries.secretAccessKey}`));
    const result = await makeProbe({ ...dependencies, assumeTenantRole })(order);
    expect(result.outcome).toBe('inconclusive');
    const shown = everyPrint({ result, records: [...probes.items.values()] });
    expect(shown).not.toContain('canary');
    expect([...probes.items.values()].map(({ outcome }) => outcome)).toEqual(['unknown']);
  });
});

describe('a probe that another function ordered', () => {
  function ordered(answer: WireAnswer = YES) {
    const { dependencies, probes, requests, clock } = against(answer);
    const broker = { by: 'issue-credentials', ids: countingIds(), nowMs: START_MS };
    const record = openProbe({ ...order, probe: 'brokerRightExternalId' }, broker);
    probes.items.set(record.recordId, record);
    clock.advance(2_000);
    const probe = makeRecordedProbe({ ...dependencies, by: 'issue-credentials' });
    const { probe: _kind, ...rest } = order;
    return { probe, probes, requests, record, given: { ...rest, probeId: record.recordId } };
  }

  it('is called under the record that stands there', async () => {
    const { probe, probes, requests, record, given } = ordered();
    expect(await probe(given)).toEqual({
      probe: 'brokerRightExternalId',
      outcome: 'accepted',
      recordId: record.recordId,
    });
    expect(requests[0]?.get('RoleSessionName')).toBe(record.recordId);
    expect(probes.items.get(record.recordId)).toMatchObject({
      outcome: 'accepted',
      recordedAtMs: START_MS,
      calledAtMs: START_MS + 2_000,
      lastAccessKeyId: sessionXml.accessKeyId,
    });
  });

  it('is called once, however often it is delivered', async () => {
    const { probe, requests, given } = ordered();
    const answers = await Promise.all(Array.from({ length: 5 }, () => probe(given)));
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
    expect(await probe(given)).toBeUndefined();
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['another tenant', { tenantId: 'globex' }],
    ['another account', { accountId: '333333333333' }],
    ['another role', { roleArn: 'arn:aws:iam::222222222222:role/credential-broker/other' }],
    ['no record', { probeId: `probe_${'a'.repeat(32)}` }],
  ])('is not called for %s', async (_, change) => {
    const { probe, requests, given } = ordered();
    expect(await probe({ ...given, ...change })).toBeUndefined();
    expect(requests).toEqual([]);
  });

  it('is not called by a function that it was not recorded for', async () => {
    const { probe, probes, requests, record, given } = ordered();
    probes.items.set(record.recordId, { ...record, by: 'verify-trust' });
    expect(await probe(given)).toBeUndefined();
    expect(requests).toEqual([]);
  });
});
