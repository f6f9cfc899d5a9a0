import type { RefusalReason } from '../../errors.ts';
import type { Job } from '../../jobs/job.ts';
import type { OnboardingFormat } from '../../management/management-views.ts';
import type { DeploymentConfig } from '../../platform/deployment-config/deployment-config.ts';
import { PARTITION_ENDPOINTS } from '../../platform/partition-endpoints.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import { assumingRoleArns } from '../trust/assuming-roles.ts';
import { publishedTemplate } from './published-template.ts';
import { quickCreateLink, stackNameOf } from './quick-create-link.ts';
import { renderCli } from './render-cli.ts';
import { renderCloudFormation } from './render-cloudformation.ts';
import { renderJson } from './render-json.ts';
import { renderStackSet } from './render-stackset.ts';
import { renderTerraform } from './render-terraform.ts';
import { type TrustTemplate, trustTemplate } from './trust-template.ts';

export type OnboardingInput = {
  readonly deployment: Pick<
    DeploymentConfig,
    'deploymentId' | 'mode' | 'partition' | 'homeRegion' | 'tenantRoles' | 'templateBaseUrl'
  >;
  readonly brokerAccountId: string;
  /** What the names of the broker's roles begin with: `credential-broker-<stage>`. */
  readonly prefix: string;
  readonly tenant: Pick<Tenant, 'status' | 'externalIds' | 'enabledJobs' | 'settings'>;
  readonly format: OnboardingFormat;
  /** Those that the role is to serve; left out, all that the tenant has enabled. */
  readonly jobs?: readonly string[];
  readonly roleName?: string;
  /** Where the customer's stacks are to stand; left out, the home region. */
  readonly region?: string;
  /** True only where the external ID was just made: it is shown once. */
  readonly showExternalIds: boolean;
  /** For `cli` and `stackset`: left out, `update` during a rotation, when the role is there already, else `create`. */
  readonly purpose?: 'create' | 'update';
  readonly catalogue: ReadonlyMap<string, Job>;
};

export type OnboardingText =
  | {
      readonly built: true;
      /** For the customer; ends with a line break. */
      readonly text: string;
      /** The one that the customer is told now: during a rotation the next one. */
      readonly externalId?: string;
      /** For us: where the file must lie that a quick-create link opens. */
      readonly templateUrl?: string;
    }
  | { readonly built: false; readonly reason: RefusalReason; readonly explanation: string };

/** In these the external ID itself stands; the others take it as a parameter. */
const BEARING_FORMATS: readonly OnboardingFormat[] = ['quick-create', 'cli', 'json'];

/**
 * What a customer is given, in the format that it wants. An external ID stands in it only where `showExternalIds` says
 * so, and a refusal never holds one. Throws only on what is ours and wrong.
 */
export function onboardingText(input: OnboardingInput): OnboardingText {
  const { deployment, tenant, brokerAccountId, prefix, roleName, format } = input;
  const refusal = refusalOf(input);
  if (refusal !== undefined) return refusal;
  const reading = trustTemplate({
    deployment,
    brokerAccountId,
    assumingRoleArns: assumingRoleArns({ partition: deployment.partition, brokerAccountId, prefix }),
    externalIds: tenant.externalIds,
    jobNames: input.jobs ?? tenant.enabledJobs,
    catalogue: input.catalogue,
    settings: tenant.settings,
    ...(roleName === undefined ? {} : { roleName }),
  });
  if (!reading.built) return reading;
  const externalId = input.showExternalIds ? (tenant.externalIds?.next ?? tenant.externalIds?.current) : undefined;
  const shown = externalId === undefined ? {} : { externalId };
  if (format === 'quick-create') return { ...quickCreate(reading.template, input), ...shown };
  return { built: true, text: render(reading.template, { ...input, format }), ...shown };
}

function refusalOf(input: OnboardingInput): Extract<OnboardingText, { built: false }> | undefined {
  const { deployment, tenant, format, showExternalIds, region = deployment.homeRegion } = input;
  if (tenant.status === 'offboarded')
    return refuse('tenant.offboarded', 'the tenant has left: it makes no role for us');
  if (deployment.mode === 'shared' && tenant.externalIds === undefined) {
    return refuse('tenant.migrating', 'the tenant has no external ID yet: starting its migration makes one');
  }
  if (!PARTITION_ENDPOINTS[deployment.partition].region.test(region)) {
    return refuse('request.fieldInvalid', `region: it is not a region of the partition ${deployment.partition}`);
  }
  if (deployment.mode === 'shared' && !showExternalIds && BEARING_FORMATS.includes(format)) {
    return refuse('request.formatUnavailable', `${format} bears the external ID, ${SHOWN_ONCE}`);
  }
  if (format === 'quick-create' && deployment.templateBaseUrl === undefined) {
    return refuse('request.formatUnavailable', NO_TEMPLATES);
  }
  return undefined;
}

const SHOWN_ONCE =
  'which is shown only when it is made: the customer has it, and the other formats take it as a parameter';
const NO_TEMPLATES =
  'quick-create opens a template in S3, and config/<stage>.yml of this deployment has no templateBaseUrl';

function refuse(reason: RefusalReason, explanation: string): Extract<OnboardingText, { built: false }> {
  return { built: false, reason, explanation };
}

type TextInput = OnboardingInput & { readonly format: Exclude<OnboardingFormat, 'quick-create'> };

function render(template: TrustTemplate, input: TextInput): string {
  const { format, deployment, region = deployment.homeRegion } = input;
  const purpose = input.purpose ?? (template.terms.externalIds?.next === undefined ? 'create' : 'update');
  switch (format) {
    case 'cloudformation':
      return renderCloudFormation(template);
    case 'stackset':
      return renderStackSet(template, { region, purpose });
    case 'terraform':
      return renderTerraform(template);
    case 'cli':
      return renderCli(template, purpose);
    case 'json':
      return renderJson(template);
    default:
      return format satisfies never;
  }
}

function quickCreate(template: TrustTemplate, { deployment, region = deployment.homeRegion }: OnboardingInput) {
  const { url: templateUrl } = publishedTemplate(template, deployment);
  const link = quickCreateLink(template, { region, templateUrl, stackName: stackNameOf(template) });
  const next = template.terms.externalIds?.next;
  const rotation =
    next === undefined
      ? ''
      : ` Where you have the stack already, make no other one: update it, with its own template and NextExternalId ${next}.`;
  const text =
    `${link}\nOpen this link, signed in to the AWS account that we are to work in: it fills in a CloudFormation stack. ` +
    `Read it, let it make a named IAM role, and send us its output RoleArn: we prove the role before we use it.${rotation}\n`;
  return { built: true, text, templateUrl } as const;
}
