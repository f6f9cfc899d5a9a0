import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStageConfig } from '../../config/stage-config.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import type { OnboardingFormat } from '../../lib/management/management-views.ts';
import { type OnboardingInput, onboardingText } from '../../lib/onboarding/templates/onboarding-text.ts';
import { trustFindings } from '../../lib/onboarding/trust/trust-finding.ts';
import { PARTITION_ENDPOINTS } from '../../lib/platform/partition-endpoints.ts';
import { root } from './source-files.ts';

const file = path.join(root, 'docs/onboarding.md');
const written = readFileSync(file, 'utf8');
const current = 'cb-dev1-5ec2e700-0000-4000-8000-000000000000';
const next = 'cb-dev1-5ec2e700-0000-4000-8000-000000000001';
const deployment = {
  ...readStageConfig({ stage: 'dev' }),
  templateBaseUrl: 'https://example-broker-templates.s3.eu-west-1.amazonaws.com/roles',
};
const tenant: OnboardingInput['tenant'] = {
  status: 'active',
  externalIds: { current },
  enabledJobs: ['scan-account'],
  settings: {},
};

function textOf(format: OnboardingFormat, changes: Partial<OnboardingInput> = {}): string {
  const made = onboardingText({
    deployment,
    brokerAccountId: '111111111111',
    prefix: 'credential-broker-dev',
    tenant,
    format,
    showExternalIds: true,
    catalogue: jobCatalogue,
    ...changes,
  });
  if (!made.built) throw new Error(made.explanation);
  return made.text;
}

function code(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

const firstLines = (text: string, count: number) => `${text.split('\n').slice(0, count).join('\n')}\n…`;
const trustOf = (changes: Partial<OnboardingInput>) =>
  JSON.stringify(JSON.parse(textOf('json', changes)).trustPolicy.Statement[0], null, 2);

const blocks: Readonly<Record<string, () => string>> = {
  cloudformation: () => code('yaml', firstLines(textOf('cloudformation'), 13)),
  stackset: () => code('yaml', firstLines(textOf('stackset'), 23)),
  terraform: () => code('hcl', firstLines(textOf('terraform'), 17)),
  cli: () => code('sh', firstLines(textOf('cli'), 29)),
  'quick-create': () => code('text', textOf('quick-create')),
  rotation: () => code('json', trustOf({ tenant: { ...tenant, externalIds: { current, next } } })),
  dedicated: () =>
    code(
      'json',
      trustOf({ deployment: { ...deployment, mode: 'dedicated' }, tenant: { ...tenant, externalIds: undefined } }),
    ),
  findings: () => {
    const rows = Object.entries(trustFindings).map(
      ([name, { severity, meaning, fix }]) =>
        `| \`${name}\` | ${severity} | ${meaning} | ${fix.replaceAll('<', '&lt;')} |`,
    );
    return ['| finding | severity | what it means | what to change |', '|---|---|---|---|', ...rows].join('\n');
  },
  partitions: () => {
    const rows = Object.entries(PARTITION_ENDPOINTS).map(
      ([name, { console, s3 }]) =>
        `| \`${name}\` | \`arn:${name}:…\` | \`<region>.${console}\` | \`s3.<region>.${s3}\` |`,
    );
    return ['| partition | ARNs | console | S3 |', '|---|---|---|---|', ...rows].join('\n');
  },
};

const BLOCK = /<!-- made: ([a-z-]+) -->\n(?:(?!<!-- end -->).)*<!-- end -->/gs;

describe('docs/onboarding.md', () => {
  it('shows what is really given, and every finding (vitest run test/architecture -u writes it)', async () => {
    const made = written.replaceAll(BLOCK, (_, name: string) => {
      const block = blocks[name]?.() ?? expect.unreachable(`nothing makes ${name}`);
      return `<!-- made: ${name} -->\n\n${block}\n\n<!-- end -->`;
    });
    await expect(made).toMatchFileSnapshot(file);
  });

  it('has a place for each of them', () => {
    expect([...written.matchAll(BLOCK)].map(([, name]) => name).sort()).toEqual(Object.keys(blocks).sort());
  });

  it('has every section that its contents name', () => {
    const anchors = [...written.matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...written.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(9);
    expect(links.filter((link) => !anchors.includes(link ?? ''))).toEqual([]);
  });
});
