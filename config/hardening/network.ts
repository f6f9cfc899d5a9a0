import type { VpcSettings } from '../../lib/platform/deployment-config/hardening.ts';
import type { TemplateValue } from '../template/template-value.ts';
import { subnetCidrs } from './subnet-cidrs.ts';

type Resources = Record<string, TemplateValue>;

type Around = {
  readonly prefix: string;
  /**
   * What is there for as long as the network is: it is made before subnets and goes after them. Lambda gives interfaces
   * back as the function's role, up to 40 minutes after the function has left, and subnets wait for that; without the
   * right to it they would wait in vain. Source: Lambda Developer Guide, "Giving Lambda functions access to resources in
   * an Amazon VPC".
   */
  readonly joins: readonly string[];
};

/**
 * A network that leads nowhere: private subnets and a route table without an internet gateway, a NAT or a peer. What is
 * in it reaches the endpoints of `network-endpoints.ts` and nothing else.
 */
export function networkResources(vpc: VpcSettings, { prefix, joins }: Around): Resources {
  const tags = [{ Key: 'Name', Value: prefix }];
  return {
    Network: {
      Type: 'AWS::EC2::VPC',
      // Private names of endpoints need both. Source: VPC User Guide, "DNS attributes for your VPC".
      Properties: { CidrBlock: vpc.cidr, EnableDnsSupport: true, EnableDnsHostnames: true, Tags: tags },
    },
    NetworkRoutes: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { Ref: 'Network' }, Tags: tags } },
    ...Object.fromEntries(
      subnetCidrs(vpc).flatMap((cidr, zone) => subnet({ cidr, zone, zoneName: vpc.zoneNames?.[zone], tags, joins })),
    ),
    ...securityGroups({ prefix, joins }),
  };
}

/** The logical ids of the subnets, one in each zone. */
export function subnetIds(vpc: VpcSettings): readonly string[] {
  return subnetCidrs(vpc).map((_, zone) => `NetworkSubnet${zone + 1}`);
}

/** What a function that is in the network has for its `VpcConfig`. */
export function vpcConfig(vpc: VpcSettings): TemplateValue {
  return {
    SubnetIds: subnetIds(vpc).map((id) => ({ Ref: id })),
    SecurityGroupIds: [groupId('NetworkFunctionsGroup')],
  };
}

export function groupId(logicalId: string): TemplateValue {
  return { 'Fn::GetAtt': [logicalId, 'GroupId'] };
}

type Subnet = Pick<Around, 'joins'> & {
  readonly cidr: string;
  readonly zone: number;
  readonly zoneName: string | undefined;
  readonly tags: TemplateValue;
};

function subnet({ cidr, zone, zoneName, tags, joins }: Subnet): readonly (readonly [string, TemplateValue])[] {
  const id = `NetworkSubnet${zone + 1}`;
  const place = zoneName ?? { 'Fn::Select': [zone, { 'Fn::GetAZs': '' }] };
  return [
    [
      id,
      {
        Type: 'AWS::EC2::Subnet',
        DependsOn: joins,
        Properties: {
          VpcId: { Ref: 'Network' },
          CidrBlock: cidr,
          AvailabilityZone: place,
          MapPublicIpOnLaunch: false,
          Tags: tags,
        },
      },
    ],
    [
      `${id}Routes`,
      {
        Type: 'AWS::EC2::SubnetRouteTableAssociation',
        Properties: { SubnetId: { Ref: id }, RouteTableId: { Ref: 'NetworkRoutes' } },
      },
    ],
  ];
}

function securityGroups({ prefix, joins }: Around): Resources {
  return {
    NetworkFunctionsGroup: {
      Type: 'AWS::EC2::SecurityGroup',
      DependsOn: joins,
      Properties: {
        GroupDescription: `Functions of ${prefix} that assume roles`,
        VpcId: { Ref: 'Network' },
        // By address to everywhere: DynamoDB has public ones, and CloudFormation has no name for their list. Where "everywhere"
        // ends is the route table's to say: at the endpoints.
        SecurityGroupEgress: [{ ...https, CidrIp: '0.0.0.0/0', Description: 'Endpoints; there are no other routes' }],
      },
    },
    NetworkEndpointsGroup: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        GroupDescription: `Endpoints of ${prefix}`,
        VpcId: { Ref: 'Network' },
        SecurityGroupIngress: [
          { ...https, SourceSecurityGroupId: groupId('NetworkFunctionsGroup'), Description: 'The functions' },
        ],
        // Endpoints begin nothing. Left out, EC2 would allow everything. Source: CloudFormation Template Reference,
        // "AWS::EC2::SecurityGroup", "Remove the default outbound rule".
        SecurityGroupEgress: [{ IpProtocol: '-1', CidrIp: '127.0.0.1/32', Description: 'Nothing' }],
      },
    },
  };
}

const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
