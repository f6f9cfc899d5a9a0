import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { templateForJobs } from '../../../../config/publish-template/template-for-jobs.ts';
import { jobCatalogue } from '../../../../lib/jobs/job-catalogue.ts';
import { ONBOARDING_FORMATS, type OnboardingFormat } from '../../../../lib/management/management-views.ts';
import { type OnboardingInput, onboardingText } from '../../../../lib/onboarding/templates/onboarding-text.ts';
import { sha256Hex } from '../../../../lib/platform/ids.ts';
import { aDeployment } from '../../../support/deployment-config.ts';
import { BROKER_ACCOUNT, CURRENT_ID, NEXT_ID, ourRole, PREFIX } from './a-template.ts';

const deployment = aDeployment({
  deploymentId: 'prod1',
  partition: 'aws',
  homeRegion: 'eu-west-1',
  templateBaseUrl: 'https://vendor-templates.s3.eu-west-1.amazonaws.com/roles',
  requesters: [],
});
const dedicated = { ...deployment, mode: 'dedicated' } as const;
const tenant: OnboardingInput['tenant'] = {
  status: 'active',
  externalIds: { current: CURRENT_ID },
  enabledJobs: ['scan-account'],
  settings: {},
};
const rotating = { ...tenant, externalIds: { current: CURRENT_ID, next: NEXT_ID } };
const withoutIds = { ...tenant, externalIds: undefined };
const base: OnboardingInput = {
  deployment,
  brokerAccountId: BROKER_ACCOUNT,
  prefix: PREFIX,
  tenant,
  format: 'json',
  showExternalIds: true,
  catalogue: jobCatalogue,
};
const ANY_ID = /cb-prod1-[0-9a-f]{8}-/;

function built(changes: Partial<OnboardingInput>) {
  const made = onboardingText({ ...base, ...changes });
  if (!made.built) throw new Error(`${made.reason}: ${made.explanation}`);
  return made;
}

const taking: readonly OnboardingFormat[] = ['cloudformation', 'stackset', 'terraform'];
const bearing: readonly OnboardingFormat[] = ['quick-create', 'cli', 'json'];

