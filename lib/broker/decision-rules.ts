import type { DeploymentConfig } from '../platform/deployment-config/deployment-config.ts';
import type { DecisionRules } from '../requests/decide.ts';

/** A request may come through this many jobs; one more is a loop. */
const MAXIMUM_HOPS = 3;

type Settings = Pick<DeploymentConfig, 'mode' | 'partition' | 'tenantRoles' | 'forbiddenAccountIds'> & {
  readonly requests: Pick<DeploymentConfig['requests'], 'maximumAgeSeconds' | 'maximumFutureSeconds'>;
};

/** What every decision of a deployment goes by. */
export function decisionRules(
  { brokerAccountId }: { readonly brokerAccountId: string },
  deployment: Settings,
): DecisionRules {
  const { mode, partition, tenantRoles, forbiddenAccountIds, requests } = deployment;
  return {
    mode,
    roleArnRules: { partition, ...tenantRoles, forbiddenAccountIds: [brokerAccountId, ...forbiddenAccountIds] },
    maximumAgeMs: requests.maximumAgeSeconds * 1000,
    maximumFutureMs: requests.maximumFutureSeconds * 1000,
    maximumHops: MAXIMUM_HOPS,
  };
}
