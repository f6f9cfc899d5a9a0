import { jobCatalogue } from '../../../../lib/jobs/job-catalogue.ts';
import {
  type TrustTemplate,
  type TrustTemplateInput,
  trustTemplate,
} from '../../../../lib/onboarding/templates/trust-template.ts';
import { assumingRoleArns } from '../../../../lib/onboarding/trust/assuming-roles.ts';
import type { Partition } from '../../../../lib/platform/deployment-config/deployment-config.ts';

export const CURRENT_ID = 'cb-prod1-0123abcd-0123-4abc-89ab-0123456789ab';
export const NEXT_ID = 'cb-prod1-ffffabcd-0123-4abc-89ab-0123456789ab';
export const BROKER_ACCOUNT = '111111111111';
export const PREFIX = 'credential-broker-prod';

export function ourRole(name: string, partition: Partition = 'aws'): string {
  return `arn:${partition}:iam::${BROKER_ACCOUNT}:role/${PREFIX}-${name}`;
}

export function anInput(changes: Partial<TrustTemplateInput> = {}, partition: Partition = 'aws'): TrustTemplateInput {
  const tenantRoles = { path: '/credential-broker/', namePattern: '*' };
  return {
    deployment: { deploymentId: 'prod1', mode: 'shared', partition, tenantRoles },
    brokerAccountId: BROKER_ACCOUNT,
    assumingRoleArns: assumingRoleArns({ partition, brokerAccountId: BROKER_ACCOUNT, prefix: PREFIX }),
    externalIds: { current: CURRENT_ID },
    jobNames: ['scan-account'],
    catalogue: jobCatalogue,
    settings: {},
    ...changes,
  };
}

export function aTemplate(changes: Partial<TrustTemplateInput> = {}, partition?: Partition): TrustTemplate {
  const reading = trustTemplate(anInput(changes, partition));
  if (!reading.built) throw new Error(`${reading.reason}: ${reading.explanation}`);
  return reading.template;
}

/** Of a deployment for one customer: there is no external ID. */
export function aDedicatedTemplate(partition: Partition = 'aws'): TrustTemplate {
  const { deployment } = anInput({}, partition);
  return aTemplate({ deployment: { ...deployment, mode: 'dedicated' }, externalIds: undefined }, partition);
}

/** Everything that can be in one, by default in a partition whose ARNs differ. */
export function aFullTemplate(partition: Partition = 'aws-us-gov'): TrustTemplate {
  const changes: Partial<TrustTemplateInput> = {
    roleName: 'acme-logs',
    externalIds: { current: CURRENT_ID, next: NEXT_ID },
    jobNames: ['scan-account', 'process-logs'],
    settings: {
      'scan-account': { bucketNamePrefixes: ['acme-prod', 'acme-logs'] },
      'process-logs': { bucket: 'acme-trail', prefix: 'AWSLogs/222222222222/CloudTrail/' },
    },
    revokeBeforeMs: Date.parse('2026-01-31T12:00:00.900Z'),
  };
  return aTemplate(changes, partition);
}
