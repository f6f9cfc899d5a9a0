import { describe, expect, it } from 'vitest';
import { policySize } from '../../../../lib/onboarding/templates/policy-json.ts';
import { type TrustTerms, trustPolicy, trustStatements } from '../../../../lib/onboarding/templates/trust-policy.ts';
import { assumingRoleArns } from '../../../../lib/onboarding/trust/assuming-roles.ts';
import type { Caller } from '../../../../local/iam/caller.ts';
import { evaluateResourcePolicy } from '../../../../local/iam/evaluate-policy.ts';
import { parsePolicyDocument } from '../../../../local/iam/policy-document.ts';
import { requestContext } from '../../../../local/iam/request-context.ts';
import { BROKER_ACCOUNT, CURRENT_ID, NEXT_ID, ourRole } from './a-template.ts';

const terms: TrustTerms = {
  mode: 'shared',
  partition: 'aws',
  deploymentId: 'prod1',
  brokerAccountId: BROKER_ACCOUNT,
  assumingRoleArns: [ourRole('issue-credentials'), ourRole('verify-trust')],
  externalIds: { current: CURRENT_ID },
};
const dedicated: TrustTerms = { ...terms, mode: 'dedicated', externalIds: undefined };
const rotating = { ...terms, externalIds: { current: CURRENT_ID, next: NEXT_ID } };

type Ask = { principalArn?: string; action?: string; externalId?: string };

