import { describe, expect, it } from 'vitest';
import type { PolicyStatement } from '../../../../local/iam/policy-document.ts';
import { BROKER_ROLE, createStsFixture, EXTERNAL_ID, mayAssume, TENANT_ROLE, trusting } from './sts-fixture.ts';

const ROOT = 'arn:aws:iam::111111111111:root';
const SESSION = 'arn:aws:sts::111111111111:assumed-role/broker/issue-credentials';
const DENIED = { code: 'AccessDenied', statusCode: 403 };
const requires = { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } };

/** With the right external ID, a wrong one and none: what the onboarding probes must tell apart. */
const externalIdMatrix: readonly {
  readonly title: string;
  readonly trust: readonly PolicyStatement[];
  readonly right: boolean;
  readonly wrong: boolean;
  readonly missing: boolean;
}[] = [
  { title: 'StringEquals', trust: [trusting(BROKER_ROLE, requires)], right: true, wrong: false, missing: false },
  { title: 'no condition', trust: [trusting(BROKER_ROLE)], right: true, wrong: true, missing: true },
  {
    title: 'StringLike *',
    trust: [trusting(BROKER_ROLE, { StringLike: { 'sts:ExternalId': '*' } })],
    right: true,
    wrong: true,
    missing: false,
  },
  {
    title: 'StringEqualsIfExists',
    trust: [trusting(BROKER_ROLE, { StringEqualsIfExists: { 'sts:ExternalId': EXTERNAL_ID } })],
    right: true,
    wrong: false,
    missing: true,
  },
  {
    title: 'ForAllValues:StringEquals',
    trust: [trusting(BROKER_ROLE, { 'ForAllValues:StringEquals': { 'sts:ExternalId': EXTERNAL_ID } })],
    right: true,
    wrong: false,
    missing: true,
  },
  {
    title: 'a list with another one in it',
    trust: [trusting(BROKER_ROLE, { StringEquals: { 'sts:ExternalId': ['wrong-id', EXTERNAL_ID] } })],
    right: true,
    wrong: true,
    missing: false,
  },
  {
    title: 'a Deny that negates',
    trust: [
      trusting(BROKER_ROLE),
      { ...trusting(BROKER_ROLE, { StringNotEquals: { 'sts:ExternalId': EXTERNAL_ID } }), Effect: 'Deny' },
    ],
    right: true,
    wrong: false,
    missing: false,
  },
  {
    title: 'a second statement without the condition',
    trust: [trusting(BROKER_ROLE, requires), trusting(ROOT)],
    right: true,
    wrong: true,
    missing: true,
  },
  { title: 'the account root', trust: [trusting(ROOT, requires)], right: true, wrong: false, missing: false },
  {
    title: 'the account number',
    trust: [trusting('111111111111', requires)],
    right: true,
    wrong: false,
    missing: false,
  },
  { title: 'the session itself', trust: [trusting(SESSION, requires)], right: true, wrong: false, missing: false },
  { title: 'everybody', trust: [trusting('*', requires)], right: true, wrong: false, missing: false },
  {
    title: 'the root, held to the role by aws:PrincipalArn',
    trust: [trusting(ROOT, { ...requires, ArnEquals: { 'aws:PrincipalArn': BROKER_ROLE } })],
    right: true,
    wrong: false,
    missing: false,
  },
  {
    title: 'the root, held to another role by aws:PrincipalArn',
    trust: [trusting(ROOT, { ...requires, ArnEquals: { 'aws:PrincipalArn': `${BROKER_ROLE}-2` } })],
    right: false,
    wrong: false,
    missing: false,
  },
  {
    title: 'another account',
    trust: [trusting('arn:aws:iam::333333333333:root', requires)],
    right: false,
    wrong: false,
    missing: false,
  },
  {
    title: 'the same account in another partition',
    trust: [trusting('arn:aws-cn:iam::111111111111:root', requires)],
    right: false,
    wrong: false,
    missing: false,
  },
  {
    title: 'another action',
    trust: [trusting(BROKER_ROLE, requires, 'sts:AssumeRoleWithSAML')],
    right: false,
    wrong: false,
    missing: false,
  },
];

