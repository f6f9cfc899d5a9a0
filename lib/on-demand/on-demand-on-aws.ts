import { setTimeout as pause } from 'node:timers/promises';
import { documentClient, sqsClient } from '../platform/clients.ts';
import { systemClock } from '../platform/clock.ts';
import type { DeploymentConfig } from '../platform/deployment-config/deployment-config.ts';
import type { OnDemandEnvironment } from '../platform/environment.ts';
import { makeRequestQueue } from '../platform/request-queue.ts';
import { makeTransitionLog } from '../platform/transition-log.ts';
import { within } from '../platform/within.ts';
import { askForJob, type OnDemandAsk, type OnDemandDependencies } from './ask-for-job.ts';
import { makeRequestProgress } from './request-progress.ts';

/** Requests on demand on AWS: the queue and the ledger, and nothing of tenants or of STS. */
export function onDemandOnAws(environment: OnDemandEnvironment, deployment: DeploymentConfig) {
  const log = makeTransitionLog(deployment);
  const queue = makeRequestQueue({ sqs: sqsClient(), config: environment });
  const dependencies: OnDemandDependencies = {
    progress: makeRequestProgress({ dynamo: documentClient(), config: environment }),
    sendToQueue: (body) => queue.send(body),
    clock: systemClock,
    pause: async (milliseconds) => {
      await pause(milliseconds);
    },
    within,
    log,
    config: environment,
  };
  return {
    ask: (ask: OnDemandAsk) => askForJob(ask, dependencies),
    clock: systemClock,
    log,
  };
}
