import { type Policy, policyOf } from '../../lib/onboarding/policy-json.ts';
import { trustPolicy } from '../../lib/onboarding/trust-policy.ts';
import {
  DEFAULT_ROLE_NAME,
  POLICY_NAMES,
  type TrustTemplateInput,
  trustTemplate,
} from '../../lib/onboarding/trust-template.ts';
import { callIam, type Keys } from './iam-call.ts';

/** The customer's side of the story: it makes a role in its own account through the IAM API, and may change it. */
export type Customer = {
  readonly accountId: string;
  /** Makes the role that the vendor's template describes, and gives its ARN. */
  createRole(given: TrustTemplateInput): Promise<string>;
  /** Reads its trust policy, has it ask for another external ID wherever it asks for one, and puts it back. */
  changeExternalId(externalId: string): Promise<void>;
};

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
  const putPolicy = (PolicyName: string, policy: Policy) =>
    iam('PutRolePolicy', { PolicyName, PolicyDocument: JSON.stringify(policy) });
  return {
    accountId,
    async createRole(given) {
      const { path, trust, permissions } = roleFrom(given);
      const answer = await iam('CreateRole', { Path: path, AssumeRolePolicyDocument: JSON.stringify(trust) });
      if (permissions !== undefined) await putPolicy(POLICY_NAMES.permissions, permissions);
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

/**
 * Where the template is refused, for settings or a job that the broker would refuse too, there is a role that trusts and
 * permits none of it: so that the refusal is the broker's, on record.
 */
function roleFrom(given: TrustTemplateInput): { path: string; trust: Policy; permissions?: Policy } {
  const reading = trustTemplate(given);
  if (reading.built) {
    const { path, trustPolicy: trust, permissionsPolicy: permissions } = reading.template;
    return { path, trust, permissions };
  }
  const { tenantRoles, ...deployment } = given.deployment;
  return { path: tenantRoles.path, trust: trustPolicy({ ...given, ...deployment }) };
}

function elementOf(answer: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1];
  if (text === undefined) throw new Error(`the answer of IAM has no ${name}`);
  return text;
}

/** Wider than any job needs, as customers' roles are: objects may be read. The session policy takes that away again. */
const OF_ITS_OWN = policyOf([
  {
    Sid: 'ReadEverything',
    Effect: 'Allow',
    Action: ['s3:ListAllMyBuckets', 's3:ListBucket', 's3:GetObject'],
    Resource: '*',
  },
]);
