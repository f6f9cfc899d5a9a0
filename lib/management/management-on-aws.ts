import { setTimeout as wait } from 'node:timers/promises';
import { jobCatalogue } from '../jobs/job-catalogue.ts';
import { makeLedger } from '../ledger/dynamo-ledger.ts';
import { makeTenantIssuances } from '../ledger/tenant-issuances.ts';
import { makeTenantLifecycle } from '../onboarding/make-tenant-lifecycle.ts';
import { makeVerificationCursorStore } from '../onboarding/trust/verification-cursor.ts';
import { documentClient, lambdaClient, patientLambdaClient } from '../platform/clients.ts';
import { systemClock } from '../platform/clock.ts';
import type { DeploymentConfig } from '../platform/deployment-config/deployment-config.ts';
import type { ManagementEnvironment } from '../platform/environment.ts';
import { systemIds } from '../platform/ids.ts';
import { makeTransitionLog, type TransitionLog } from '../platform/transition-log.ts';
import type { RouteTable } from '../platform/url-routes.ts';
import { makeWindowStore } from '../scheduling/dynamo-window-store.ts';
import { makeScheduleOperations } from '../scheduling/schedule-operations.ts';
import { makeReadSuspensions } from '../switches/read-suspensions.ts';
import { makeScheduleSwitches } from '../switches/schedule-switches.ts';
import { makeSuspensions } from '../switches/suspensions.ts';
import { makeSwitchboard } from '../switches/switchboard.ts';
import { makeSwitches } from '../switches/switches.ts';
import { makeTenantDirectory } from '../tenants/dynamo-tenant-directory.ts';
import { makeTenantRegistry } from '../tenants/dynamo-tenant-registry.ts';
import { makeExamineDeployment } from './examine-deployment.ts';
import { makeHaveVerified } from './have-verified.ts';
import { managementRoutes } from './management-routes.ts';
import { customersOnboarding } from './onboarding-for-customer.ts';
import { makeTableProbes } from './table-probes.ts';

/** A record that does not exist: reading it shows whether the ledger can be read. */
const NO_RECORD = 'req_none';

/** Assembles the management API on AWS from its clients, its tables and its rules. Called once per cold start. */
export function managementOnAws(
  environment: ManagementEnvironment,
  deployment: DeploymentConfig,
): { readonly routes: RouteTable; readonly log: TransitionLog } {
  const { deploymentId, mode, partition, tenantRoles, forbiddenAccountIds } = deployment;
  const { brokerAccountId, functionNamePrefix } = environment;
  const clock = systemClock;
  const dynamo = documentClient();
  const log = makeTransitionLog(deployment);
  const tables = { dynamo, clock, config: environment };
  const roleArnRules = { partition, ...tenantRoles, forbiddenAccountIds: [brokerAccountId, ...forbiddenAccountIds] };
  const consent = deployment.hardening?.roleConsent;
  const registry = makeTenantRegistry({
    ...tables,
    ids: systemIds,
    config: { ...environment, deploymentId, mode, roleArnRules, awaitsConsent: consent !== undefined },
  });
  const directory = makeTenantDirectory(tables);
  const ledger = makeLedger({ dynamo, log, config: environment });
  const verify = makeHaveVerified({ lambda: patientLambdaClient(), config: environment });
  const rules = { jobs: jobCatalogue, partition };
  const routes = managementRoutes({
    registry,
    directory,
    readSuspensions: makeReadSuspensions(tables),
    verify,
    rules,
    consentRule: consent === undefined ? undefined : { ...consent, brokerAccountId },
    clock,
    switchboard: makeSwitchboard({ ...tables, log }),
    schedules: makeScheduleOperations({
      schedules: deployment.schedules,
      store: makeWindowStore(tables),
      switches: makeScheduleSwitches(tables),
      lambda: patientLambdaClient(),
      log,
      clock,
      config: { fanOutFunctionName: `${functionNamePrefix}fan-out-schedule` },
    }),
    onboarding: customersOnboarding({
      deployment,
      brokerAccountId,
      prefix: functionNamePrefix.replace(/-$/, ''),
      catalogue: jobCatalogue,
    }),
    lifecycle: makeTenantLifecycle({
      registry,
      ledger,
      suspensions: makeSuspensions(tables),
      tenantIssuances: makeTenantIssuances(tables),
      catalogue: jobCatalogue,
      rules,
      verify,
      pause: async (milliseconds) => {
        await wait(milliseconds);
      },
      clock,
    }),
    examine: makeExamineDeployment({
      registry,
      directory,
      switches: makeSwitches(tables),
      readLedger: () => ledger.readRequest(NO_RECORD),
      canWrite: makeTableProbes(tables),
      cursors: makeVerificationCursorStore(tables),
      lambda: lambdaClient(),
      clock,
      jobs: [...jobCatalogue.keys()],
      deployment,
      config: environment,
    }),
  });
  return { routes, log };
}
