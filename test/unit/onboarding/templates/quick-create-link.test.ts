import { describe, expect, it } from 'vitest';
import { quickCreateLink } from '../../../../lib/onboarding/templates/quick-create-link.ts';
import type { Partition } from '../../../../lib/platform/deployment-config/deployment-config.ts';
import { aFullTemplate, aTemplate, CURRENT_ID, NEXT_ID } from './a-template.ts';

const good = {
  region: 'eu-west-1',
  templateUrl: 'https://vendor-templates.s3.eu-west-1.amazonaws.com/acme/role.yaml',
  stackName: 'credential-broker',
};

function parametersOf(link: string): Record<string, string> {
  const [path, query] = new URL(link).hash.split('?');
  expect(path).toBe('#/stacks/create/review');
  return Object.fromEntries(new URLSearchParams(query));
}

describe('the quick-create link', () => {
  const places: readonly [Partition, string, string, string][] = [
    ['aws', 'eu-west-1', 'amazonaws.com', 'eu-west-1.console.aws.amazon.com'],
    ['aws-cn', 'cn-north-1', 'amazonaws.com.cn', 'cn-north-1.console.amazonaws.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'amazonaws.com', 'us-gov-west-1.console.amazonaws-us-gov.com'],
    ['aws-eusc', 'eusc-de-east-1', 'amazonaws.eu', 'eusc-de-east-1.console.amazonaws-eusc.eu'],
  ];
  it.each(places)('goes to the console of %s', (partition, region, suffix, host) => {
    const templateUrl = `https://t.s3.${region}.${suffix}/role.yaml`.replace('t.s3', 'templates.s3');
    const link = new URL(quickCreateLink(aTemplate({}, partition), { ...good, region, templateUrl }));
    expect([link.host, link.pathname, link.search]).toEqual([host, '/cloudformation/home', `?region=${region}`]);
    expect(parametersOf(link.href)).toEqual({
      templateURL: templateUrl,
      stackName: 'credential-broker',
      param_ExternalId: CURRENT_ID,
    });
  });

  it('carries both external IDs while one replaces the other, in the fragment, which no server is sent', () => {
    const region = 'us-gov-west-1';
    const templateUrl = `https://s3.${region}.amazonaws.com/templates/role.yaml`;
    const link = quickCreateLink(aFullTemplate(), { ...good, region, templateUrl });
    expect(parametersOf(link)).toMatchObject({ param_ExternalId: CURRENT_ID, param_NextExternalId: NEXT_ID });
    expect(link.split('#')[0]).not.toContain('cb-prod1');
  });

  it('keeps the query of a template’s address inside of its parameter', () => {
    const templateUrl = `${good.templateUrl}?versionId=1&param_ExternalId=mine#`.slice(0, -1);
    const parameters = parametersOf(quickCreateLink(aTemplate(), { ...good, templateUrl }));
    expect(parameters).toMatchObject({ templateURL: templateUrl, param_ExternalId: CURRENT_ID });
  });

  it.each([
    ['region', 'cn-north-1'],
    ['region', 'us-gov-west-1'],
    ['region', 'eusc-de-east-1'],
    ['region', 'evil.example/?'],
    ['region', 'eu-west-1\n'],
    ['stackName', '1stack'],
    ['stackName', 'a b'],
    ['stackName', 'a&param_ExternalId=x'],
    ['stackName', ''],
    ['templateUrl', 'http://vendor-templates.s3.eu-west-1.amazonaws.com/role.yaml'],
    ['templateUrl', 'https://vendor-templates.s3.eu-west-1.amazonaws.com.evil.example/role.yaml'],
    ['templateUrl', 'https://evil.example/s3.eu-west-1.amazonaws.com/role.yaml'],
    ['templateUrl', 'https://s3.eu-west-1.amazonaws.com@evil.example/role.yaml'],
    ['templateUrl', 'https://u:p@vendor-templates.s3.eu-west-1.amazonaws.com/role.yaml'],
    ['templateUrl', 'https://vendor-templates.s3.eu-west-1.amazonaws.com:8443/role.yaml'],
    ['templateUrl', 'https://vendor-templates.s3.cn-north-1.amazonaws.com.cn/role.yaml'],
    ['templateUrl', 'https://vendor-templates.s3.us-gov-west-1.amazonaws.com/role.yaml'],
    ['templateUrl', 'https://ec2.eu-west-1.amazonaws.com/role.yaml'],
    ['templateUrl', 'https://vendor-templates.s3.eu-west-1.amazonaws.com/'],
    ['templateUrl', 'https://vendor-templates.s3.eu-west-1.amazonaws.com/a/../role.yaml'],
    ['templateUrl', 'https://vendor-templates.s3.eu-west-1.amazonaws.com/role.yaml#x'],
    ['templateUrl', 'https://s3.eu-west-1xamazonaws.com/role.yaml'],
    ['templateUrl', 'https://s3.eu-west-1.x.amazonaws.com/role.yaml'],
    ['templateUrl', 'https://a_.s3.eu-west-1.amazonaws.com/role.yaml'],
    ['templateUrl', 'https://u@s3.eu-west-1.amazonaws.com/role.yaml'],
    ['templateUrl', 'https://:p@s3.eu-west-1.amazonaws.com/role.yaml'],
    ['templateUrl', 'javascript:alert(1)'],
    ['templateUrl', 'no address'],
    ['templateUrl', ''],
  ])('is not made with the %s %j', (key, value) => {
    const told = {
      region: `${JSON.stringify(value)} is not a region of aws`,
      stackName: 'CloudFormation takes no stack of this name',
      templateUrl: 'the template does not lie at an HTTPS address of S3 below amazonaws.com',
    }[key];
    expect(() => quickCreateLink(aTemplate(), { ...good, [key]: value })).toThrow(told);
  });
});
