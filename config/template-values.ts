import { jobCatalogue } from '../lib/jobs/job-catalogue.ts';
import { BROKER_EVENT_SOURCE } from '../lib/platform/broker-events.ts';
import { scheduleSource } from '../lib/requests/requester.ts';
import {
  assumeAsDecoyStatements,
  assumeTenantRoleStatements,
  probeTenantRoleStatements,
} from './assume-role-policy.ts';
import { busPolicyResources } from './bus-policy.ts';
import { onDemandAccessResources } from './on-demand-access.ts';
import { scheduleRuleResources } from './schedule-rules.ts';
import { readStageConfig } from './stage-config.ts';
import type { TemplateValue } from './template-value.ts';

/**
 * Everything in `serverless.yml` that follows from `config/<stage>.yml` or from the job catalogue, so that neither is
 * written down twice. `serverless.yml` reads it through `serverless-variables.cjs`.
 */
export function templateValues({ stage, root }: { stage: string; root?: string }) {
  const config = readStageConfig(root === undefined ? { stage } : { stage, root });
  const jobs = [...jobCatalogue.values()];
  const prefix = `credential-broker-${stage}`;
  const scheduleRulePrefix = `${prefix}-schedule-`;
  const ownSources = [
    { source: BROKER_EVENT_SOURCE, roleNames: [`${prefix}-verify-trust`] },
    ...config.schedules.map(({ name }) => ({
      source: scheduleSource(name),
      roleNames: [`${prefix}-fan-out-schedule`],
    })),
  ];
  return {
    homeRegion: config.homeRegion,
    logLevel: config.logLevel,
    batchSize: config.queue.batchSize,
    maximumConcurrency: config.queue.maximumConcurrency,
    assumeTenantRoleStatements: assumeTenantRoleStatements(config),
    probeTenantRoleStatements: probeTenantRoleStatements(config, { decoyRoleName: `${prefix}-decoy` }),
    assumeAsDecoyStatements: assumeAsDecoyStatements(config),
    busPolicies: { Resources: busPolicyResources({ ...config, ownSources }) },
    onDemandAccess: { Resources: onDemandAccessResources(config) },
    scheduleRulePrefix,
    scheduleRules: { Resources: scheduleRuleResources(config, { ruleNamePrefix: scheduleRulePrefix }) },
    jobs: Object.fromEntries(
      jobs.map(({ name, timeoutSeconds, maximumEventAgeSeconds }) => [
        name,
        { timeoutSeconds, maximumEventAgeSeconds },
      ]),
    ),
    jobFunctionArns: jobs.map(({ name }) => functionArn(`${prefix}-${name}`)),
    verifyTrustFunctionArn: functionArn(`${prefix}-verify-trust`),
    fanOutScheduleFunctionArn: functionArn(`${prefix}-fan-out-schedule`),
  };
}

/** Written out, not taken from the function: its role would wait for the function, and the function for its role. */
function functionArn(functionName: string): TemplateValue {
  return {
    'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${functionName}`,
  };
}
