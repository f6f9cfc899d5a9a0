import { createHash } from 'node:crypto';
import type { DeploymentConfig, RequesterConfig } from '../lib/platform/deployment-config.ts';
import { iamArn, ownAccount, type TemplateValue } from './template-value.ts';

const busArn = { 'Fn::GetAtt': ['Bus', 'Arn'] };

/**
 * The statements of the bus's policy, a resource each. `source` is the one thing in an event that its sender writes and
 * that we recognise a requester by, so each declared source is denied to everybody but its principals; other accounts
 * are let in with their own source only. Sources that nobody declared are not denied: they are refused on record.
 */
export function busPolicyResources({
  requesters,
}: Pick<DeploymentConfig, 'requesters'>): Record<string, TemplateValue> {
  const bySource = Map.groupBy(requesters, ({ recognisedBy }) => recognisedBy.event.source);
  const denials = [...bySource].map(([source, sharing]) => [`BusDeny${digest(source)}`, denyOthers(source, sharing)]);
  const allowances = requesters.flatMap(({ recognisedBy: { event } }) =>
    event.account === undefined
      ? []
      : [[`BusAllow${digest(`${event.account} ${event.source}`)}`, allowAccount(event.account, event.source)]],
  );
  return Object.fromEntries([...denials, ...allowances]);
}

function denyOthers(source: string, requesters: readonly RequesterConfig[]): TemplateValue {
  return busPolicy(`deny-${digest(source)}`, {
    Effect: 'Deny',
    Principal: '*',
    Action: 'events:PutEvents',
    Resource: busArn,
    Condition: {
      'ForAnyValue:StringEquals': { 'events:source': [source] },
      // Also true where there is no principal ARN: a service that forwards events may not use a bound source.
      ArnNotEquals: { 'aws:PrincipalArn': requesters.flatMap(principalArns) },
    },
  });
}

function allowAccount(account: string, source: string): TemplateValue {
  return busPolicy(`allow-${digest(`${account} ${source}`)}`, {
    Effect: 'Allow',
    Principal: { AWS: iamArn({ account, resource: 'root' }) },
    Action: 'events:PutEvents',
    Resource: busArn,
    Condition: {
      // ForAllValues is also true of no values at all: Null closes that.
      'ForAllValues:StringEquals': { 'events:source': [source] },
      Null: { 'events:source': 'false' },
    },
  });
}

function busPolicy(statementId: string, statement: TemplateValue): TemplateValue {
  return {
    Type: 'AWS::Events::EventBusPolicy',
    Properties: { EventBusName: { 'Fn::GetAtt': ['Bus', 'Name'] }, StatementId: statementId, Statement: statement },
  };
}

function principalArns({ recognisedBy: { event } }: RequesterConfig): readonly TemplateValue[] {
  return event.principals.map((principal) =>
    principal.startsWith('arn:') ? principal : iamArn({ account: ownAccount, resource: principal }),
  );
}

/** Names a statement after what it is about, so that a change of order in the file changes nothing in the stack. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
