import { iamArn, ownAccount, type TemplateValue } from '../template/template-value.ts';

export type EndpointService = 'dynamodb' | 'events' | 'kms' | 'lambda' | 'sqs' | 'sts';

export type EndpointAccess = {
  /** `credential-broker-<stage>`. */
  readonly prefix: string;
  /** Every role that may be assumed, in every account. */
  readonly tenantRolesArn: TemplateValue;
  /** The functions that issue-credentials invokes. */
  readonly invokedArns: readonly TemplateValue[];
};

/**
 * The calls that each endpoint lets through, and by whom. An endpoint's policy allows nothing by itself: it bounds what
 * the roles' own policies allow, so that nobody else's credentials can be used from within the network, nor ours for
 * anything else.
 */
export function endpointAccess(access: EndpointAccess): Record<EndpointService, readonly TemplateValue[]> {
  const roles = rolesOf(access.prefix);
  const { issuing, vending, verifying, decoy } = roles;
  return {
    dynamodb: [
      allow({ sid: 'UseTables', actions: tableActions, resources: tableArns, by: [issuing, vending, verifying] }),
    ],
    events: [allow({ sid: 'Tell', actions: ['events:PutEvents'], resources: [arnOf('Bus')], by: [verifying] })],
    kms: [allow({ sid: 'Seal', actions: ['kms:GenerateDataKey'], resources: [arnOf('EnvelopesKey')], by: [issuing] })],
    lambda: [
      allow({ sid: 'Invoke', actions: ['lambda:InvokeFunction'], resources: access.invokedArns, by: [issuing] }),
    ],
    sqs: [
      allow({ sid: 'Send', actions: ['sqs:SendMessage'], resources: queueArns, by: [issuing, verifying] }),
      allow({
        sid: 'PutBack',
        actions: ['sqs:ChangeMessageVisibility'],
        resources: [arnOf('RequestsQueue')],
        by: [issuing],
      }),
    ],
    sts: [
      allow({
        sid: 'AssumeTenantRoles',
        actions: ['sts:AssumeRole'],
        resources: [access.tenantRolesArn],
        by: [issuing, vending, verifying, decoy],
      }),
      allow({
        sid: 'MarkTenantSessions',
        actions: ['sts:TagSession', 'sts:SetSourceIdentity'],
        resources: [access.tenantRolesArn],
        by: [issuing, vending, verifying],
      }),
      allow({ sid: 'AssumeDecoy', actions: ['sts:AssumeRole'], resources: [decoy], by: [verifying] }),
    ],
  };
}

function rolesOf(prefix: string) {
  const role = (name: string) => iamArn({ account: ownAccount, resource: `role/${prefix}-${name}` });
  return {
    issuing: role('issue-credentials'),
    vending: role('vend-credentials'),
    verifying: role('verify-trust'),
    decoy: role('decoy'),
  };
}

const tableActions = [
  'dynamodb:BatchGetItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];

const tableArns: readonly TemplateValue[] = [
  arnOf('TenantsTable'),
  { 'Fn::Sub': '${TenantsTable.Arn}/index/*' },
  arnOf('SwitchesTable'),
  arnOf('LimitsTable'),
  arnOf('LedgerTable'),
];

/** Lambda's own poller, which is not in our network, receives and deletes messages. */
const queueArns = [arnOf('RequestsQueue'), arnOf('RequestsDeadLetterQueue')];

function arnOf(logicalId: string): TemplateValue {
  return { 'Fn::GetAtt': [logicalId, 'Arn'] };
}

type Access = {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly TemplateValue[];
  readonly by: readonly TemplateValue[];
};

/**
 * The caller is named in a condition: a gateway endpoint's policy takes no principal but all. Source: AWS PrivateLink
 * Guide, "Endpoint policies".
 */
function allow({ sid, actions, resources, by }: Access): TemplateValue {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: '*',
    Action: actions,
    Resource: resources,
    Condition: { ArnEquals: { 'aws:PrincipalArn': by } },
  };
}
