import { globSync } from 'node:fs';
import path from 'node:path';
import { athenaNames } from '../../lib/audit/views/athena-names.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { BROKER_EVENT_SOURCE } from '../../lib/platform/broker-events.ts';
import { scheduleSource } from '../../lib/requests/requester.ts';
import { metricsNamespace } from '../alarms/metric.ts';
import { monitoringResources } from '../alarms/monitoring-resources.ts';
import { archivePlace, archiveReaders } from '../hardening/archive-place.ts';
import { hardeningResources } from '../hardening/hardening-resources.ts';
import { ownArchive } from '../hardening/own-archive.ts';
import { projectRoot, readStageConfig } from '../stage-config.ts';
import {
  assumeAsDecoyStatements,
  assumeTenantRoleStatements,
  probeTenantRoleStatements,
  tenantRolesArn,
} from './assume-role-policy.ts';
import { athenaResources } from './athena-resources.ts';
import { busPolicyResources } from './bus-policy.ts';
import { onDemandAccessResources } from './on-demand-access.ts';
import { scheduleRuleResources } from './schedule-rules.ts';
import type { TemplateValue } from './template-value.ts';

/** The functions that publish events about the broker on its bus. */
const TELLING = ['verify-trust', 'archive-audit', 'correlate-cloudtrail'] as const;

/**
 * Everything in `serverless.yml` that follows from `config/<stage>.yml` or from the job catalogue, so that neither is
 * written down twice. `serverless.yml` reads it through `serverless-variables.cjs`.
 */
export function templateValues({ stage, root }: { stage: string; root?: string }) {
  const config = readStageConfig(root === undefined ? { stage } : { stage, root });
  const jobs = [...jobCatalogue.values()];
  const prefix = `credential-broker-${stage}`;
  const archive = archivePlace(config, { stage });
  const scheduleRulePrefix = `${prefix}-schedule-`;
  const ownSources = [
    { source: BROKER_EVENT_SOURCE, roleNames: TELLING.map((name) => `${prefix}-${name}`) },
    ...config.schedules.map(({ name }) => ({
      source: scheduleSource(name),
      roleNames: [`${prefix}-fan-out-schedule`],
    })),
  ];
  return {
    deploymentId: config.deploymentId,
    tenancyMode: config.mode,
    homeRegion: config.homeRegion,
    logLevel: config.logLevel,
    batchSize: config.queue.batchSize,
    maximumConcurrency: config.queue.maximumConcurrency,
    assumeTenantRoleStatements: assumeTenantRoleStatements(config),
    probeTenantRoleStatements: probeTenantRoleStatements(config, { decoyRoleName: `${prefix}-decoy` }),
    assumeAsDecoyStatements: assumeAsDecoyStatements(config),
    busPolicies: { Resources: busPolicyResources({ ...config, ownSources }) },
    onDemandAccess: { Resources: onDemandAccessResources(config) },
    ownRoleNames: ownRoleNames(root).join(','),
    scheduleRulePrefix,
    scheduleRules: { Resources: scheduleRuleResources(config, { ruleNamePrefix: scheduleRulePrefix }) },
    metricsNamespace: metricsNamespace({ stage }),
    monitoring: { Resources: monitoringResources(config, { stage, root: root ?? projectRoot }) },
    athena: athenaNames(stage),
    athenaResources: { Resources: athenaResources(config, { stage }) },
    archive,
    archiveReaders: archiveReaders(archive),
    archiveResources: ownArchive(config, { stage }),
    hardening: hardeningResources(config, {
      stage,
      prefix,
      jobNames: jobs.map(({ name }) => name),
      root: root ?? projectRoot,
      tenantRolesArn: tenantRolesArn('*', config),
      invokedArns: [...jobs.map(({ name }) => functionArn(`${prefix}-${name}`)), functionArn(`${prefix}-verify-trust`)],
    }),
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

/** The roles of every function of the deployment, and the decoy: a role is named after its function. */
function ownRoleNames(root: string = projectRoot): readonly string[] {
  const files = globSync(['functions/*.ts', 'functions/jobs/*.ts'], { cwd: root });
  return [...files.map((file) => path.basename(file, '.ts')), 'decoy'].sort();
}

/** The ARN is written out, not taken from the function: role and function would wait for each other. */
function functionArn(functionName: string): TemplateValue {
  return {
    'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${functionName}`,
  };
}
