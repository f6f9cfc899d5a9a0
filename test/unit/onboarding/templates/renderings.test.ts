import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { quickCreateLink } from '../../../../lib/onboarding/templates/quick-create-link.ts';
import { renderCli } from '../../../../lib/onboarding/templates/render-cli.ts';
import { renderCloudFormation } from '../../../../lib/onboarding/templates/render-cloudformation.ts';
import { renderJson } from '../../../../lib/onboarding/templates/render-json.ts';
import { renderStackSet } from '../../../../lib/onboarding/templates/render-stackset.ts';
import { renderTerraform } from '../../../../lib/onboarding/templates/render-terraform.ts';
import type { TrustTemplate } from '../../../../lib/onboarding/templates/trust-template.ts';
import { aDedicatedTemplate, aFullTemplate, aTemplate, CURRENT_ID, NEXT_ID } from './a-template.ts';
import { readAttribute } from './read-hcl.ts';
import { resolveRole } from './resolve-template.ts';

const REVOKE_BEFORE = '2026-01-31T12:00:00Z';
const templates: readonly [string, TrustTemplate, string][] = [
  ['plain', aTemplate(), 'eu-west-1'],
  ['full', aFullTemplate(), 'us-gov-west-1'],
  ['dedicated', aDedicatedTemplate('aws-eusc'), 'eusc-de-east-1'],
];

const golden = (name: string) => `golden/${name}`;

describe.each(templates)('the renderings of a %s template', (name, template, region) => {
  const { roleName, path, description, trustPolicy, permissionsPolicy, revocationPolicy } = template;
  const isFull = revocationPolicy !== undefined;
  const isShared = template.terms.mode === 'shared';

  it('are those that a security engineer has read', async () => {
    const suffix = name === 'dedicated' ? 'amazonaws.eu' : 'amazonaws.com';
    const templateUrl = `https://vendor-templates.s3.${region}.${suffix}/role.yaml`;
    const link = quickCreateLink(template, { region, templateUrl, stackName: 'credential-broker' });
    await expect(renderJson(template)).toMatchFileSnapshot(golden(`${name}.json.txt`));
    await expect(renderStackSet(template, { region, purpose: 'create' })).toMatchFileSnapshot(
      golden(`${name}.stackset.yaml`),
    );
    await expect(renderCloudFormation(template)).toMatchFileSnapshot(golden(`${name}.yaml`));
    await expect(renderTerraform(template)).toMatchFileSnapshot(golden(`${name}.tf`));
    await expect(renderCli(template, 'create')).toMatchFileSnapshot(golden(`${name}.create.sh`));
    await expect(renderCli(template, 'update')).toMatchFileSnapshot(golden(`${name}.update.sh`));
    await expect(`${link}\n`).toMatchFileSnapshot(golden(`${name}.link.txt`));
  });

  it('make the same role with CloudFormation', () => {
    const parameters = {
      ...(isShared && { ExternalId: CURRENT_ID }),
      ...(isFull && { NextExternalId: NEXT_ID }),
    };
    expect(resolveRole(parse(renderCloudFormation(template)), parameters)).toEqual({
      RoleName: roleName,
      Path: path,
      Description: description,
      MaxSessionDuration: 3_600,
      AssumeRolePolicyDocument: trustPolicy,
      Policies: [
        { PolicyName: 'credential-broker-jobs', PolicyDocument: permissionsPolicy },
        ...(isFull ? [{ PolicyName: 'revoke-older-sessions', PolicyDocument: revocationPolicy }] : []),
      ],
    });
  });

  it('make the same role with Terraform', () => {
    const read = (block: string, attribute: string) =>
      readAttribute(renderTerraform(template), block, attribute, {
        external_id: CURRENT_ID,
        next_external_id: isFull ? NEXT_ID : '',
        revoke_before: REVOKE_BEFORE,
      });
    expect(read('variable "revoke_before"', 'default')).toBe(isFull ? REVOKE_BEFORE : '');
    const role = 'resource "aws_iam_role" "broker"';
    expect(['name', 'path', 'max_session_duration'].map((each) => read(role, each))).toEqual([roleName, path, 3_600]);
    // Terraform has a list of one where the template has the one: IAM means the same by both.
    const trust = JSON.stringify(read(role, 'assume_role_policy')).replace(`["${CURRENT_ID}"]`, `"${CURRENT_ID}"`);
    expect(JSON.parse(trust)).toEqual(trustPolicy);
    expect(read('resource "aws_iam_role_policy" "jobs"', 'policy')).toEqual(permissionsPolicy);
    const revocation = read('resource "aws_iam_role_policy" "revocation"', 'policy');
    expect(revocation).toEqual(aFullTemplate().revocationPolicy);
  });

  it('make the same role with the CLI', () => {
    const commands = commandsIn(renderCli(template, 'create'));
    const [create, ...puts] = commands.map(optionsOf);
    expect(commands.map((words) => words.slice(0, 2).join(' '))).toEqual([
      'iam create-role',
      ...puts.map(() => 'iam put-role-policy'),
    ]);
    expect(create).toEqual({
      '--role-name': roleName,
      '--path': path,
      '--description': description,
      '--max-session-duration': '3600',
      '--assume-role-policy-document': trustPolicy,
      '--query': 'Role.Arn',
      '--output': 'text',
    });
    expect(Object.fromEntries(puts.map((put) => [put['--policy-name'], put['--policy-document']]))).toEqual({
      'credential-broker-jobs': permissionsPolicy,
      ...(isFull && { 'revoke-older-sessions': revocationPolicy }),
    });
    expect(puts.every((put) => put['--role-name'] === roleName)).toBe(true);
  });

  it('bring the same role up to date with the CLI, and revoke first', () => {
    const commands = commandsIn(renderCli(template, 'update'));
    expect(commands.map(([, name = '']) => name)).toEqual([
      ...(isFull ? ['put-role-policy'] : []),
      'update-role',
      'update-assume-role-policy',
      'put-role-policy',
    ]);
    const documents = commands.flatMap((words) => optionsOf(words)['--policy-document'] ?? []);
    expect(documents).toEqual([...(isFull ? [revocationPolicy] : []), trustPolicy, permissionsPolicy]);
  });
});

