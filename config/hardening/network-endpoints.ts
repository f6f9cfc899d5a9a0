import type { VpcSettings } from '../../lib/platform/deployment-config/hardening.ts';
import type { TemplateValue } from '../template/template-value.ts';
import { type EndpointAccess, type EndpointService, endpointAccess } from './endpoint-access.ts';
import { groupId, subnetIds } from './network.ts';

type Endpoints = EndpointAccess & {
  /**
   * The resources that are made before the endpoints. An endpoint takes a minute or two, which gives IAM time to spread
   * the permission with which Lambda joins functions to the network; the functions come after the endpoints.
   */
  readonly after: readonly string[];
};

/** The ways out of the network: one endpoint for each service that its functions call, closed to everything else. */
export function networkEndpoints(vpc: VpcSettings, { after, ...access }: Endpoints): Record<string, TemplateValue> {
  const policies = endpointAccess(access);
  return Object.fromEntries(
    endpointServices.map((service) => {
      const properties = {
        VpcId: { Ref: 'Network' },
        ServiceName: { 'Fn::Sub': `com.amazonaws.\${AWS::Region}.${service}` },
        PolicyDocument: { Version: '2012-10-17', Statement: policies[service] },
        ...(service === 'dynamodb' ? gateway : interfaceIn(vpc)),
      };
      return [endpointId(service), { Type: 'AWS::EC2::VPCEndpoint', DependsOn: after, Properties: properties }];
    }),
  );
}

/** As AWS names their endpoints: `com.amazonaws.<region>.<service>`, in the partitions aws and aws-us-gov. */
const endpointServices: readonly EndpointService[] = ['dynamodb', 'events', 'kms', 'lambda', 'sqs', 'sts'];

export function endpointId(service: EndpointService): string {
  return `NetworkEndpointOf${service.replace(/^./, (letter) => letter.toUpperCase())}`;
}

const gateway = { VpcEndpointType: 'Gateway', RouteTableIds: [{ Ref: 'NetworkRoutes' }] };

/** The endpoint answers to the service's own name in this network, so that functions need not know of it. */
function interfaceIn(vpc: VpcSettings) {
  return {
    VpcEndpointType: 'Interface',
    PrivateDnsEnabled: true,
    SubnetIds: subnetIds(vpc).map((id) => ({ Ref: id })),
    SecurityGroupIds: [groupId('NetworkEndpointsGroup')],
  };
}
