import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ASSUMING_FUNCTIONS, assumingRoleArns } from '../../../../lib/onboarding/trust/assuming-roles.ts';

const rolesDirectory = path.resolve(import.meta.dirname, '../../../../config/resources/roles');
const fileOf = (name: string) => path.join(rolesDirectory, `${name}.yml`);

describe('the roles that customers are asked to trust', () => {
  it('are three, by their exact ARNs', () => {
    const broker = { partition: 'aws-cn', brokerAccountId: '111111111111', prefix: 'credential-broker-prod' } as const;
    expect(assumingRoleArns(broker)).toEqual([
      'arn:aws-cn:iam::111111111111:role/credential-broker-prod-issue-credentials',
      'arn:aws-cn:iam::111111111111:role/credential-broker-prod-vend-credentials',
      'arn:aws-cn:iam::111111111111:role/credential-broker-prod-verify-trust',
    ]);
  });

  it.each(ASSUMING_FUNCTIONS)('have the name under which %s is deployed, without a path', (name) => {
    const text = readFileSync(fileOf(name), 'utf8').replaceAll('${self:custom.prefix}', 'credential-broker-prod');
    const { Resources } = parse(text, { logLevel: 'silent' });
    const roles = Object.values<{ Type: string; Properties: Record<string, unknown> }>(Resources);
    const role = roles.find(({ Type }) => Type === 'AWS::IAM::Role');
    const [arn = ''] = assumingRoleArns({
      partition: 'aws',
      brokerAccountId: '1',
      prefix: 'credential-broker-prod',
    }).filter((each) => each.endsWith(name));
    expect(arn).toBe(`arn:aws:iam::1:role/${String(role?.Properties['RoleName'])}`);
    expect(role?.Properties).not.toHaveProperty('Path');
  });
});