describe('the CloudFormation template', () => {
  const template = renderCloudFormation(aFullTemplate());

  it('lets the customer revoke at any time, and lift it again', () => {
    const instantIn = (text: string, parameters: Readonly<Record<string, string>>) => {
      const role = JSON.stringify(resolveRole(parse(text), { ExternalId: CURRENT_ID, ...parameters }));
      return /"aws:TokenIssueTime":"([^"]*)"/.exec(role)?.[1];
    };
    expect(instantIn(renderCloudFormation(aTemplate()), {})).toBeUndefined();
    expect(instantIn(renderCloudFormation(aTemplate()), { RevokeBefore: '2026-03-01T00:00:00Z' })).toBe(
      '2026-03-01T00:00:00Z',
    );
    expect(instantIn(template, { RevokeBefore: '' })).toBeUndefined();
  });

  it('holds no external ID and is nothing without one', () => {
    expect(template).not.toMatch(/0123abcd|ffffabcd/);
    expect(() => resolveRole(parse(template), {})).toThrow('ExternalId is missing');
  });

  it.each([
    { ExternalId: '' },
    { ExternalId: '*' },
    { ExternalId: 'chosen-by-the-customer' },
    { ExternalId: `${CURRENT_ID} ` },
    { ExternalId: CURRENT_ID.replace('prod1', 'prod2') },
    { ExternalId: CURRENT_ID, NextExternalId: '*' },
    { ExternalId: CURRENT_ID, RevokeBefore: 'yesterday' },
  ])('does not take %o', (parameters) => {
    expect(() => resolveRole(parse(template), parameters)).toThrow('does not fit');
  });
});

describe.each([
  ['CloudFormation', (template: TrustTemplate) => renderCloudFormation(template), /Type: 'String'/],
  ['Terraform', (template: TrustTemplate) => renderTerraform(template), /type +=/],
  ['a StackSet', (template: TrustTemplate) => stackSet(template, 'create'), /Type: 'String'/],
  ['an update of a StackSet', (template: TrustTemplate) => stackSet(template, 'update'), /Type: 'String'/],
] as const)('what is made for %s', (_, render, parameter) => {
  it('bears no external ID, also while one replaces the other', () => {
    for (const template of [aTemplate(), aFullTemplate()]) {
      expect(render(template)).not.toMatch(/cb-prod1-[0-9a-f]{8}-/);
      expect(render(template)).toMatch(/external.?id/i);
    }
  });

  it('knows of none in a dedicated deployment', () => {
    const text = render(aDedicatedTemplate());
    expect(text).toMatch(parameter);
    expect(text).not.toMatch(/external.?id/i);
  });

  it('begins with what to do, no line of it longer than a screen', () => {
    const comments = render(aTemplate())
      .split('\n')
      .filter((line) => line.startsWith('#'));
    expect(comments.join(' ')).toContain('What to do: ');
    expect(Math.max(...comments.map(({ length }) => length))).toBeLessThanOrEqual(120);
  });
});

