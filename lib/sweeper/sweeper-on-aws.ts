import { makeLedger } from '../ledger/dynamo-ledger.ts';
import { documentClient, sqsClient } from '../platform/clients.ts';
import { systemClock } from '../platform/clock.ts';
import type { DeploymentConfig } from '../platform/deployment-config/deployment-config.ts';
import type { SweeperEnvironment } from '../platform/environment.ts';
import { makeRequestQueue } from '../platform/request-queue.ts';
import { makeTransitionLog } from '../platform/transition-log.ts';
import type { SweepDependencies } from './sweep-issuances.ts';

/** The sweeper on AWS: the ledger and the queue, and nothing that could enter an account. */
export function sweeperOnAws(environment: SweeperEnvironment, deployment: DeploymentConfig): SweepDependencies {
  const log = makeTransitionLog(deployment);
  const queue = makeRequestQueue({ sqs: sqsClient(), config: environment });
  return {
    ledger: makeLedger({ dynamo: documentClient(), log, config: environment }),
    sendToQueue: (body) => queue.send(body),
    log,
    clock: systemClock,
  };
}
