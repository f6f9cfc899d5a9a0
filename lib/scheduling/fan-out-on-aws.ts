import { setTimeout as sleep } from 'node:timers/promises';
import { documentClient, eventBridgeClient } from '../platform/clients.ts';
import { systemClock } from '../platform/clock.ts';
import type { DeploymentConfig } from '../platform/deployment-config/deployment-config.ts';
import type { FanOutEnvironment } from '../platform/environment.ts';
import { systemIds } from '../platform/ids.ts';
import { makeTransitionLog } from '../platform/transition-log.ts';
import { makeScheduleSwitches } from '../switches/schedule-switches.ts';
import { makeTenantsInSlot } from '../tenants/tenants-in-slot.ts';
import { makeWindowStore } from './dynamo-window-store.ts';
import { makePutRequests } from './put-requests.ts';
import type { FanOutFunction, RunnableSchedule } from './run-fan-out.ts';

/** What `fan-out-schedule` works with on AWS. */
export function fanOutOnAws(environment: FanOutEnvironment, deployment: DeploymentConfig): FanOutFunction {
  const dynamo = documentClient();
  return {
    schedules: runnableSchedules(deployment),
    store: makeWindowStore({ dynamo, config: environment }),
    tenantsInSlot: makeTenantsInSlot({ dynamo, config: environment }),
    switches: makeScheduleSwitches({ dynamo, clock: systemClock, config: environment }),
    putRequests: makePutRequests({
      events: eventBridgeClient(),
      ids: systemIds,
      sleep: async (durationMs) => {
        await sleep(durationMs);
      },
      config: environment,
    }),
    log: makeTransitionLog({ logLevel: deployment.logLevel }),
    clock: systemClock,
    config: {
      ruleNamePrefix: environment.scheduleRulePrefix,
      maximumAgeMs: deployment.requests.maximumAgeSeconds * 1_000,
    },
  };
}

/** The schedules, each for the tenants that its requester may ask for: a request for another would only be refused. */
function runnableSchedules({ schedules, requesters }: DeploymentConfig): readonly RunnableSchedule[] {
  return schedules.flatMap(({ reason, ...schedule }) => {
    const requester = requesters.find(
      ({ recognisedBy }) => 'schedule' in recognisedBy && recognisedBy.schedule === schedule.name,
    );
    if (requester === undefined) return [];
    return [{ ...schedule, tenants: requester.tenants, ...(reason === undefined ? {} : { reason }) }];
  });
}