describe('the commands of a StackSet', () => {
  const environment = {
    EXTERNAL_ID: CURRENT_ID,
    NEXT_EXTERNAL_ID: NEXT_ID,
    ORGANIZATIONAL_UNIT_ID: 'ou-abcd-12345678',
  };

  it('make it of the very template, with the external ID for every account', () => {
    const text = stackSet(aTemplate(), 'create');
    expect(text).toContain(renderCloudFormation(aTemplate()).split('\n').slice(5).join('\n'));
    const [make, fill] = commandsIn(stackSetCommands(text), environment);
    expect(make?.slice(0, 2)).toEqual(['cloudformation', 'create-stack-set']);
    expect(optionsOf(make ?? [])).toEqual({
      '--stack-set-name': 'credential-broker',
      '--template-body': 'file://credential-broker.yaml',
      '--capabilities': 'CAPABILITY_NAMED_IAM',
      '--parameters': `ParameterKey=ExternalId,ParameterValue=${CURRENT_ID}`,
      '--permission-model': 'SERVICE_MANAGED',
      '--auto-deployment': 'Enabled=true,RetainStacksOnAccountRemoval=false',
      '--region': 'eu-west-1',
    });
    expect(fill?.slice(0, 2)).toEqual(['cloudformation', 'create-stack-instances']);
    expect(optionsOf(fill ?? [])).toMatchObject({
      '--deployment-targets': 'OrganizationalUnitIds=ou-abcd-12345678',
      '--regions': 'eu-west-1',
      '--region': 'eu-west-1',
    });
  });

  it('carry both external IDs to every account during a rotation, and lift no revocation', () => {
    const [update = []] = commandsIn(stackSetCommands(stackSet(aFullTemplate(), 'update')), environment);
    const at = update.indexOf('--parameters');
    expect(update.slice(0, 2)).toEqual(['cloudformation', 'update-stack-set']);
    expect(update.slice(at + 1, at + 4)).toEqual([
      `ParameterKey=ExternalId,ParameterValue=${CURRENT_ID}`,
      `ParameterKey=NextExternalId,ParameterValue=${NEXT_ID}`,
      'ParameterKey=RevokeBefore,UsePreviousValue=true',
    ]);
  });

  it.each(['EXTERNAL_ID', 'ORGANIZATIONAL_UNIT_ID'])('do nothing without %s', (name) => {
    const rest = Object.fromEntries(Object.entries(environment).filter(([key]) => key !== name));
    expect(() => commandsIn(stackSetCommands(stackSet(aTemplate(), 'create')), rest)).toThrow(name);
  });

  it.each([
    ['create', 'set EXTERNAL_ID to the external ID that we sent you, set ORGANIZATIONAL_UNIT_ID to the unit'],
    ['update', 'set EXTERNAL_ID to the external ID that we sent you, and run the commands below'],
  ] as const)('say what is to be set before they %s one', (purpose, told) => {
    expect(stackSet(aTemplate(), purpose).replaceAll(/\n# /g, ' ')).toContain(told);
  });

  it('are made for a region alone', () => {
    expect(() => renderStackSet(aTemplate(), { region: 'eu-west-1; id', purpose: 'create' })).toThrow('region');
  });
});

function stackSet(template: TrustTemplate, purpose: 'create' | 'update'): string {
  return renderStackSet(template, { region: 'eu-west-1', purpose });
}

/** As the text says that they are to be had. */
function stackSetCommands(text: string): string {
  return execFileSync('sed', ['-n', 's/^#   //p'], { input: text, encoding: 'utf8' });
}

describe('the commands', () => {
  it('stop where one fails', () => {
    const script = `aws() { echo "$2"; [ "$2" != create-role ]; }\n${renderCli(aTemplate(), 'create')}`;
    expect(() => execFileSync('sh', ['-c', script], { stdio: 'pipe' })).toThrow();
    const told = execFileSync('sh', ['-c', `${script.trimEnd()} || true`], { encoding: 'utf8' });
    expect(told).toBe('create-role\n');
  });

  it('hand over what a shell would have read', () => {
    const description = `it's $HOME \`id\` $(id) "x" \\ !! #`;
    const [create = []] = commandsIn(renderCli({ ...aTemplate(), description }, 'create'));
    expect(create).toContain(description);
  });
});

describe('what is not of ours', () => {
  it.each(['é', 'a\u0000', 'a\u2028b', 'a\tb'])('is in no rendering: %j', (description) => {
    const template = { ...aTemplate(), description };
    expect(() => renderCloudFormation(template)).toThrow();
    expect(() => renderTerraform(template)).toThrow();
    expect(() => renderCli(template, 'create')).toThrow();
  });

  it('is text in every rendering: quotes and the beginnings of expressions', () => {
    const description = `it's "\${var.x}" %{ if } \\ : # {{x}} !Ref`;
    const template = { ...aTemplate(), description };
    expect(parse(renderCloudFormation(template)).Resources.Role.Properties.Description).toBe(description);
    const role = 'resource "aws_iam_role" "broker"';
    expect(readAttribute(renderTerraform(template), role, 'description', {})).toBe(description);
  });
});

/** The words that a shell makes of each command. */
function commandsIn(script: string, environment: Readonly<Record<string, string>> = {}): string[][] {
  const aws = `aws() { for word in "$@"; do printf '%s\\0' "$word"; done; printf '\\001\\0'; }`;
  const env = { PATH: process.env['PATH'], ...environment };
  const told = execFileSync('sh', ['-c', `${aws}\n${script}`], { encoding: 'utf8', env, stdio: 'pipe' });
  return told
    .split('\u0001\0')
    .slice(0, -1)
    .map((command) => command.split('\0').slice(0, -1));
}

function optionsOf(words: readonly string[]): Record<string, unknown> {
  const pairs: [string, unknown][] = [];
  for (let at = 2; at < words.length; at += 2) {
    const value = words[at + 1] ?? '';
    pairs.push([words[at] ?? '', value.startsWith('{') ? JSON.parse(value) : value]);
  }
  return Object.fromEntries(pairs);
}
