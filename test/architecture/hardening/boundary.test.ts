import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../config/stage-config.ts';
import { parsePolicyDocument } from '../../../local/iam/policy-document.ts';
import { questionsOf } from '../../least-privilege/function-table.ts';
import { functionTables } from '../../least-privilege/functions/all-tables.ts';
import { anyone, isAllowed, OWN, prefix, region, TENANT } from '../packaged-access.ts';
import { ofType, packageWith, type Template } from './hardened-template.ts';

const boundary = `arn:aws:iam::${OWN}:policy/credential-broker-boundary`;

describe('a permissions boundary', () => {
  let template: Template;
  beforeAll(async () => {
    const everything = { permissionsBoundaryArn: boundary, vpc: { cidr: '10.42.0.0/24' } };
    ({ template } = await packageWith({ ...everything, tenantIsolation: true, onRevokedSessions: 'pause' }));
  }, 60_000);

  it('is on every role of the template, whoever makes it', () => {
    const roles = ofType(template, 'AWS::IAM::Role');
    // One for each function, and the decoy.
    expect(roles.length).toBeGreaterThan(ofType(template, 'AWS::Lambda::Function').length);
    expect(roles.filter(([, { Properties }]) => Properties['PermissionsBoundary'] !== boundary)).toEqual([]);
  });
});

const [, example = ''] =
  /```json\n([\s\S]*?)```/.exec(readFileSync(path.join(projectRoot, 'docs/hardening.md'), 'utf8')) ?? [];

describe('the boundary of docs/hardening.md', () => {
  const document = parsePolicyDocument(example, 'identity');
  const allows = (action: string, resource: string) =>
    isAllowed({ caller: anyone(`arn:aws:iam::${OWN}:role/x`, [document]), action, resource });
  /** As the tables name what only the template has an ARN for. */
  const arnOf = (resource: string) =>
    resource
      .replace(/^key:.*/, `arn:aws:kms:${region}:${OWN}:key/x`)
      .replace(/^stream:(.*)/, `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-$1/stream/x`);

  it('is one that IAM takes: 6,144 characters', () => {
    expect(JSON.stringify(JSON.parse(example)).length).toBeLessThan(6_144);
  });

  it.each(functionTables)('lets $name do all that it may', ({ may }) => {
    const denied = may
      .flatMap(questionsOf)
      .filter(({ action, resource }) => !allows(action, arnOf(resource)))
      .map(({ action, resource }) => `${action} ${resource}`);
    expect(denied).toEqual([]);
  });

  it('lets the functions join the network', () => {
    expect(allows('ec2:CreateNetworkInterface', `arn:aws:ec2:${region}:${OWN}:network-interface/*`)).toBe(true);
  });

  it.each([
    ['iam:CreateRole', `arn:aws:iam::${OWN}:role/x`],
    ['iam:PutRolePolicy', `arn:aws:iam::${OWN}:role/${prefix}-issue-credentials`],
    ['iam:DeleteRolePermissionsBoundary', `arn:aws:iam::${OWN}:role/${prefix}-issue-credentials`],
    ['sts:AssumeRole', `arn:aws:iam::${TENANT}:role/OrganizationAccountAccessRole`],
    ['sts:AssumeRole', `arn:aws:iam::${OWN}:role/administrator`],
    ['kms:ScheduleKeyDeletion', `arn:aws:kms:${region}:${OWN}:key/x`],
    ['kms:CreateGrant', `arn:aws:kms:${region}:${OWN}:key/x`],
    ['dynamodb:DeleteTable', `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-ledger`],
    ['dynamodb:Scan', `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-tenants`],
    ['s3:DeleteObject', `arn:aws:s3:::${prefix}-archive-${OWN}/changes/x`],
    ['s3:GetObject', 'arn:aws:s3:::another/x'],
    ['lambda:UpdateFunctionCode', `arn:aws:lambda:${region}:${OWN}:function:${prefix}-issue-credentials`],
    ['cloudtrail:StopLogging', `arn:aws:cloudtrail:${region}:${OWN}:trail/x`],
    ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${region}:${OWN}:secret:x`],
  ])('lets nobody %s of %s', (action, resource) => {
    expect(allows(action, resource)).toBe(false);
  });
});
