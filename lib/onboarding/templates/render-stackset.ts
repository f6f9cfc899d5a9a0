import { commentLines } from './comment-lines.ts';
import { stackNameOf } from './quick-create-link.ts';
import { templateBody } from './render-cloudformation.ts';
import type { TrustTemplate } from './trust-template.ts';

export type StackSetInput = {
  /** Where the stacks are to stand, one in each account; the roles themselves are in every region. */
  readonly region: string;
  /** `create` the StackSet, or `update` the one that there is: after new settings, another job, a rotation. */
  readonly purpose: 'create' | 'update';
};

const FILE = 'credential-broker.yaml';
/** What each line of a command begins with, so that `sed` can tell it from the words around it. */
const COMMAND_MARK = '#   ';

/**
 * For an organisation: the same role, under the same name, in every account of organisational units, those that join
 * later as well. It is the CloudFormation template, beginning with the commands of the AWS CLI that make a StackSet of
 * it. Both take the external ID, one for all accounts, as a parameter. To be run in a POSIX shell.
 * Source: CloudFormation User Guide, "Create StackSets with service-managed permissions".
 */
export function renderStackSet(template: TrustTemplate, { region, purpose }: StackSetInput): string {
  if (!/^[a-z0-9-]+$/.test(region)) throw new Error('the region is not one of AWS');
  const commands = purpose === 'create' ? createCommands(template, region) : [updateCommand(template, region)];
  const words = commentLines(whatToDo(template, purpose));
  return [...words, '#', ...commands.flatMap(commandLines), templateBody(template)].join('\n');
}

type Command = readonly string[];

/** Where one account fails, such as one that has the role already, the others do not wait. */
const ALL_AT_ONCE = '--operation-preferences FailureTolerancePercentage=100,MaxConcurrentPercentage=100';

function createCommands(template: TrustTemplate, region: string): readonly Command[] {
  return [
    [
      ...stackSetOptions('create-stack-set', template),
      ...parameterOptions(externalIdParameters(template)),
      '--permission-model SERVICE_MANAGED',
      '--auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false',
      `--region ${region}`,
    ],
    [
      'aws cloudformation create-stack-instances',
      `--stack-set-name ${stackNameOf(template)}`,
      `--deployment-targets OrganizationalUnitIds=${mandatory('ORGANIZATIONAL_UNIT_ID')}`,
      `--regions ${region}`,
      ALL_AT_ONCE,
      `--region ${region}`,
    ],
  ];
}

function updateCommand(template: TrustTemplate, region: string): Command {
  // Left out, it would fall back to its default and lift what the customer revoked.
  const kept = 'ParameterKey=RevokeBefore,UsePreviousValue=true';
  return [
    ...stackSetOptions('update-stack-set', template),
    ...parameterOptions([...externalIdParameters(template), kept]),
    ALL_AT_ONCE,
    `--region ${region}`,
  ];
}

function stackSetOptions(command: string, template: TrustTemplate): Command {
  return [
    `aws cloudformation ${command}`,
    `--stack-set-name ${stackNameOf(template)}`,
    `--template-body file://${FILE}`,
    '--capabilities CAPABILITY_NAMED_IAM',
  ];
}

function parameterOptions(parameters: readonly string[]): readonly string[] {
  return parameters.length === 0 ? [] : ['--parameters', ...parameters.map((parameter) => `  ${parameter}`)];
}

function externalIdParameters({ terms }: TrustTemplate): readonly string[] {
  if (terms.mode === 'dedicated') return [];
  const current = `ParameterKey=ExternalId,ParameterValue=${mandatory('EXTERNAL_ID')}`;
  if (terms.externalIds?.next === undefined) return [current];
  return [current, `ParameterKey=NextExternalId,ParameterValue=${mandatory('NEXT_EXTERNAL_ID')}`];
}

/** The shell ends the command, and names the variable, where it was not set. */
function mandatory(variable: string): string {
  return `"\${${variable}:?}"`;
}

function whatToDo({ terms, roleName }: TrustTemplate, purpose: StackSetInput['purpose']): readonly string[] {
  const variables = [
    ...(terms.mode === 'shared' ? ['EXTERNAL_ID to the external ID that we sent you'] : []),
    ...(terms.externalIds?.next === undefined ? [] : ['NEXT_EXTERNAL_ID to the new one']),
    ...(purpose === 'create' ? ['ORGANIZATIONAL_UNIT_ID to the unit whose accounts we are to work in'] : []),
  ];
  return [
    `What to do: save this file as ${FILE}. In the management account of your organisation, where trusted access for ` +
      `StackSets is on, ${variables.map((variable) => `set ${variable}, `).join('')}and run the commands below: ` +
      `sed -n 's/^#   //p' ${FILE} prints them. They put the role ${roleName} into every account of the unit (never into ` +
      'the management account itself). Then send us the ids of the accounts: we prove each role before we use it.',
  ];
}

/** The first that fails ends them. */
function commandLines(words: Command, at: number, { length }: readonly Command[]): readonly string[] {
  const end = at === length - 1 ? '' : ' &&';
  return words.map((word, index) => {
    const isLast = index === words.length - 1;
    return `${COMMAND_MARK}${index === 0 ? '' : '  '}${word}${isLast ? end : ' \\'}`;
  });
}
