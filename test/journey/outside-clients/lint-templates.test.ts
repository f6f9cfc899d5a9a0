import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { renderCloudFormation } from '../../../lib/onboarding/templates/render-cloudformation.ts';
import { renderStackSet } from '../../../lib/onboarding/templates/render-stackset.ts';
import type { Partition } from '../../../lib/platform/deployment-config/deployment-config.ts';
import { aDedicatedTemplate, aFullTemplate, aTemplate } from '../../unit/onboarding/templates/a-template.ts';
import { cfnLint, describeWith, lint } from './outside-clients.ts';

const regions: readonly [Partition, string][] = [
  ['aws', 'eu-west-1'],
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-eusc', 'eusc-de-east-1'],
];

describeWith(cfnLint, 'customers’ templates, read by cfn-lint', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'customer-templates-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const write = (name: string, text: string) => {
    const file = path.join(directory, name);
    writeFileSync(file, text);
    return file;
  };

  it.each(regions)('have nothing wrong in %s', async (partition, region) => {
    const templates = [aTemplate({}, partition), aFullTemplate(partition), aDedicatedTemplate(partition)];
    const files = templates.flatMap((template, index) => [
      write(`${partition}-${index}.yaml`, renderCloudFormation(template)),
      write(`${partition}-${index}-stackset.yaml`, renderStackSet(template, { region, purpose: 'create' })),
    ]);
    // E3530: this cfn-lint knows the regions of the European Sovereign Cloud and not the ARNs of its principals.
    const ignored = partition === 'aws-eusc' ? ['--ignore-checks', 'E3530'] : [];
    const ran = await lint('--regions', region, ...ignored, '--', ...files);
    expect(ran).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('would be told of a mistake', async () => {
    const file = write(
      'wrong.yaml',
      renderCloudFormation(aTemplate()).replace('MaxSessionDuration', 'MaximumSessions'),
    );
    const { exitCode, stdout } = await lint('--regions', 'eu-west-1', '--', file);
    expect([exitCode, stdout]).toEqual([2, expect.stringContaining('E3002')]);
  });
});