describe('what a customer is given', () => {
  it('is in one of two kinds of format', () => {
    expect([...taking, ...bearing].sort()).toEqual([...ONBOARDING_FORMATS].sort());
  });

  it.each(ONBOARDING_FORMATS)('comes as %s with the external ID when it was just made', (format) => {
    const { text, externalId } = built({ format });
    expect(externalId).toBe(CURRENT_ID);
    expect(ANY_ID.test(text)).toBe(bearing.includes(format));
    expect(text).toMatch(/[^\n]\n$/);
  });

  it.each(taking)('comes as %s without the external ID at any later time, as the very same text', (format) => {
    const later = built({ format, showExternalIds: false });
    expect(later).toEqual({ built: true, text: built({ format }).text });
  });

  it.each(bearing)('does not come as %s later, and it is said what to do', (format) => {
    for (const each of [tenant, rotating]) {
      const made = onboardingText({ ...base, format, tenant: each, showExternalIds: false });
      expect(made).toMatchObject({
        built: false,
        reason: 'request.formatUnavailable',
        explanation: expect.stringMatching(/customer has it, and the other formats take it/),
      });
      expect(JSON.stringify(made)).not.toMatch(ANY_ID);
    }
  });

  it.each(ONBOARDING_FORMATS)('names no external ID as %s of a dedicated deployment, at any time', (format) => {
    for (const showExternalIds of [true, false]) {
      const made = built({ format, deployment: dedicated, tenant: withoutIds, showExternalIds });
      expect(made).not.toHaveProperty('externalId');
      expect(made.text).not.toMatch(/cb-prod1-|ExternalId|external_id/);
    }
  });

  it('names the next external ID during a rotation, and both in one condition', () => {
    const json = built({ tenant: rotating });
    expect(json.externalId).toBe(NEXT_ID);
    expect(JSON.parse(json.text)).toMatchObject({
      externalId: CURRENT_ID,
      nextExternalId: NEXT_ID,
      trustPolicy: { Statement: expect.arrayContaining([expect.objectContaining({ Sid: 'AssumeRole' })]) },
    });
    expect(json.text.replaceAll(/\s/g, '')).toContain(
      `"StringEquals":{"sts:ExternalId":["${CURRENT_ID}","${NEXT_ID}"]}`,
    );
    expect(built({ tenant: rotating, format: 'quick-create' }).text).toMatch(new RegExp(`update it.*${NEXT_ID}`));
  });

  it('brings up to date what is there during a rotation, and makes it otherwise', () => {
    const commands = (changes: Partial<OnboardingInput>) =>
      (['cli', 'stackset'] as const).map(
        (format) => /(?:create|update)-(?:role|stack-set)/.exec(built({ ...changes, format }).text)?.[0],
      );
    expect(commands({})).toEqual(['create-role', 'create-stack-set']);
    expect(commands({ tenant: rotating })).toEqual(['update-role', 'update-stack-set']);
    expect(commands({ purpose: 'update' })).toEqual(['update-role', 'update-stack-set']);
  });

  it('as JSON is everything that a tool needs', () => {
    expect(Object.keys(JSON.parse(built({}).text)).sort()).toEqual(
      [
        'roleName',
        'path',
        'description',
        'maxSessionDurationSeconds',
        'trustPolicy',
        'permissionsPolicy',
        'externalId',
      ].sort(),
    );
  });

  it('trusts the three roles of the deployment', () => {
    const { text } = built({});
    for (const name of ['issue-credentials', 'vend-credentials', 'verify-trust']) expect(text).toContain(ourRole(name));
  });

  it('serves the jobs that are named, else those that are enabled, in whatever order', () => {
    const settings = { 'process-logs': { bucket: 'logs', prefix: 'a/' } };
    const both = { ...tenant, enabledJobs: ['process-logs', 'scan-account'], settings };
    const format = 'cloudformation';
    expect(built({ tenant: both, format }).text).toMatch(/ProcessLogs1.*ScanAccount1/s);
    expect(built({ tenant: both, format, jobs: ['scan-account'] }).text).not.toContain('ProcessLogs1');
    expect(built({ tenant: both, format, jobs: ['scan-account', 'process-logs'] }).text).toBe(
      built({ tenant: both, format }).text,
    );
  });
});

describe('a quick-create link', () => {
  it('opens the template that --format cloudformation prints, by its SHA-256', () => {
    const link = built({ format: 'quick-create' });
    const template = built({ format: 'cloudformation', showExternalIds: false }).text;
    const url = `${deployment.templateBaseUrl}/${sha256Hex(template)}.yaml`;
    expect(link.templateUrl).toBe(url);
    expect(link.text.split('\n')[0]).toContain(`templateURL=${encodeURIComponent(url)}&`);
    expect(built({ format: 'quick-create', tenant: rotating }).templateUrl).toBe(url);
  });

  it('opens the template that is published for tenants with these jobs and no settings', () => {
    const published = templateForJobs({ ...base, deployment, jobs: ['scan-account'] });
    expect(built({ format: 'quick-create' }).templateUrl).toContain(sha256Hex(published));
    expect(published).toBe(templateForJobs({ ...base, deployment }));
    const other = { ...tenant, settings: { 'scan-account': { bucketNamePrefixes: ['acme'] } } };
    expect(built({ format: 'quick-create', tenant: other }).templateUrl).not.toContain(sha256Hex(published));
  });

  it('is a line of its own, and opens the console of the region', () => {
    const [link = '', ...rest] = built({ format: 'quick-create', region: 'us-east-2' }).text.split('\n');
    expect(new URL(link).host).toBe('us-east-2.console.aws.amazon.com');
    expect(rest).toEqual([expect.stringMatching(/^Open this link/), '']);
  });
});

