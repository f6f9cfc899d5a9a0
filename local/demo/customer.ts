import type { Keys } from './iam-call.ts';
import { callIam } from './iam-call.ts';

/** What the vendor tells a customer: whom to trust, and under which external ID. */
export type TrustTerms = {
  readonly brokerAccount: string;
  /** The exact roles of the broker that may assume: a string comparison, which survives a re-created role. */
  readonly assumingRoleArns: readonly string[];
  readonly externalId: string;
};

export const ROLE_PATH = '/credential-broker/';
export const ROLE_NAME = 'scanner';

/** The customer's side of the story: it makes a role in its own account through the IAM API, and may change it. */
export type Customer = {
  readonly accountId: string;
  readonly roleArn: string;
  createRole(terms: TrustTerms): Promise<void>;
  changeTrust(terms: TrustTerms): Promise<void>;
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
  const at = { endpoint, keys };
  return {
    accountId,
    roleArn: `arn:aws:iam::${accountId}:role${ROLE_PATH}${ROLE_NAME}`,
    async createRole(terms) {
      await callIam(
        'CreateRole',
        { RoleName: ROLE_NAME, Path: ROLE_PATH, AssumeRolePolicyDocument: JSON.stringify(trustPolicy(terms)) },
        at,
      );
      const policy = JSON.stringify(PERMISSIONS);
      await callIam('PutRolePolicy', { RoleName: ROLE_NAME, PolicyName: 'scanner', PolicyDocument: policy }, at);
    },
    changeTrust: (terms) =>
      callIam(
        'UpdateAssumeRolePolicy',
        { RoleName: ROLE_NAME, PolicyDocument: JSON.stringify(trustPolicy(terms)) },
        at,
      ),
  };
}

function trustPolicy({ brokerAccount, assumingRoleArns, externalId }: TrustTerms): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${brokerAccount}:root` },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'sts:ExternalId': externalId },
          ArnEquals: { 'aws:PrincipalArn': assumingRoleArns },
        },
      },
    ],
  };
}

/** Wider than the scan needs, as customers' roles are: objects may be read. The session policy takes that away again. */
const PERMISSIONS = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        's3:ListAllMyBuckets',
        's3:ListBucket',
        's3:GetBucketPublicAccessBlock',
        's3:GetEncryptionConfiguration',
        's3:GetObject',
      ],
      Resource: '*',
    },
  ],
};
