import { setTimeout as pause } from 'node:timers/promises';
import { jobCatalogue } from '../jobs/job-catalogue.ts';
import { makeLedger } from '../ledger/dynamo-ledger.ts';
import { makeCounters } from '../limits/dynamo-counters.ts';
import { makeLimits } from '../limits/limits.ts';
import { makeStrangers } from '../limits/strangers.ts';
import { documentClient, kmsClient, lambdaClient, sqsClient, stsClient } from '../platform/clients.ts';
import { systemClock } from '../platform/clock.ts';
import type { DeploymentConfig } from '../platform/deployment-config/deployment-config.ts';
import type { BrokerEnvironment } from '../platform/environment.ts';
import { systemIds } from '../platform/ids.ts';
import { makeRequestQueue } from '../platform/request-queue.ts';
import { makeStageDurations } from '../platform/stage-durations.ts';
import { makeTransitionLog } from '../platform/transition-log.ts';
import { makeProbeLedger } from '../probes/dynamo-probe-ledger.ts';
import { makeRecordedProbe } from '../probes/make-probe.ts';
import { brokerRecordBody } from '../requests/broker-record.ts';
import { makeDataKeySource } from '../sealing/data-key.ts';
import { makeSwitches } from '../switches/switches.ts';
import { makeTenantReader } from '../tenants/dynamo-tenant-reader.ts';
import { makeAssumeTenantRole } from './assume-tenant-role.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';
import { makeCountDenial } from './count-denials.ts';
import { decisionRules } from './decision-rules.ts';
import { makeInvokeJob } from './invoke-job.ts';
import type { BatchDependencies } from './process-batch.ts';
import { makeRunJob } from './run-job.ts';
import { timedLedger, timedMessages, timedRegistry } from './timed-stages.ts';

/** The pipeline on AWS: its clients, its tables, its rules. Called once per cold start. */
export function brokerOnAws(environment: BrokerEnvironment, deployment: DeploymentConfig): BatchDependencies {
  const clock = systemClock;
  const ids = systemIds;
  const dynamo = documentClient();
  const log = makeTransitionLog(deployment);
  const stages = makeStageDurations({ clock });
  const queue = makeRequestQueue({ sqs: sqsClient(), config: environment });
  const sts = stsClient(deployment.homeRegion);
  const externalIdTerms = {
    externalIdRequired: deployment.mode === 'shared',
    externalIdForbidden: deployment.mode === 'dedicated',
  };
  const assumeTenantRole = stages.timed('assume', makeAssumeTenantRole({ sts, clock, ...externalIdTerms }));
  const probes = makeProbeLedger({ dynamo, config: environment });
  const counters = makeCounters({ dynamo, config: environment });
  const limits = makeLimits({ counters, clock, ids, log }, deployment.limits);
  const invocation = { ...environment, tenantIsolation: deployment.hardening?.tenantIsolation };
  const sendToQueue = (body: string) => queue.send(body);
  const broker: BrokerDependencies = {
    registry: timedRegistry(makeTenantReader({ dynamo, config: environment }), stages),
    switches: makeSwitches({ dynamo, clock, config: environment }),
    ledger: timedLedger(makeLedger({ dynamo, log, config: environment }), stages),
    assumeTenantRole: limits.watching(assumeTenantRole),
    limits,
    strangers: makeStrangers({
      counters,
      clock,
      tell: (minute) => sendToQueue(brokerRecordBody({ brokerRecord: 'strangers', minute })),
    }),
    makeRecordedProbe: makeRecordedProbe({ assumeTenantRole, probes, clock, by: 'issue-credentials' }),
    countDenial: makeCountDenial({ counters, lambda: lambdaClient(), clock, log, config: environment }),
    makeDataKey: stages.timed('dataKey', makeDataKeySource({ kms: kmsClient(), keyArn: environment.envelopeKeyArn })),
    invokeJob: stages.timed('invoke', makeInvokeJob({ lambda: lambdaClient(), config: invocation })),
    sendToQueue,
    pause: async (milliseconds) => {
      await pause(milliseconds);
    },
    log,
    clock,
    ids,
    config: {
      brokerAccountId: environment.brokerAccountId,
      requesters: deployment.requesters,
      jobs: jobCatalogue,
      rules: decisionRules(environment, deployment),
    },
  };
  return {
    runJob: timedMessages(makeRunJob(broker), { stages, clock }),
    backOff: (message, seconds) => queue.backOff(message, seconds),
    copyToDeadLetters: (message) => queue.copyToDeadLetters(message),
    log,
    ids,
    config: { concurrency: deployment.requests.concurrency },
  };
}
