import type { VpcSettings } from '../../lib/platform/deployment-config/hardening.ts';
import type { TemplateValue } from '../template/template-value.ts';
import { subnetCidrs } from './subnet-cidrs.ts';

type Resources = Record<string, TemplateValue>;

type Around = {
  readonly prefix: string;
  /**
   * Resources that exist for as long as the network does: they are made before the subnets and deleted after them.
   * Lambda gives interfaces back with the function's role, up to 40 minutes after the function has left, and subnets
   * wait for that; without the permission they would wait in vain. Source: Lambda Developer Guide, "Giving Lambda
   * functions access to resources in an Amazon VPC".
   */
  readonly joins: readonly string[];
};

/**
 * A network that leads nowhere: private subnets and a route table without an internet gateway, a NAT or a peer. Its
 * functions reach the endpoints of `network-endpoints.ts` and nothing else.
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

/** The `VpcConfig` of a function in the network. */
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
        // The rule allows every address: DynamoDB has public ones, and CloudFormation has no name for their list. The
        // route table limits where traffic can go: to the endpoints.
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
        // Endpoints open no connections. Without this rule EC2 would allow everything. Source: CloudFormation Template
        // Reference, "AWS::EC2::SecurityGroup", "Remove the default outbound rule".
        SecurityGroupEgress: [{ IpProtocol: '-1', CidrIp: '127.0.0.1/32', Description: 'Nothing' }],
      },
    },
  };
}

const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
