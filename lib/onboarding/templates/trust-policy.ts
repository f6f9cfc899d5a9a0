import type { DeploymentConfig, Partition } from '../../platform/deployment-config/deployment-config.ts';
import { parseExternalId } from '../../tenants/external-id.ts';
import { ACCOUNT_ID, type ExternalIds } from '../../tenants/tenant.ts';
import { type Policy, policyOf, policySize, type Statement } from './policy-json.ts';

/** Whom a customer is asked to trust, and under which external ID. All of it comes from us, none from the customer. */
export type TrustTerms = {
  /** Only a dedicated deployment, whose account serves one customer, is trusted without an external ID. */
  readonly mode: DeploymentConfig['mode'];
  readonly partition: Partition;
  readonly deploymentId: string;
  readonly brokerAccountId: string;
  /** The exact ARNs of the broker's roles that assume or probe. */
  readonly assumingRoleArns: readonly string[];
  /** In a shared deployment, always; in a dedicated one, never. While `next` is there, both open the role. */
  readonly externalIds?: ExternalIds | undefined;
};

/** Source: IAM User Guide, "IAM and AWS STS quotas": role trust policy length, unless AWS raised it. */
const MAXIMUM_CHARACTERS = 2_048;
const DEPLOYMENT_ID = /^[a-z0-9]{4,12}$/;
/** No `*` and no `?`, which `ArnEquals` would read as wildcards. */
const ROLE = /^role\/(?:[A-Za-z0-9_+=,.@-]+\/)*[A-Za-z0-9_+=,.@-]{1,64}$/;

/**
 * The trust policy of a customer's role. Throws on terms that may not stand in one; the message never holds an external
 * ID.
 */
export function trustPolicy(terms: TrustTerms): Policy {
  checkTrustTerms(terms);
  const ids = externalIdsOf(terms);
  const policy = policyOf(trustStatements(terms, ids.length > 1 ? ids : ids[0]));
  const size = policySize(policy);
  if (size > MAXIMUM_CHARACTERS) throw new Error(`the trust policy has ${size} characters; IAM takes 2,048`);
  return policy;
}

/**
 * The account is the principal and a condition names the roles: as text, which survives that a role of ours is deleted
 * and made anew, where a role as the principal is kept by its unique id and would trust nobody from then on.
 * `externalId` is a value of `sts:ExternalId`, or what stands for it in a rendering; in a dedicated deployment there is
 * none. Throws where one is missing or too many.
 */
export function trustStatements<Value>(
  { mode, partition, brokerAccountId, assumingRoleArns }: Omit<TrustTerms, 'externalIds'>,
  externalId: Value | readonly Value[] | undefined,
): readonly Statement<Value | string>[] {
  // Without an external ID the account alone is the boundary: no such policy is made by mistake.
  if ((mode === 'dedicated') !== (externalId === undefined))
    throw new Error(`a ${mode} deployment's trust policy ${mode === 'dedicated' ? 'has no' : 'needs an'} external ID`);
  const principal = {
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${brokerAccountId}:root` },
  } as const;
  const ours = { ArnEquals: { 'aws:PrincipalArn': assumingRoleArns } };
  const allow = (action: string, condition: NonNullable<Statement<Value | string>['Condition']>) => ({
    Sid: action,
    ...principal,
    Action: `sts:${action}`,
    Condition: condition,
  });
  return [
    allow('AssumeRole', externalId === undefined ? ours : { ...ours, StringEquals: { 'sts:ExternalId': externalId } }),
    // Statements of their own: these actions have no sts:ExternalId, so that a condition on it would never allow them,
    // and the whole AssumeRole would fail. Neither opens anything without AssumeRole.
    // Source: Service Authorization Reference, AWS STS.
    allow('TagSession', ours),
    allow('SetSourceIdentity', ours),
  ];
}

/** Throws unless every value is of the form that its place in a policy, a template or a command relies on. */
function checkTrustTerms(terms: TrustTerms): void {
  const { partition, deploymentId, brokerAccountId } = terms;
  if (!/^aws(?:-cn|-us-gov|-eusc)?$/.test(partition)) throw new Error('the partition is not one that we serve');
  if (!DEPLOYMENT_ID.test(deploymentId)) throw new Error('the deployment id is not 4 to 12 of a-z and 0-9');
  if (!ACCOUNT_ID.test(brokerAccountId)) throw new Error("the broker's account id is not 12 digits");
  checkRoles(terms);
  const areOurs = externalIdsOf(terms).every((id) => parseExternalId(id).startsWith(`cb-${deploymentId}-`));
  if (!areOurs) throw new Error('an external ID is not of this deployment');
}

function externalIdsOf({ externalIds }: TrustTerms): readonly string[] {
  if (externalIds === undefined) return [];
  return externalIds.next === undefined ? [externalIds.current] : [externalIds.current, externalIds.next];
}

function checkRoles({ partition, brokerAccountId, assumingRoleArns }: TrustTerms): void {
  // IAM takes a condition without values, and nothing would ever satisfy it.
  if (assumingRoleArns.length === 0) throw new Error('the terms name no role that assumes');
  const ours = `arn:${partition}:iam::${brokerAccountId}:`;
  const stranger = assumingRoleArns.find((arn) => !arn.startsWith(ours) || !ROLE.test(arn.slice(ours.length)));
  if (stranger !== undefined) throw new Error(`not the exact ARN of a role of the broker: ${JSON.stringify(stranger)}`);
}