/** What the policy says to a session of this role, whose own permissions allow everything. */
function verdictOf(policyTerms: TrustTerms, { principalArn = ourRole('issue-credentials'), ...ask }: Ask): string {
  const [, , , , accountId = '', resource = ''] = principalArn.split(':');
  const caller: Caller = {
    kind: 'session',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${resource.split('/').at(-1)}/session`,
    principalArn,
    userId: 'AROAEXAMPLE:session',
    accessKeyId: 'ASIAEXAMPLE',
    identityPolicies: () => [],
  };
  const context = requestContext({ 'aws:PrincipalArn': principalArn, 'sts:ExternalId': ask.externalId });
  const request = { action: ask.action ?? 'sts:AssumeRole', resource: 'arn:aws:iam::222222222222:role/x', context };
  return evaluateResourcePolicy(parsePolicyDocument(trustPolicy(policyTerms), 'trust'), request, caller);
}

const OPENS = 'allowed for the account';

describe('the trust policy', () => {
  const cases: readonly [string, TrustTerms, Ask, string][] = [
    ['our role with the external ID', terms, { externalId: CURRENT_ID }, OPENS],
    ['our other role', terms, { principalArn: ourRole('verify-trust'), externalId: CURRENT_ID }, OPENS],
    ['a wrong external ID', terms, { externalId: NEXT_ID }, 'silent'],
    ['the external ID in capitals', terms, { externalId: CURRENT_ID.toUpperCase() }, 'silent'],
    ['no external ID', terms, {}, 'silent'],
    ['an empty external ID', terms, { externalId: '' }, 'silent'],
    ['a third role of ours', terms, { principalArn: ourRole('scan-account'), externalId: CURRENT_ID }, 'silent'],
    [
      'a role whose ARN goes on',
      terms,
      { principalArn: `${ourRole('issue-credentials')}-2`, externalId: CURRENT_ID },
      'silent',
    ],
    [
      'a role of that name in another account',
      terms,
      {
        principalArn: ourRole('issue-credentials').replace(BROKER_ACCOUNT, '999999999999'),
        externalId: CURRENT_ID,
      },
      'silent',
    ],
    ['the old external ID while it is replaced', rotating, { externalId: CURRENT_ID }, OPENS],
    ['the new external ID while it is coming', rotating, { externalId: NEXT_ID }, OPENS],
    ['no external ID while it is replaced', rotating, {}, 'silent'],
    ['tags, which carry no external ID', terms, { action: 'sts:TagSession' }, OPENS],
    ['a source identity, which carries no external ID', terms, { action: 'sts:SetSourceIdentity' }, OPENS],
    ['tags of a third role', terms, { action: 'sts:TagSession', principalArn: ourRole('scan-account') }, 'silent'],
    [
      'a source identity of a third role',
      terms,
      { action: 'sts:SetSourceIdentity', principalArn: ourRole('scan-account') },
      'silent',
    ],
    ['our role, in a dedicated deployment', dedicated, {}, OPENS],
    ['our role with any external ID, in a dedicated deployment', dedicated, { externalId: 'x' }, OPENS],
    ['a third role of ours, in a dedicated deployment', dedicated, { principalArn: ourRole('scan-account') }, 'silent'],
    [
      'a role of that name in another account, in a dedicated deployment',
      dedicated,
      { principalArn: ourRole('issue-credentials').replace(BROKER_ACCOUNT, '999999999999') },
      'silent',
    ],
    ['another way in', terms, { action: 'sts:AssumeRoleWithWebIdentity', externalId: CURRENT_ID }, 'silent'],
  ];
  it.each(cases)('answers %s', (_, policyTerms, ask, verdict) => {
    expect(verdictOf(policyTerms, ask)).toBe(verdict);
  });

  it.each([
    ['by itself, as IAM shows it', terms, CURRENT_ID],
    ['beside the next one, while it is replaced', rotating, [CURRENT_ID, NEXT_ID]],
  ])('names the external ID %s', (_, policyTerms, externalId) => {
    expect(trustPolicy(policyTerms).Statement[0]?.Condition).toMatchObject({
      StringEquals: { 'sts:ExternalId': externalId },
    });
  });

  it('is no longer than IAM takes, to the letter', () => {
    const ofPath = (letters: number) =>
      trustPolicy({ ...terms, assumingRoleArns: [`arn:aws:iam::${BROKER_ACCOUNT}:role/${'p'.repeat(letters)}/x`] });
    // The roles are named in each of the three statements.
    const letters = 1 + (2_048 - policySize(ofPath(1))) / 3;
    expect(policySize(ofPath(letters))).toBe(2_048);
    expect(() => ofPath(letters + 1)).toThrow('IAM takes 2,048');
  });

  it('has room for a rotation under the longest names that a deployment can have', () => {
    const partition = 'aws-us-gov';
    const prefix = `credential-broker-${'s'.repeat(20)}`;
    const roles = assumingRoleArns({ partition, brokerAccountId: BROKER_ACCOUNT, prefix });
    const longest = (id: string) => id.replace('prod1', 'production12');
    const externalIds = { current: longest(CURRENT_ID), next: longest(NEXT_ID) };
    const deploymentId = 'production12';
    expect(
      policySize(trustPolicy({ ...terms, partition, deploymentId, assumingRoleArns: roles, externalIds })),
    ).toBeLessThan(1_700);
  });

  it('asks for no external ID in a dedicated deployment, and there alone', () => {
    expect(JSON.stringify(trustPolicy(dedicated))).not.toContain('ExternalId');
    expect(() => trustPolicy({ ...terms, externalIds: undefined })).toThrow('needs an external ID');
    expect(() => trustPolicy({ ...dedicated, externalIds: { current: CURRENT_ID } })).toThrow('has no external ID');
    expect(() => trustStatements(terms, undefined)).toThrow('needs an external ID');
    expect(() => trustStatements(dedicated, '*')).toThrow('has no external ID');
  });
});

describe('the terms of the trust', () => {
  const wrong: readonly [string, object][] = [
    ['another partition than its roles', { partition: 'aws-cn' }],
    ['a partition that is not served', { partition: 'aws-iso', assumingRoleArns: [] }],
    ['an account id of 11 digits', { brokerAccountId: '11111111111' }],
    ['everybody as the account', { brokerAccountId: '*' }],
    ['a deployment id that is a pattern', { deploymentId: '[a-z]' }],
    ['no role', { assumingRoleArns: [] }],
    ['a role of another account', { assumingRoleArns: ['arn:aws:iam::999999999999:role/x'] }],
    ['every role', { assumingRoleArns: [ourRole('*')] }],
    ['a pattern of one letter', { assumingRoleArns: [ourRole('issue?')] }],
    ['a policy variable', { assumingRoleArns: [ourRole('${aws:username}')] }],
    ['the whole account', { assumingRoleArns: [`arn:aws:iam::${BROKER_ACCOUNT}:root`] }],
    ['a user', { assumingRoleArns: [`arn:aws:iam::${BROKER_ACCOUNT}:user/x`] }],
    ['a session', { assumingRoleArns: [`arn:aws:sts::${BROKER_ACCOUNT}:assumed-role/x/y`] }],
    ['a line break after a role', { assumingRoleArns: [`${ourRole('x')}\n`] }],
    ['an external ID that is not of our form', { externalIds: { current: 'acme' } }],
    ['an external ID that is a pattern', { externalIds: { current: '*' } }],
    ['no external ID', { externalIds: { current: '' } }],
    ['an external ID of another deployment', { externalIds: { current: CURRENT_ID.replace('prod1', 'prod2') } }],
    ['a next external ID that is not of our form', { externalIds: { current: CURRENT_ID, next: '' } }],
    [
      'more roles than a trust policy holds',
      { assumingRoleArns: Array.from({ length: 9 }, (_, n) => ourRole(`${n}`)) },
    ],
  ];
  it.each(wrong)('may not name %s', (_, changes) => {
    expect(() => trustPolicy({ ...terms, ...changes })).toThrow();
  });

  /** All of it of that partition and account, so that nothing else is wrong. */
  const of = (partition: string, account: string) => ({
    partition,
    brokerAccountId: account,
    assumingRoleArns: [`arn:${partition}:iam::${account}:role/x`],
  });
  const named = (...names: readonly string[]) => ({ assumingRoleArns: names.map(ourRoleOf) });
  const ourRoleOf = (name: string) => `arn:aws:iam::${BROKER_ACCOUNT}:role/${name}`;
  const told: readonly [string, object, string][] = [
    ['a partition that is not served', of('aws-iso', BROKER_ACCOUNT), 'the partition is not one that we serve'],
    ['a partition with something before it', of('-aws', BROKER_ACCOUNT), 'the partition is not one that we serve'],
    ['a partition that goes on', of('aws-cnx', BROKER_ACCOUNT), 'the partition is not one that we serve'],
    ['an account id of 11 digits', of('aws', '11111111111'), "the broker's account id is not 12 digits"],
    ['an account id of 13 digits', of('aws', '1111111111111'), "the broker's account id is not 12 digits"],
    ...['abc', 'abcdefghijklm', 'Prod1', 'prod-1', 'prod1\n', ' prod1'].map(
      (deploymentId): [string, object, string] => [
        `the deployment id ${JSON.stringify(deploymentId)}`,
        { deploymentId },
        'the deployment id is not 4 to 12 of a-z and 0-9',
      ],
    ),
    ['no role', { assumingRoleArns: [] }, 'the terms name no role that assumes'],
    ...['', 'a b', 'a?', 'a/', '/a', 'a//b', 'x'.repeat(65), 'a\n'].map((name): [string, object, string] => [
      `the role ${JSON.stringify(name)}`,
      named('fine', name),
      `not the exact ARN of a role of the broker: ${JSON.stringify(ourRoleOf(name))}`,
    ]),
    [
      'a user whose name begins as a role does',
      { assumingRoleArns: [`arn:aws:iam::${BROKER_ACCOUNT}:user/role/x`] },
      'not the exact ARN of a role of the broker',
    ],
    [
      'the next external ID of another deployment',
      { externalIds: { current: CURRENT_ID, next: NEXT_ID.replace('prod1', 'prod2') } },
      'an external ID is not of this deployment',
    ],
    [
      'more than a trust policy holds',
      named(...Array.from({ length: 9 }, (_, n) => `${n}`.repeat(64))),
      'IAM takes 2,048',
    ],
  ];
  it.each(told)('are told to be wrong by %s', (_, changes, message) => {
    expect(() => trustPolicy({ ...terms, ...changes })).toThrow(message);
  });

  it.each([
    of('aws-cn', BROKER_ACCOUNT),
    of('aws-us-gov', BROKER_ACCOUNT),
    of('aws-eusc', BROKER_ACCOUNT),
    named('x'.repeat(64)),
    named('a/path/to/It+=,.@-_9'),
    { deploymentId: 'prod', externalIds: { current: CURRENT_ID.replace('prod1', 'prod') } },
    { deploymentId: 'production12', externalIds: { current: CURRENT_ID.replace('prod1', 'production12') } },
  ])('may be %j', (changes) => {
    expect(trustPolicy({ ...terms, ...(changes as Partial<TrustTerms>) }).Statement).toHaveLength(3);
  });

  it('tell what is wrong without telling an external ID', () => {
    const externalIds = { current: `${CURRENT_ID}x`, next: `${NEXT_ID}'` };
    const told = () => trustPolicy({ ...terms, externalIds });
    expect(told).toThrow();
    expect(told).not.toThrow(/0123abcd|ffffabcd/);
  });
});
