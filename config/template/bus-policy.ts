import { createHash } from 'node:crypto';
import type { DeploymentConfig, EventRecognition } from '../../lib/platform/deployment-config/deployment-config.ts';
import { iamArn, ownAccount, type TemplateValue } from './template-value.ts';

const busArn = { 'Fn::GetAtt': ['Bus', 'Arn'] };

/** A source of ours, and the broker's functions that publish events under it. */
export type OwnSource = { readonly source: string; readonly roleNames: readonly string[] };

/**
 * The statements of the bus's policy, a resource each. `source` is the one field that an event's sender writes and by
 * which we recognise a requester, so each declared source is denied to everybody but its principals, and our own
 * sources to everybody but the functions that publish under them; other accounts are let in with their own source only.
 * Sources that nobody declared are not denied: their requests are refused on record.
 */
export function busPolicyResources({
  requesters,
  ownSources = [],
}: Pick<DeploymentConfig, 'requesters'> & { readonly ownSources?: readonly OwnSource[] }): Record<
  string,
  TemplateValue
> {
  const senders = requesters.flatMap(({ recognisedBy }) => ('event' in recognisedBy ? [recognisedBy.event] : []));
  const bySource = Map.groupBy(senders, ({ source }) => source);
  const denials = [
    ...[...bySource].map(([source, sharing]) => denyOthers(source, sharing.flatMap(principalArns))),
    ...ownSources.map(({ source, roleNames }) => denyOthers(source, roleNames.map(ownRoleArn))),
  ];
  const allowances = senders.flatMap(({ account, source }) =>
    account === undefined ? [] : [[`BusAllow${digest(`${account} ${source}`)}`, allowAccount(account, source)]],
  );
  return Object.fromEntries([...denials, ...allowances]);
}

function denyOthers(source: string, principals: readonly TemplateValue[]): readonly [string, TemplateValue] {
  const policy = busPolicy(`deny-${digest(source)}`, {
    Effect: 'Deny',
    Principal: '*',
    Action: 'events:PutEvents',
    Resource: busArn,
    Condition: {
      'ForAnyValue:StringEquals': { 'events:source': [source] },
      // The condition is also true where there is no principal ARN: a service that forwards events may not use a bound
      // source.
      ArnNotEquals: { 'aws:PrincipalArn': principals },
    },
  });
  return [`BusDeny${digest(source)}`, policy];
}

function allowAccount(account: string, source: string): TemplateValue {
  return busPolicy(`allow-${digest(`${account} ${source}`)}`, {
    Effect: 'Allow',
    Principal: { AWS: iamArn({ account, resource: 'root' }) },
    Action: 'events:PutEvents',
    Resource: busArn,
    Condition: {
      // ForAllValues is also true when there are no values at all: Null closes that gap.
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

function ownRoleArn(name: string): TemplateValue {
  return iamArn({ account: ownAccount, resource: `role/${name}` });
}

function principalArns({ principals }: EventRecognition): readonly TemplateValue[] {
  return principals.map((principal) =>
    principal.startsWith('arn:') ? principal : iamArn({ account: ownAccount, resource: principal }),
  );
}

/** Names a statement after what it is about, so that a change of order in the file changes nothing in the stack. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
