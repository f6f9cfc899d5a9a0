import { setTimeout as pause } from 'node:timers/promises';
import { makeAssumeTenantRole } from '../broker/assume-tenant-role.ts';
import type { IssuingDependencies } from '../broker/broker-dependencies.ts';
import { decisionRules } from '../broker/decision-rules.ts';
import { makeLedger } from '../broker/dynamo-ledger.ts';
import { jobCatalogue } from '../jobs/job-catalogue.ts';
import { makeCounters } from '../limits/dynamo-counters.ts';
import { makeLimits } from '../limits/limits.ts';
import { recordEveryStranger } from '../limits/strangers.ts';
import { documentClient, stsClient } from '../platform/clients.ts';
import { systemClock } from '../platform/clock.ts';
import type { DeploymentConfig } from '../platform/deployment-config.ts';
import type { VendingEnvironment } from '../platform/environment.ts';
import { systemIds } from '../platform/ids.ts';
import { makeTransitionLog, type TransitionLog } from '../platform/transition-log.ts';
import type { RouteTable } from '../platform/url-routes.ts';
import { makeSwitches } from '../switches/switches.ts';
import { makeTenantReader } from '../tenants/dynamo-tenant-reader.ts';
import { makeVendCredentials } from './vend-credentials.ts';
import { vendingRoutes } from './vending-routes.ts';

/** Credentials for callers on AWS: the pipeline's own parts, without a queue, a data key or a job. */
export function vendingOnAws(
  environment: VendingEnvironment,
  deployment: DeploymentConfig,
): { readonly routes: RouteTable; readonly log: TransitionLog } {
  const clock = systemClock;
  const dynamo = documentClient();
  const log = makeTransitionLog(deployment);
  const limits = makeLimits(
    { counters: makeCounters({ dynamo, config: environment }), clock, ids: systemIds, log },
    deployment.limits,
  );
  const assumeTenantRole = makeAssumeTenantRole({
    sts: stsClient(deployment.homeRegion),
    clock,
    externalIdRequired: deployment.mode === 'shared',
    externalIdForbidden: deployment.mode === 'dedicated',
  });
  const broker: IssuingDependencies = {
    registry: makeTenantReader({ dynamo, config: environment }),
    switches: makeSwitches({ dynamo, clock, config: environment }),
    ledger: makeLedger({ dynamo, log, config: environment }),
    assumeTenantRole: limits.watching(assumeTenantRole),
    limits,
    strangers: recordEveryStranger,
    // A denial is on record; verifications are started by the jobs' way in, which hears of the same role.
    noteDenial: async () => undefined,
    pause: async (milliseconds) => {
      await pause(milliseconds);
    },
    log,
    clock,
    ids: systemIds,
    config: {
      brokerAccountId: environment.brokerAccountId,
      requesters: deployment.requesters,
      jobs: jobCatalogue,
      rules: decisionRules(environment, deployment),
    },
  };
  return { routes: vendingRoutes({ vendCredentials: makeVendCredentials(broker), clock }), log };
}
