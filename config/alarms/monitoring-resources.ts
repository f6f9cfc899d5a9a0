import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import type { TemplateValue } from '../template/template-value.ts';
import { alarmResources } from './alarm.ts';
import { dashboardResource } from './dashboard.ts';
import { deployedFunctions } from './deployed-functions.ts';
import { functionAlarms } from './function-alarms.ts';
import { issuingAlarms, notIssuingResource } from './issuing-alarms.ts';
import { stsAlarms } from './sts-alarms.ts';
import { tableAlarms } from './table-alarms.ts';

/**
 * The alarms that follow from what is deployed, the composite alarm made of them, and the dashboard. Alarms that count
 * a single log entry of a function are in `config/resources/alarms*.yml`, and notify the same topic.
 */
export function monitoringResources(
  { homeRegion, limits }: Pick<DeploymentConfig, 'homeRegion' | 'limits'>,
  { stage, root }: { readonly stage: string; readonly root: string },
): Record<string, TemplateValue> {
  const deployed = { stage };
  const alarms = [
    ...issuingAlarms(deployed),
    ...stsAlarms(limits, deployed),
    ...tableAlarms(deployed),
    ...functionAlarms(deployedFunctions(root), deployed),
  ];
  const { stsCallsPerSecond } = limits;
  return {
    ...alarmResources(alarms, deployed),
    ...notIssuingResource(deployed),
    ...dashboardResource({ deployed, region: homeRegion, jobs: [...jobCatalogue.keys()], stsCallsPerSecond }),
  };
}
