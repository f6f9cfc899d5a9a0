import type { Job } from '../../lib/jobs/job.ts';
import { onboardingText } from '../../lib/onboarding/templates/onboarding-text.ts';
import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';

export type JobsTemplateInput = {
  readonly deployment: DeploymentConfig;
  readonly brokerAccountId: string;
  readonly prefix: string;
  readonly catalogue: ReadonlyMap<string, Job>;
  /** Every job that needs no settings, where left out. */
  readonly jobs?: readonly string[];
  readonly roleName?: string;
};

/** A template must know that external IDs are in use, but holds none: this one belongs to nobody. */
const UNASSIGNED_UUID = '00000000-0000-4000-8000-000000000000';

/** The CloudFormation template of all tenants that have these jobs and no settings for them. Throws on a refusal. */
export function templateForJobs({ deployment, catalogue, ...input }: JobsTemplateInput): string {
  const needless = [...catalogue.values()].filter((job) => job.defaultSettings !== undefined).map(({ name }) => name);
  const externalIds = { current: `cb-${deployment.deploymentId}-${UNASSIGNED_UUID}` };
  const reading = onboardingText({
    ...input,
    deployment,
    catalogue,
    format: 'cloudformation',
    showExternalIds: false,
    tenant: {
      status: 'active',
      externalIds: deployment.mode === 'shared' ? externalIds : undefined,
      enabledJobs: [...(input.jobs ?? needless)],
      settings: {},
    },
  });
  if (!reading.built) throw new Error(reading.explanation);
  return reading.text;
}
