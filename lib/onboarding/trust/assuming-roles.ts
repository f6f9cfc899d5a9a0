import type { Partition } from '../../platform/deployment-config/deployment-config.ts';

/** The functions whose roles assume or probe customers' roles. */
export const ASSUMING_FUNCTIONS = ['issue-credentials', 'vend-credentials', 'verify-trust'] as const;

export type Broker = {
  readonly partition: Partition;
  /** 12 digits. */
  readonly brokerAccountId: string;
  /** What the names of the deployment's functions and roles begin with: `credential-broker-<stage>`. */
  readonly prefix: string;
};

/**
 * The exact ARNs that every customer's trust policy names, in this order. They are made of names that never change,
 * so that a template stays right when a role of ours is deleted and made anew, or deployed later.
 */
export function assumingRoleArns({ partition, brokerAccountId, prefix }: Broker): readonly string[] {
  return ASSUMING_FUNCTIONS.map((name) => `arn:${partition}:iam::${brokerAccountId}:role/${prefix}-${name}`);
}
