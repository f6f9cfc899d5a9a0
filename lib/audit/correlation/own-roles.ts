import { ASSUMING_FUNCTIONS } from '../../onboarding/trust/assuming-roles.ts';
import type { Partition } from '../../platform/deployment-config/deployment-config.ts';

/** The deployment's own roles: whose calls are looked at, and which of them assume other roles at all. */
export type OwnRoles = {
  /** The ARN of the role under which a function runs, or of the decoy. */
  arnOf(name: string): string;
  /** Whether the role belongs to this deployment. Another stage's role, whose name may begin like ours, does not. */
  isOurs(roleArn: string): boolean;
  /** Whether the role ever assumes another. A call by any other role of ours was made around the broker. */
  mayAssume(roleArn: string): boolean;
};

export function ownRoles({
  partition,
  brokerAccountId,
  functionNamePrefix,
  names,
}: {
  readonly partition: Partition;
  readonly brokerAccountId: string;
  /** The form is `credential-broker-<stage>-`. */
  readonly functionNamePrefix: string;
  /** The names of every function of the deployment, and of the decoy. */
  readonly names: readonly string[];
}): OwnRoles {
  const arnOf = (name: string) => `arn:${partition}:iam::${brokerAccountId}:role/${functionNamePrefix}${name}`;
  const ours = new Set(names.map(arnOf));
  const assuming = new Set([...ASSUMING_FUNCTIONS, 'decoy'].map(arnOf));
  return {
    arnOf,
    isOurs: (roleArn) => ours.has(roleArn),
    mayAssume: (roleArn) => assuming.has(roleArn),
  };
}