describe('AssumeRole under a trust policy of', () => {
  describe.each(externalIdMatrix)('$title', ({ trust, right, wrong, missing }) => {
    it.each([
      { sent: 'the right external ID', input: { ExternalId: EXTERNAL_ID }, allowed: right },
      { sent: 'a wrong one', input: { ExternalId: 'wrong-id' }, allowed: wrong },
      { sent: 'none', input: {}, allowed: missing },
    ])('with $sent', async ({ input, allowed }) => {
      const fixture = createStsFixture();
      fixture.trust(...trust);
      const answer = fixture.assume(input);
      if (allowed) await expect(answer).resolves.toHaveProperty('Credentials');
      else await expect(answer).rejects.toMatchObject(DENIED);
    });
  });

  it('an unknown operator is an error and no denial', async () => {
    const fixture = createStsFixture();
    fixture.trust(trusting(BROKER_ROLE, { StringSame: { 'sts:ExternalId': EXTERNAL_ID } }));
    await expect(fixture.assume({ ExternalId: EXTERNAL_ID })).rejects.toMatchObject({
      code: 'UnsupportedPolicyElement',
    });
    expect(fixture.records).toEqual([]);
  });
});

describe('AssumeRole by the caller’s own policies', () => {
  it.each<{ title: string; policy: readonly PolicyStatement[]; input: object; allowed: boolean }>([
    { title: 'is denied without any', policy: [], input: { ExternalId: EXTERNAL_ID }, allowed: false },
    {
      title: 'is denied for another role',
      policy: [{ ...mayAssume, Resource: 'arn:aws:iam::*:role/Audit' }],
      input: { ExternalId: EXTERNAL_ID },
      allowed: false,
    },
    {
      title: 'is allowed by a pattern of roles with an external ID',
      policy: [
        {
          ...mayAssume,
          Resource: 'arn:aws:iam::*:role/vendor/*',
          Condition: { Null: { 'sts:ExternalId': 'false' }, StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
        },
      ],
      input: { ExternalId: EXTERNAL_ID },
      allowed: true,
    },
    {
      title: 'is denied without an external ID where the policy demands one',
      policy: [{ ...mayAssume, Condition: { Null: { 'sts:ExternalId': 'false' } } }],
      input: {},
      allowed: false,
    },
    {
      title: 'is denied outside the home region',
      policy: [
        mayAssume,
        {
          Effect: 'Deny',
          Action: 'sts:AssumeRole',
          Resource: '*',
          Condition: { StringNotEquals: { 'aws:RequestedRegion': 'eu-central-1' } },
        },
      ],
      input: { ExternalId: EXTERNAL_ID },
      allowed: false,
    },
    {
      title: 'is denied in its own account, not in another',
      policy: [
        mayAssume,
        {
          Effect: 'Deny',
          Action: 'sts:AssumeRole',
          Resource: '*',
          Condition: { StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } },
        },
      ],
      input: { ExternalId: EXTERNAL_ID },
      allowed: true,
    },
  ])('$title', async ({ policy, input, allowed }) => {
    const fixture = createStsFixture(policy);
    fixture.trust(trusting(ROOT));
    const answer = fixture.assume({ ...input });
    if (allowed) await expect(answer).resolves.toHaveProperty('Credentials');
    else await expect(answer).rejects.toMatchObject(DENIED);
  });

  it('is denied in the role’s own account, too, unless the trust policy says otherwise', async () => {
    const fixture = createStsFixture();
    fixture.trust(trusting(BROKER_ROLE));
    await expect(fixture.assume({}, 'tenant-key')).rejects.toMatchObject(DENIED);
    fixture.trust(trusting('222222222222'));
    await expect(fixture.assume({}, 'tenant-key')).resolves.toHaveProperty('Credentials');
  });

  it('answers the same whether the role, its trust or the permission is missing, and tells no condition', async () => {
    const message = `User: ${SESSION} is not authorized to perform: sts:AssumeRole on resource: ${TENANT_ROLE}`;
    const noRole = createStsFixture();
    const noTrust = createStsFixture();
    noTrust.trust(trusting(BROKER_ROLE, requires));
    const noPermission = createStsFixture([]);
    noPermission.trust(trusting(BROKER_ROLE));
    for (const fixture of [noRole, noTrust, noPermission]) {
      await expect(fixture.assume({ ExternalId: 'guess' })).rejects.toMatchObject({ ...DENIED, message });
    }
  });
});
