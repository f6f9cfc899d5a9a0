import * as v from 'valibot';
import { policyOf } from '../../lib/onboarding/templates/policy-json.ts';
import { DEFAULT_ROLE_NAME, POLICY_NAMES } from '../../lib/onboarding/templates/trust-template.ts';
import { callIam, type Keys } from './iam-call.ts';

/** The customer's side of the story: it makes a role in its own account through the IAM API, and may change it. */
export type Customer = {
  readonly accountId: string;
  /** Makes the role that the vendor's JSON describes (`--format json`), and returns its ARN. */
  createRole(onboarding: string): Promise<string>;
  /** Reads the role's trust policy, makes it require another external ID, and puts it back. */
  changeExternalId(externalId: string): Promise<void>;
};

/** The part of the vendor's JSON that a customer's own tool reads. */
const onboardingSchema = v.object({
  roleName: v.string(),
  path: v.string(),
  maxSessionDurationSeconds: v.number(),
  trustPolicy: v.looseObject({}),
  permissionsPolicy: v.looseObject({}),
});

export function customerOf({
  accountId,
  keys,
  endpoint,
}: {
  accountId: string;
  keys: Keys;
  endpoint: string;
}): Customer {
  const RoleName = DEFAULT_ROLE_NAME;
  const iam = (action: string, parameters: Readonly<Record<string, string>>) =>
    callIam(action, { RoleName, ...parameters }, { endpoint, keys });
  const putPolicy = (PolicyName: string, policy: object) =>
    iam('PutRolePolicy', { PolicyName, PolicyDocument: JSON.stringify(policy) });
  return {
    accountId,
    async createRole(onboarding) {
      const role = v.parse(onboardingSchema, JSON.parse(onboarding));
      if (role.roleName !== RoleName) throw new Error(`the role is to be called ${role.roleName}, not ${RoleName}`);
      const answer = await iam('CreateRole', {
        Path: role.path,
        MaxSessionDuration: String(role.maxSessionDurationSeconds),
        AssumeRolePolicyDocument: JSON.stringify(role.trustPolicy),
      });
      await putPolicy(POLICY_NAMES.permissions, role.permissionsPolicy);
      await putPolicy('of-our-own', OF_ITS_OWN);
      return elementOf(answer, 'Arn');
    },
    async changeExternalId(externalId) {
      const trust = decodeURIComponent(elementOf(await iam('GetRole', {}), 'AssumeRolePolicyDocument'));
      const changed = JSON.parse(trust, (key, value) => (key === 'sts:ExternalId' ? externalId : value));
      await iam('UpdateAssumeRolePolicy', { PolicyDocument: JSON.stringify(changed) });
    },
  };
}

function elementOf(answer: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1];
  if (text === undefined) throw new Error(`the answer of IAM has no ${name}`);
  return text;
}

/**
 * The role's own policy is wider than any job needs, as customers' roles are: it may read objects. The session policy
 * takes that away again.
 */
const OF_ITS_OWN = policyOf([
  {
    Sid: 'ReadEverything',
    Effect: 'Allow',
    Action: ['s3:ListAllMyBuckets', 's3:ListBucket', 's3:GetObject'],
    Resource: '*',
  },
]);
