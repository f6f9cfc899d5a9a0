import { type HclValue, hclAttributes, hclCode, jsonEncode } from './hcl-expression.ts';
import { revokeSessionsPolicy } from './revoke-sessions.ts';
import { POLICY_NAMES, type TrustTemplate } from './trust-template.ts';

/**
 * The role as a Terraform file, as `terraform fmt` leaves it. A file is a module of its own: a customer with several
 * roles keeps each in a directory.
 */
export function renderTerraform(template: TrustTemplate): string {
  const role = hclCode('aws_iam_role.broker.id');
  const blocks = [
    [`# ${template.description}.`],
    revokeBeforeVariable(template),
    block('resource "aws_iam_role" "broker"', {
      name: template.roleName,
      path: template.path,
      description: template.description,
      max_session_duration: template.maxSessionDurationSeconds,
      assume_role_policy: jsonEncode(template.trustPolicy),
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

/** The block of `validation` stands in that of the variable, after an empty line. */
function revokeBeforeVariable({ revokeBefore = '' }: TrustTemplate): readonly string[] {
  const [head = '', ...rest] = block('variable "revoke_before"', {
    description: 'Your emergency brake: an instant such as 2026-01-31T12:00:00Z; older sessions may do nothing',
    type: hclCode('string'),
    default: revokeBefore,
  });
  const validation = block('validation', {
    condition: hclCode('can(regex("^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$", var.revoke_before))'),
    error_message: 'revoke_before must be empty, or an instant of UTC such as 2026-01-31T12:00:00Z.',
  });
  return [head, ...rest.slice(0, -1), '', ...validation.map((line) => `  ${line}`), '}'];
}

function block(head: string, attributes: Readonly<Record<string, HclValue>>): readonly string[] {
  return [`${head} {`, ...hclAttributes(attributes).map((line) => `  ${line}`), '}'];
}