describe('nothing is given', () => {
  const refusals: readonly [string, Partial<OnboardingInput>, string, RegExp][] = [
    ['to a tenant that left', { tenant: { ...tenant, status: 'offboarded' } }, 'tenant.offboarded', /left/],
    [
      'to a tenant of a shared deployment without an external ID',
      { tenant: { ...withoutIds, status: 'migrating' } },
      'tenant.migrating',
      /starting its migration/,
    ],
    [
      'for a region of another partition',
      { region: 'cn-north-1' },
      'request.fieldInvalid',
      /region of the partition aws/,
    ],
    ['for what is no region', { format: 'stackset', region: "x'; id" }, 'request.fieldInvalid', /region/],
    ['for no job', { jobs: [] }, 'job.notEnabled', /no job/],
    ['for a job that there is not', { jobs: ['nope'] }, 'job.unknown', /nope/],
    ['for settings that the job refuses', { jobs: ['process-logs'] }, 'policy.parameterInvalid', /process-logs/],
    ['under a name that no role has', { roleName: 'a b' }, 'account.roleArnInvalid', /name/],
  ];
  it.each(refusals)('%s', (_, changes, reason, explanation) => {
    const made = onboardingText({ ...base, ...changes });
    expect(made).toEqual({ built: false, reason, explanation: expect.stringMatching(explanation) });
  });

  it('as quick-create without a place for templates', () => {
    const { templateBaseUrl: _, ...nowhere } = deployment;
    expect(onboardingText({ ...base, deployment: nowhere, format: 'quick-create' })).toMatchObject({
      built: false,
      reason: 'request.formatUnavailable',
      explanation: expect.stringContaining('templateBaseUrl'),
    });
  });
});

describe('what is said instead', () => {
  const { templateBaseUrl: _, ...nowhere } = deployment;
  it.each<[Partial<OnboardingInput>, string, string]>([
    [
      { tenant: { ...tenant, status: 'offboarded' } },
      'tenant.offboarded',
      'the tenant has left: it makes no role for us',
    ],
    [{ tenant: withoutIds }, 'tenant.migrating', 'the tenant has no external ID yet: starting its migration makes one'],
    [{ region: 'cn-north-1' }, 'request.fieldInvalid', 'region: it is not a region of the partition aws'],
    [
      { format: 'cli', showExternalIds: false },
      'request.formatUnavailable',
      'cli bears the external ID, which is shown only when it is made: the customer has it, and the other formats take it as a parameter',
    ],
    [
      { format: 'quick-create', deployment: nowhere },
      'request.formatUnavailable',
      'quick-create opens a template in S3, and config/<stage>.yml of this deployment has no templateBaseUrl',
    ],
  ])('is said in whole sentences: %o', (changes, reason, explanation) => {
    expect(onboardingText({ ...base, ...changes })).toEqual({ built: false, reason, explanation });
  });

  it('is said of quick-create alone where there is no place for templates', () => {
    for (const format of ['json', 'cli', 'terraform'] as const) {
      expect(onboardingText({ ...base, deployment: nowhere, format })).toMatchObject({ built: true });
    }
  });

  it('is said of a quick-create link too, before the link and after it', () => {
    const [, open] = built({ format: 'quick-create' }).text.split('\n');
    expect(open).toBe(
      'Open this link, signed in to the AWS account that we are to work in: it fills in a CloudFormation stack. Read ' +
        'it, let it make a named IAM role, and send us its output RoleArn: we prove the role before we use it.',
    );
    const [, update] = built({ format: 'quick-create', tenant: rotating }).text.split('\n');
    expect(update).toBe(
      `${open} Where you have the stack already, make no other one: update it, with its own template and ` +
        `NextExternalId ${NEXT_ID}.`,
    );
  });
});

describe('the YAML of a StackSet', () => {
  it('is the CloudFormation template', () => {
    expect(parse(built({ format: 'stackset' }).text)).toEqual(parse(built({ format: 'cloudformation' }).text));
  });
});
