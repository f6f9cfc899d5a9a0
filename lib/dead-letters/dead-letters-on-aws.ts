import { setTimeout as pause } from 'node:timers/promises';
import { documentClient, sqsClient } from '../platform/clients.ts';
import { systemClock } from '../platform/clock.ts';
import type { DeploymentConfig } from '../platform/deployment-config/deployment-config.ts';
import type { DeadLetterEnvironment } from '../platform/environment.ts';
import { makeRequestQueue } from '../platform/request-queue.ts';
import { makeTransitionLog, type TransitionLog } from '../platform/transition-log.ts';
import type { RouteTable } from '../platform/url-routes.ts';
import { makeDeadLetterOperations } from './dead-letter-operations.ts';
import { makeDeadLetterQueues } from './dead-letter-queue.ts';
import { deadLetterRoutes } from './dead-letter-routes.ts';
import { makeLetterLedger } from './letter-ledger.ts';

/**
 * The dead letters on AWS: the three queues, the request queue and the ledger, but no access to tenants, STS or
 * envelopes.
 */
export function deadLettersOnAws(
  environment: DeadLetterEnvironment,
  deployment: DeploymentConfig,
): { readonly routes: RouteTable; readonly log: TransitionLog } {
  const sqs = sqsClient();
  const requests = makeRequestQueue({ sqs, config: environment });
  const operations = makeDeadLetterOperations({
    queues: makeDeadLetterQueues({ sqs, config: environment }),
    ledger: makeLetterLedger({ dynamo: documentClient(), config: environment }),
    sendToQueue: (body) => requests.send(body),
    clock: systemClock,
    pause: async (milliseconds) => {
      await pause(milliseconds);
    },
    config: {
      brokerAccountId: environment.brokerAccountId,
      maximumAgeMs: deployment.requests.maximumAgeSeconds * 1000,
    },
  });
  return { routes: deadLetterRoutes({ operations, clock: systemClock }), log: makeTransitionLog(deployment) };
}
