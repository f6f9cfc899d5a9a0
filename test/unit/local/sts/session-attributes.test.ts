import { describe, expect, it } from 'vitest';
import type { PolicyStatement } from '../../../../local/iam/policy-document.ts';
import { BROKER_ROLE, createStsFixture, EXTERNAL_ID, mayAssume, TENANT_ROLE, trusting } from './sts-fixture.ts';

const requires = { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } };
const tagged = { ExternalId: EXTERNAL_ID, Tags: [{ Key: 'tenant', Value: 'acme' }] };
const sourced = { ExternalId: EXTERNAL_ID, SourceIdentity: 'req-1' };
const assumeOnly: PolicyStatement = { ...mayAssume, Action: 'sts:AssumeRole' };
const DENIED = { code: 'AccessDenied' };

type Case = {
  readonly title: string;
  readonly trust: readonly PolicyStatement[];
  readonly policy?: readonly PolicyStatement[];
  readonly input: Readonly<Record<string, unknown>>;
  readonly deniedAction?: string;
};

const cases: readonly Case[] = [
  {
    title: 'takes tags when TagSession has a statement of its own',
    trust: [trusting(BROKER_ROLE, requires), trusting(BROKER_ROLE, undefined, 'sts:TagSession')],
    input: tagged,
  },
  {
    title: 'denies tags when one statement asks an external ID of both actions',
    trust: [trusting(BROKER_ROLE, requires, ['sts:AssumeRole', 'sts:TagSession'])],
    input: tagged,
    deniedAction: 'sts:TagSession',
  },
  {
    title: 'denies tags that the trust does not speak of',
    trust: [trusting(BROKER_ROLE, requires)],
    input: tagged,
    deniedAction: 'sts:TagSession',
  },
  {
    title: 'denies tags that the caller may not set',
    trust: [trusting(BROKER_ROLE, requires), trusting(BROKER_ROLE, undefined, 'sts:TagSession')],
    policy: [assumeOnly],
    input: tagged,
    deniedAction: 'sts:TagSession',
  },
  {
    title: 'checks the values and keys of tags',
    trust: [
      trusting(BROKER_ROLE, requires),
      trusting(
        BROKER_ROLE,
        {
          StringLike: { 'aws:RequestTag/tenant': 'ac*' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['tenant'], 'sts:TransitiveTagKeys': ['tenant'] },
        },
        'sts:TagSession',
      ),
    ],
    input: { ...tagged, TransitiveTagKeys: ['tenant'] },
  },
  {
    title: 'denies a tag of another value',
    trust: [
      trusting(BROKER_ROLE, requires),
      trusting(BROKER_ROLE, { StringEquals: { 'aws:RequestTag/tenant': 'other' } }, 'sts:TagSession'),
    ],
    input: tagged,
    deniedAction: 'sts:TagSession',
  },
  {
    title: 'denies a session of another name',
    trust: [trusting(BROKER_ROLE, { StringLike: { 'sts:RoleSessionName': 'other-*' } })],
    input: {},
    deniedAction: 'sts:AssumeRole',
  },
  {
    title: 'takes a source identity when SetSourceIdentity has a statement of its own',
    trust: [
      trusting(BROKER_ROLE, requires),
      trusting(BROKER_ROLE, { StringLike: { 'sts:SourceIdentity': 'req-*' } }, 'sts:SetSourceIdentity'),
    ],
    input: sourced,
  },
  {
    title: 'denies a source identity that the trust does not speak of',
    trust: [trusting(BROKER_ROLE, requires)],
    input: sourced,
    deniedAction: 'sts:SetSourceIdentity',
  },
  {
    title: 'denies a source identity that the caller may not set',
    trust: [trusting(BROKER_ROLE, requires), trusting(BROKER_ROLE, undefined, 'sts:SetSourceIdentity')],
    policy: [assumeOnly],
    input: sourced,
    deniedAction: 'sts:SetSourceIdentity',
  },
];

describe('AssumeRole with tags and a source identity', () => {
  it.each(cases)('$title', async ({ trust, policy, input, deniedAction }) => {
    const fixture = createStsFixture(policy);
    fixture.trust(...trust);
    const answer = fixture.assume(input);
    if (deniedAction === undefined) await expect(answer).resolves.toHaveProperty('Credentials');
    else await expect(answer).rejects.toThrow(`not authorized to perform: ${deniedAction} on resource`);
  });

  it('gives the session its tags and its source identity', async () => {
    const fixture = createStsFixture();
    fixture.trust(trusting(BROKER_ROLE, undefined, 'sts:*'));
    const answer = await fixture.assume({ ...tagged, ...sourced, TransitiveTagKeys: ['tenant'] });
    expect(answer['SourceIdentity']).toBe('req-1');
    const { AccessKeyId } = answer['Credentials'] as { AccessKeyId: string };
    expect(fixture.store.findCredential(AccessKeyId)?.caller).toMatchObject({
      sessionTags: { tenant: 'acme' },
      transitiveTagKeys: ['tenant'],
      sourceIdentity: 'req-1',
    });
  });
});

describe('a chain of roles', () => {
  async function chained() {
    const fixture = createStsFixture();
    fixture.trust(trusting(BROKER_ROLE, undefined, 'sts:*'), trusting(TENANT_ROLE, undefined, 'sts:*'));
    const first = await fixture.assume({ ...tagged, ...sourced, TransitiveTagKeys: ['tenant'] });
    const { AccessKeyId } = first['Credentials'] as { AccessKeyId: string };
    return { fixture, again: (input: Readonly<Record<string, unknown>>) => fixture.assume(input, AccessKeyId) };
  }

  it('carries the source identity and the transitive tags on', async () => {
    const { fixture, again } = await chained();
    const second = await again({ Tags: [{ Key: 'step', Value: '2' }] });
    expect(second['SourceIdentity']).toBe('req-1');
    const { AccessKeyId } = second['Credentials'] as { AccessKeyId: string };
    expect(fixture.store.findCredential(AccessKeyId)?.caller.sessionTags).toEqual({ step: '2', tenant: 'acme' });
    expect(fixture.records.at(-1)?.requestParameters).toMatchObject({ incomingTransitiveTags: { tenant: 'acme' } });
  });

  it('refuses another source identity and another value of an inherited tag', async () => {
    const { again } = await chained();
    await expect(again({ SourceIdentity: 'req-2' })).rejects.toMatchObject(DENIED);
    await expect(again({ Tags: [{ Key: 'Tenant', Value: 'other' }] })).rejects.toMatchObject({
      code: 'ValidationError',
    });
  });
});
