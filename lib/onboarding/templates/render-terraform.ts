import { commentLines } from './comment-lines.ts';
import { type HclValue, hclAttributes, hclCode, jsonEncode } from './hcl-expression.ts';
import { type Policy, policyOf } from './policy-json.ts';
import { revokeSessionsPolicy } from './revoke-sessions.ts';
import { trustStatements } from './trust-policy.ts';
import { POLICY_NAMES, type TrustTemplate } from './trust-template.ts';

/**
 * The role as a Terraform file, as `terraform fmt` leaves it, beginning with what to do with it. A file is a module of
 * its own: a customer with several roles keeps each in a directory. It holds no external ID: that is a variable without
 * a default; a dedicated deployment has none.
 */
export function renderTerraform(template: TrustTemplate): string {
  const role = hclCode('aws_iam_role.broker.id');
  const blocks = [
    commentLines([`${template.description}.`, '', ...whatToDo(template)]),
    ...(template.terms.mode === 'shared' ? externalIdVariables(template) : []),
    revokeBeforeVariable(template),
    block('resource "aws_iam_role" "broker"', {
      name: template.roleName,
      path: template.path,
      description: template.description,
      max_session_duration: template.maxSessionDurationSeconds,
      assume_role_policy: jsonEncode(trust(template)),
    }),
    block('resource "aws_iam_role_policy" "jobs"', {
      name: POLICY_NAMES.permissions,
      role,
      policy: jsonEncode(template.permissionsPolicy),
    }),
    block('resource "aws_iam_role_policy" "revocation"', {
      count: hclCode('var.revoke_before == "" ? 0 : 1'),
      name: POLICY_NAMES.revocation,
      role,
      policy: jsonEncode(revokeSessionsPolicy(hclCode('var.revoke_before'))),
    }),
    block('output "role_arn"', {
      description: 'Give this to us: we prove it before we use it',
      value: hclCode('aws_iam_role.broker.arn'),
    }),
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** As the template has it, but for the external ID. */
function trust({ terms }: TrustTemplate): Policy<HclValue> {
  const externalIds = terms.mode === 'shared' ? hclCode('compact([var.external_id, var.next_external_id])') : undefined;
  return policyOf(trustStatements<HclValue>(terms, externalIds));
}

function whatToDo({ terms }: TrustTemplate): readonly string[] {
  const isShared = terms.mode === 'shared';
  const externalId = isShared ? ' and the external ID that we sent you as external_id' : '';
  const rotation = isShared ? 'next_external_id while we replace your external ID, and ' : '';
  return [
    'What to do: save this as main.tf of a directory of its own, call that as a module with the AWS provider of the ' +
      `account that we are to work in${externalId}, and apply. Then send us its output role_arn: we prove the role before ` +
      'we use it.',
    `Later: set ${rotation}revoke_before to cut off every older session of ours.`,
  ];
}

function externalIdVariables({ terms }: TrustTemplate): readonly (readonly string[])[] {
  const form = `cb-${terms.deploymentId}-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`;
  return [
    variable({
      name: 'external_id',
      description: 'The external ID that we gave you: unique to you, and never chosen by you',
      form: `^${form}$`,
      mustBe: 'exactly the external ID that we gave you',
    }),
    variable({
      name: 'next_external_id',
      description: 'Only while your external ID is being replaced: the new one; both open the role until then',
      byDefault: '',
      form: `^(${form})?$`,
      mustBe: 'empty, or exactly the new external ID that we gave you',
    }),
  ];
}

function revokeBeforeVariable({ revokeBefore = '' }: TrustTemplate): readonly string[] {
  return variable({
    name: 'revoke_before',
    description: 'Your emergency brake: an instant such as 2026-01-31T12:00:00Z; older sessions may do nothing',
    byDefault: revokeBefore,
    form: '^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$',
    mustBe: 'empty, or an instant of UTC such as 2026-01-31T12:00:00Z',
  });
}

type Variable = {
  readonly name: string;
  readonly description: string;
  /** Left out, the customer must give a value. */
  readonly byDefault?: string;
  /** A regular expression without a quote or a backslash. */
  readonly form: string;
  readonly mustBe: string;
};

/** The block of `validation` stands in that of the variable, after an empty line. */
function variable({ name, description, byDefault, form, mustBe }: Variable): readonly string[] {
  const [head = '', ...rest] = block(`variable "${name}"`, {
    description,
    type: hclCode('string'),
    ...(byDefault === undefined ? {} : { default: byDefault }),
  });
  const validation = block('validation', {
    condition: hclCode(`can(regex("${form}", var.${name}))`),
    error_message: `${name} must be ${mustBe}.`,
  });
  return [head, ...rest.slice(0, -1), '', ...validation.map((line) => `  ${line}`), '}'];
}

function block(head: string, attributes: Readonly<Record<string, HclValue>>): readonly string[] {
  return [`${head} {`, ...hclAttributes(attributes).map((line) => `  ${line}`), '}'];
}
