import { setTimeout as pause } from 'node:timers/promises';
import { makeAssumeTenantRole } from '../broker/assume-tenant-role.ts';
import type { IssuingDependencies } from '../broker/broker-dependencies.ts';
import { decisionRules } from '../broker/decision-rules.ts';
import { timedLedger, timedRegistry } from '../broker/timed-stages.ts';
import { jobCatalogue } from '../jobs/job-catalogue.ts';
import { makeLedger } from '../ledger/dynamo-ledger.ts';
import { makeCounters } from '../limits/dynamo-counters.ts';
import { makeLimits } from '../limits/limits.ts';
import { recordEveryStranger } from '../limits/strangers.ts';
import { documentClient, stsClient } from '../platform/clients.ts';
import { systemClock } from '../platform/clock.ts';
import type { DeploymentConfig } from '../platform/deployment-config/deployment-config.ts';
import type { VendingEnvironment } from '../platform/environment.ts';
import { systemIds } from '../platform/ids.ts';
import { makeStageDurations, type StageDurations } from '../platform/stage-durations.ts';
import { makeTransitionLog, type TransitionLog } from '../platform/transition-log.ts';
import type { RouteTable } from '../platform/url-routes.ts';
import { makeSwitches } from '../switches/switches.ts';
import { makeTenantReader } from '../tenants/dynamo-tenant-reader.ts';
import { makeVendCredentials, type VendCredentials } from './vend-credentials.ts';
import { vendingRoutes } from './vending-routes.ts';

/** Credentials for callers on AWS: the pipeline's own parts, without a queue, a data key or a job. */
export function vendingOnAws(
  environment: VendingEnvironment,
  deployment: DeploymentConfig,
): { readonly routes: RouteTable; readonly log: TransitionLog } {
  const clock = systemClock;
  const dynamo = documentClient();
  const log = makeTransitionLog(deployment);
  const stages = makeStageDurations({ clock });
  const limits = makeLimits(
    { counters: makeCounters({ dynamo, config: environment }), clock, ids: systemIds, log },
    deployment.limits,
  );
  const sts = stsClient(deployment.homeRegion);
  const externalIdTerms = {
    externalIdRequired: deployment.mode === 'shared',
    externalIdForbidden: deployment.mode === 'dedicated',
  };
  const assumeTenantRole = stages.timed('assume', makeAssumeTenantRole({ sts, clock, ...externalIdTerms }));
  const broker: IssuingDependencies = {
    registry: timedRegistry(makeTenantReader({ dynamo, config: environment }), stages),
    switches: makeSwitches({ dynamo, clock, config: environment }),
    ledger: timedLedger(makeLedger({ dynamo, log, config: environment }), stages),
    assumeTenantRole: limits.watching(assumeTenantRole),
    limits,
    strangers: recordEveryStranger,
    // Denials are not counted here: they are on record, and issue-credentials has a role verified that is often denied.
    countDenial: async () => undefined,
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
  const vendCredentials = published(makeVendCredentials(broker), stages);
  return { routes: vendingRoutes({ vendCredentials, clock }), log };
}

/** Publishes the measurements of a call when it is done, however it ends. */
function published(vendCredentials: VendCredentials, { publish }: Pick<StageDurations, 'publish'>): VendCredentials {
  return async (asked) => {
    try {
      return await vendCredentials(asked);
    } finally {
      publish();
    }
  };
}
