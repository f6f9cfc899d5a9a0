import { commentLines } from './comment-lines.ts';
import { policyOf } from './policy-json.ts';
import { revokeSessionsPolicy } from './revoke-sessions.ts';
import { type TrustTerms, trustStatements } from './trust-policy.ts';
import { POLICY_NAMES, type TrustTemplate } from './trust-template.ts';
import { type YamlMap, type YamlValue, yamlBlock } from './yaml-block.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const ref = (name: string) => ({ Ref: name });
const given = (parameter: string) => ({ 'Fn::Not': [{ 'Fn::Equals': [ref(parameter), ''] }] });

/**
 * The CloudFormation template, as YAML that begins with what to do with it. It holds no external ID: that is a parameter
 * without a default, and no stack is made without it; a dedicated deployment has none. Of the tenant it holds its
 * settings, such as the name of a bucket. Whom to trust and what to allow are no parameters: a form is no place to edit
 * them.
 */
export function renderCloudFormation(template: TrustTemplate): string {
  return `${commentLines(whatToDo(template)).join('\n')}\n${templateBody(template)}`;
}

/** The same without the comments: what a StackSet is made of too. */
export function templateBody(template: TrustTemplate): string {
  const isShared = template.terms.mode === 'shared';
  return yamlBlock({
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `${template.description}. What is allowed here is the most that any of them can do.`,
    Parameters: parameters(template),
    Conditions: { Rotates: isShared ? given('NextExternalId') : undefined, Revokes: given('RevokeBefore') },
    Resources: { Role: role(template) },
    Outputs: {
      RoleArn: {
        Description: 'Give this to us: we prove it before we use it',
        Value: { 'Fn::GetAtt': ['Role', 'Arn'] },
      },
    },
  });
}

function whatToDo({ terms }: TrustTemplate): readonly string[] {
  const isShared = terms.mode === 'shared';
  const externalId = isShared ? ' give it the external ID that we sent you as ExternalId,' : '';
  const rotation = isShared ? 'NextExternalId while we replace your external ID, and with ' : '';
  return [
    'What to do: in the AWS account that we are to work in, create a CloudFormation stack from this file, in any region;' +
      `${externalId} and let it make a named IAM role. Then send us its output RoleArn: we prove the role before we use it.`,
    `Later: update the stack with ${rotation}RevokeBefore to cut off every older session of ours.`,
  ];
}

function parameters({ terms, revokeBefore = '' }: TrustTemplate): YamlMap {
  return {
    ...(terms.mode === 'shared' ? externalIdParameters(terms) : {}),
    RevokeBefore: {
      Type: 'String',
      Description: 'Your emergency brake: an instant such as 2026-01-31T12:00:00Z; older sessions may do nothing',
      Default: revokeBefore,
      AllowedPattern: '^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$',
      ConstraintDescription: 'must be empty, or an instant of UTC such as 2026-01-31T12:00:00Z',
    },
  };
}

function externalIdParameters({ deploymentId }: TrustTerms): YamlMap {
  const externalId = `cb-${deploymentId}-${UUID}`;
  return {
    ExternalId: {
      Type: 'String',
      Description: 'The external ID that we gave you: unique to you, and never chosen by you',
      AllowedPattern: `^${externalId}$`,
      ConstraintDescription: 'must be exactly the external ID that we gave you',
    },
    NextExternalId: {
      Type: 'String',
      Description: 'Only while your external ID is being replaced: the new one; both open the role until then',
      Default: '',
      AllowedPattern: `^(${externalId})?$`,
      ConstraintDescription: 'must be empty, or exactly the new external ID that we gave you',
    },
  };
}

/** The trust policy, with the parameters in the place of external IDs. */
export function trustWithParameters(terms: Omit<TrustTerms, 'externalIds'>): YamlMap {
  const either = { 'Fn::If': ['Rotates', [ref('ExternalId'), ref('NextExternalId')], ref('ExternalId')] };
  return policyOf(trustStatements<YamlValue>(terms, terms.mode === 'shared' ? either : undefined));
}

function role(template: TrustTemplate): YamlValue {
  const revocation = {
    PolicyName: POLICY_NAMES.revocation,
    PolicyDocument: revokeSessionsPolicy(ref('RevokeBefore')),
  };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: template.roleName,
      Path: template.path,
      Description: template.description,
      MaxSessionDuration: template.maxSessionDurationSeconds,
      AssumeRolePolicyDocument: trustWithParameters(template.terms),
      Policies: [
        { PolicyName: POLICY_NAMES.permissions, PolicyDocument: template.permissionsPolicy },
        { 'Fn::If': ['Revokes', revocation, ref('AWS::NoValue')] },
      ],
    },
  };
}
