import { BROKER_EVENT_SOURCE } from '../../lib/platform/broker-events.ts';
import { type Alarm, alarmResources } from '../alarms/alarm.ts';
import { transitionCount } from '../alarms/metric.ts';
import type { TemplateValue } from '../template/template-value.ts';

type Values = Record<string, TemplateValue>;
type Place = { readonly stage: string; readonly prefix: string; readonly jobNames: readonly string[] };

/** The attributes that `lib/onboarding/trust/ended-session.ts` reads. */
const READ_OF_ISSUANCE = [
  ...['recordId', 'recordType', 'state', 'tenantId', 'accountId'],
  ...['roleArn', 'attempts', 'report'],
];

/** The row of the limits table with the limit on pauses of `lib/onboarding/trust/pause-limit.ts`. */
const BRAKE_ROW = 'pauses';

const verifyTrustArn = { 'Fn::GetAtt': ['VerifyDashtrustLambdaFunction', 'Arn'] };
const ledgerArn = { 'Fn::GetAtt': ['LedgerTable', 'Arn'] };
const limitsArn = { 'Fn::GetAtt': ['LimitsTable', 'Arn'] };

/**
 * Tells verify-trust of every run under which a customer ended the sessions of its role, and lets it read the
 * attributes of that issuance by which it decides.
 */
export function revokedSessions(place: Place): { readonly Resources: Values; readonly extensions: Values } {
  return {
    Resources: {
      SessionsRevokedRule: rule(place),
      SessionsRevokedRulePermission: permission,
      VerifyTrustEndedSessionsPolicy: readEndedSessions(place),
      ...alarmResources([dropped(place), braked(place)], place),
    },
    // Other failures of verify-trust are retried by the caller, or by the next tick; here nobody would ask again.
    extensions: { VerifyDashtrustLambdaEvConf: { Properties: { MaximumRetryAttempts: 2 } } },
  };
}

/**
 * Each event comes once, so a role that was not paused never shows as repeated errors of the function: the events that
 * Lambda or EventBridge gave up are counted instead. A rule on a custom bus is counted under both names. Source: Lambda
 * Developer Guide, "Types of metrics for Lambda functions"; EventBridge User Guide, "Monitoring".
 */
function dropped({ prefix }: Place): Alarm {
  const byLambda = {
    namespace: 'AWS/Lambda',
    name: 'AsyncEventsDropped',
    dimensions: [['FunctionName', `${prefix}-verify-trust`]],
  } as const;
  const byEventBridge = {
    namespace: 'AWS/Events',
    name: 'FailedInvocations',
    dimensions: [
      ['EventBusName', prefix],
      ['RuleName', ruleName(prefix)],
    ],
  } as const;
  return {
    name: 'ended-sessions-errors',
    meaning:
      'verify-trust was told something that it could not do: where a customer ended our sessions, its role may be in use ' +
      'still. Find the runs that failed with job.sessionRevoked, suspend their tenants and ask (docs/hardening.md).',
    runbook: 'function-fails',
    watches: {
      metrics: {
        dropped: { metric: byLambda, statistic: 'Sum' },
        failed: { metric: byEventBridge, statistic: 'Sum' },
      },
      expression: 'FILL(dropped, 0) + FILL(failed, 0)',
      label: 'Given up',
    },
    periodSeconds: 60,
    rings: 'atLeast',
    threshold: 1,
  };
}

/** Roles that stay in use although a run reports that their customers ended our sessions: a person has to look. */
function braked(place: Place): Alarm {
  return {
    name: 'ended-sessions-not-paused',
    meaning:
      'Runs say that customers ended our sessions, of too many tenants within an hour or too long ago to be believed: ' +
      'their roles stay in use. Look first at the job that says so: it lies, or it calls what many roles deny ' +
      '(docs/hardening.md).',
    runbook: 'customer-changed-the-trust',
    watches: {
      metric: transitionCount({ service: 'verify-trust', transition: 'role.notPaused' }, place),
      statistic: 'Sum',
    },
    periodSeconds: 60,
    rings: 'atLeast',
    threshold: 1,
  };
}

function ruleName(prefix: string): string {
  return `${prefix}-sessions-revoked`;
}

function rule({ prefix }: Place): TemplateValue {
  return {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: ruleName(prefix),
      Description: 'Every run under which a customer ended the sessions of its role',
      EventBusName: { Ref: 'Bus' },
      State: 'ENABLED',
      EventPattern: {
        source: [BROKER_EVENT_SOURCE],
        'detail-type': ['IssuanceRecorded'],
        detail: { state: ['failed'], code: ['job.sessionRevoked'] },
      },
      Targets: [
        {
          Id: 'verify-trust',
          Arn: verifyTrustArn,
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        },
      ],
    },
  };
}

const permission: TemplateValue = {
  Type: 'AWS::Lambda::Permission',
  Properties: {
    FunctionName: verifyTrustArn,
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: { 'Fn::GetAtt': ['SessionsRevokedRule', 'Arn'] },
  },
};

/**
 * Lets verify-trust read issuances by their ids, and of each only what says whose session ended: no ticket, no request,
 * no observation.
 */
function readEndedSessions({ jobNames }: Place): TemplateValue {
  const statement: TemplateValue = {
    Sid: 'ReadEndedSessions',
    Effect: 'Allow',
    Action: 'dynamodb:GetItem',
    Resource: ledgerArn,
    Condition: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': READ_OF_ISSUANCE },
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': jobNames.map((name) => `${name}.*`) },
      // ForAllValues is also true when there are no values at all: Null and Select close that gap.
      Null: { 'dynamodb:Attributes': 'false', 'dynamodb:LeadingKeys': 'false' },
      StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    },
  };
  const brake: TemplateValue = {
    Sid: 'KeepBrake',
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    Resource: limitsArn,
    Condition: {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [BRAKE_ROW] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  };
  return {
    Type: 'AWS::IAM::RolePolicy',
    Properties: {
      RoleName: { Ref: 'VerifyTrustRole' },
      PolicyName: 'ended-sessions',
      PolicyDocument: { Version: '2012-10-17', Statement: [statement, brake] },
    },
  };
}
