import type { DeploymentConfig, Partition } from '../../lib/platform/deployment-config/deployment-config.ts';
import { PARTITION_ENDPOINTS } from '../../lib/platform/partition-endpoints.ts';

export type EndpointKind = {
  /** From `AWS_USE_FIPS_ENDPOINT` or the profile. */
  readonly usesFips: boolean;
  /** From `AWS_USE_DUALSTACK_ENDPOINT` or the profile. */
  readonly usesDualStack: boolean;
};

/**
 * The endpoint of CloudFormation, of which the project has no client. GovCloud has one endpoint for both kinds. Source:
 * the endpoint rules of CloudFormation, as every AWS SDK has them; AWS General Reference, "CloudFormation endpoints".
 */
export function cloudFormationEndpoint(
  { homeRegion, partition }: Pick<DeploymentConfig, 'homeRegion' | 'partition'>,
  { usesFips, usesDualStack }: EndpointKind,
): string {
  const isSame = partition === 'aws-us-gov' && !usesDualStack;
  const name = usesFips && !isSame ? 'cloudformation-fips' : 'cloudformation';
  return `https://${name}.${homeRegion}.${usesDualStack ? DUAL_STACK[partition] : PARTITION_ENDPOINTS[partition].s3}`;
}

/** The kind of endpoint that the client of any service would use: one setting holds for all services. */
export async function endpointKind({ config }: ConfiguredClient): Promise<EndpointKind> {
  return { usesFips: await config.useFipsEndpoint(), usesDualStack: await config.useDualstackEndpoint() };
}

type ConfiguredClient = {
  readonly config: {
    readonly useFipsEndpoint: () => Promise<boolean>;
    readonly useDualstackEndpoint: () => Promise<boolean>;
  };
};

/** The domain of hosts that can be reached over IPv6, too. */
const DUAL_STACK: Readonly<Record<Partition, string>> = {
  aws: 'api.aws',
  'aws-cn': 'api.amazonwebservices.com.cn',
  'aws-us-gov': 'api.aws',
  'aws-eusc': 'api.amazonwebservices.eu',
};
