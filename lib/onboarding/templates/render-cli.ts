import type { Policy } from './policy-json.ts';
import { revokeSessionsPolicy } from './revoke-sessions.ts';
import { POLICY_NAMES, type TrustTemplate } from './trust-template.ts';

/**
 * Commands of the AWS CLI that make the role, or bring one up to date that was made before: after new settings, another
 * job, an external ID's rotation. To be pasted into any POSIX shell: every value stands in single quotes, and there are
 * no comments, which an interactive zsh would run. The first that fails ends them.
 */
export function renderCli(template: TrustTemplate, purpose: 'create' | 'update'): string {
  const revocation = revoke(template);
  const commands =
    purpose === 'create'
      ? [createRole(template), ...revocation, putPermissions(template)]
      : // First of all: whoever revokes wants that done, whatever else may fail.
        [...revocation, ...updateRole(template), putPermissions(template)];
  return script(commands);
}

/** The command that cuts off every session of these roles that was issued before the instant, whoever holds it. */
export function renderRevocation(roleNames: readonly string[], revokeBefore: string): string {
  const policy = revokeSessionsPolicy(revokeBefore);
  const commands = roleNames.map((roleName) => putPolicy({ roleName, policyName: POLICY_NAMES.revocation, policy }));
  // Each by itself: a role that is gone must not keep the next one's sessions alive.
  return commands.map((command) => script([command])).join('');
}

type Command = readonly string[];

function script(commands: readonly Command[]): string {
  return `${commands.map((words) => words.join(' \\\n  ')).join(' &&\n')}\n`;
}

function createRole(template: TrustTemplate): Command {
  return [
    'aws iam create-role',
    option('role-name', template.roleName),
    option('path', template.path),
    ...roleOptions(template),
    documentOption('assume-role-policy-document', template.trustPolicy),
    `${option('query', 'Role.Arn')} ${option('output', 'text')}`,
  ];
}

function updateRole(template: TrustTemplate): readonly Command[] {
  const roleName = option('role-name', template.roleName);
  return [
    ['aws iam update-role', roleName, ...roleOptions(template)],
    ['aws iam update-assume-role-policy', roleName, documentOption('policy-document', template.trustPolicy)],
  ];
}

function roleOptions({ description, maxSessionDurationSeconds }: TrustTemplate): readonly string[] {
  return [option('description', description), option('max-session-duration', `${maxSessionDurationSeconds}`)];
}

/** Nothing when nothing is revoked: what was revoked before stays so. */
function revoke({ roleName, revocationPolicy }: TrustTemplate): readonly Command[] {
  if (revocationPolicy === undefined) return [];
  return [putPolicy({ roleName, policyName: POLICY_NAMES.revocation, policy: revocationPolicy })];
}

function putPermissions({ roleName, permissionsPolicy }: TrustTemplate): Command {
  return putPolicy({ roleName, policyName: POLICY_NAMES.permissions, policy: permissionsPolicy });
}

function putPolicy({
  roleName,
  policyName,
  policy,
}: {
  roleName: string;
  policyName: string;
  policy: Policy;
}): Command {
  return [
    'aws iam put-role-policy',
    option('role-name', roleName),
    option('policy-name', policyName),
    documentOption('policy-document', policy),
  ];
}

function documentOption(name: string, policy: Policy): string {
  return option(name, JSON.stringify(policy, null, 2));
}

function option(name: string, value: string): string {
  return `--${name} ${quote(value)}`;
}

/** Between single quotes a shell reads nothing; a single quote itself stands outside of them. */
function quote(text: string): string {
  if (!/^[\n\x20-\x7e]*$/.test(text)) throw new Error('a text for a shell is not printable ASCII');
  return `'${text.replaceAll("'", "'\\''")}'`;
}
