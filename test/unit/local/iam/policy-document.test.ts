import { describe, expect, it } from 'vitest';
import { type PolicyUse, parsePolicyDocument } from '../../../../local/iam/policy-document.ts';

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '111122223333' } };

const refused: readonly { title: string; policy: string | object; use?: PolicyUse }[] = [
  { title: 'text that is not JSON', policy: '{' },
  { title: 'a list', policy: [] },
  { title: 'a policy without Statement', policy: { Version: '2012-10-17' } },
  { title: 'an empty list of statements', policy: { Statement: [] } },
  { title: 'an unknown version', policy: { Version: '2012-10-18', Statement: [allow] } },
  { title: 'an unknown element of the policy', policy: { Statements: [allow], Statement: [allow] } },
  { title: 'an unknown element of a statement', policy: { Statement: [{ ...allow, Conditions: {} }] } },
  { title: 'NotPrincipal', policy: { Statement: [{ ...allow, NotPrincipal: '*' }] } },
  { title: 'an unknown Effect', policy: { Statement: [{ ...allow, Effect: 'allow' }] } },
  { title: 'no Effect', policy: { Statement: [{ Action: '*', Resource: '*' }] } },
  { title: 'both Action and NotAction', policy: { Statement: [{ ...allow, NotAction: 's3:*' }] } },
  { title: 'neither Action nor NotAction', policy: { Statement: [{ Effect: 'Allow', Resource: '*' }] } },
  { title: 'both Resource and NotResource', policy: { Statement: [{ ...allow, NotResource: '*' }] } },
  { title: 'an action without a service', policy: { Statement: [{ ...allow, Action: 'GetObject' }] } },
  { title: 'an empty list of actions', policy: { Statement: [{ ...allow, Action: [] }] } },
  { title: 'a resource that is no ARN', policy: { Statement: [{ ...allow, Resource: 'logs/*' }] } },
  { title: 'an unknown operator', policy: { Statement: [{ ...allow, Condition: { Equals: { 'aws:userid': 'x' } } }] } },
  { title: 'a condition without values', policy: { Statement: [{ ...allow, Condition: { StringLike: { k: [] } } }] } },
  { title: 'an object as a value', policy: { Statement: [{ ...allow, Condition: { StringLike: { k: {} } } }] } },
  {
    title: 'a condition that would vanish into a prototype',
    policy: `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"__proto__":{"k":"v"}}}}`,
  },
  { title: 'a principal with a wildcard in it', policy: { Statement: [{ ...trust, Principal: { AWS: '1111*' } }] } },
  { title: 'an unknown type of principal', policy: { Statement: [{ ...trust, Principal: { Aws: '111122223333' } }] } },
  {
    title: 'a principal in an identity policy',
    policy: { Statement: [{ ...allow, Principal: '*' }] },
    use: 'identity',
  },
  {
    title: 'an identity policy without Resource',
    policy: { Statement: [{ ...allow, Resource: undefined }] },
    use: 'identity',
  },
  {
    title: 'a trust policy without Principal',
    policy: { Statement: [{ ...trust, Principal: undefined }] },
    use: 'trust',
  },
  { title: 'a trust policy with Resource', policy: { Statement: [{ ...trust, Resource: '*' }] }, use: 'trust' },
];

describe('parsePolicyDocument', () => {
  it.each(refused)('refuses $title', ({ policy, use }) => {
    expect(() => parsePolicyDocument(policy, use)).toThrow(
      expect.objectContaining({ code: 'MalformedPolicyDocument', statusCode: 400 }),
    );
  });

  it('takes a single statement for a list of one', () => {
    expect(parsePolicyDocument({ Version: '2012-10-17', Statement: allow }, 'identity').Statement).toEqual([allow]);
  });

  it('keeps every element', () => {
    const policy = {
      Version: '2012-10-17',
      Id: 'p',
      Statement: [
        {
          Sid: 'One',
          ...trust,
          Principal: { AWS: ['111122223333', 'arn:aws:iam::111122223333:role/a/b'], Service: 'lambda.amazonaws.com' },
          Condition: { StringEquals: { 'sts:ExternalId': 'e-1' }, Bool: { 'aws:SecureTransport': true } },
        },
        { ...trust, Effect: 'Deny', Principal: '*', Condition: { NumericLessThan: { 'aws:EpochTime': [1, 2] } } },
      ],
    };
    expect(parsePolicyDocument(JSON.stringify(policy), 'trust')).toEqual(policy);
  });
});
