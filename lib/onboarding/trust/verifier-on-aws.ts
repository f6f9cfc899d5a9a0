import { setTimeout as wait } from 'node:timers/promises';
import { makeAssumeTenantRole } from '../../broker/assume-tenant-role.ts';
import { makeTellOnBus } from '../../platform/broker-events.ts';
import { documentClient, eventBridgeClient, sqsClient, stsClient, stsClientAs } from '../../platform/clients.ts';
import { systemClock } from '../../platform/clock.ts';
import type { DeploymentConfig } from '../../platform/deployment-config/deployment-config.ts';
import type { VerifierEnvironment } from '../../platform/environment.ts';
import { systemIds } from '../../platform/ids.ts';
import { makeRequestQueue } from '../../platform/request-queue.ts';
import { makeTransitionLog } from '../../platform/transition-log.ts';
import { makeDecoy } from '../../probes/assume-decoy.ts';
import { makeProbeLedger } from '../../probes/dynamo-probe-ledger.ts';
import { makeProbe } from '../../probes/make-probe.ts';
import { makeProbeThroughBroker } from '../../probes/probe-through-broker.ts';
import { makeTenantDirectory } from '../../tenants/dynamo-tenant-directory.ts';
import { makeTenantRegistry } from '../../tenants/dynamo-tenant-registry.ts';
import { makeFindEndedSession } from './ended-session.ts';
import { makePauseLimit } from './pause-limit.ts';
import { pauseRevokedRole } from './pause-revoked-role.ts';
import { makeVerificationCursorStore } from './verification-cursor.ts';
import { readVerificationOrder } from './verification-order.ts';
import { type TickResult, verifyOnSchedule } from './verify-on-schedule.ts';
import { makeVerifyRole } from './verify-role.ts';
import { type CheckedRole, verifyTenantRoles } from './verify-tenant-roles.ts';

export type VerifierAnswer = { readonly roles: readonly CheckedRole[] } | TickResult;
export type Verifier = (event: unknown, invocation: { readonly remainingMs: () => number }) => Promise<VerifierAnswer>;

// Stryker disable all: wiring of clients and tables alone, without a decision; test/journey/verify-trust.test.ts runs it.

/** The verifier on AWS: its clients, its tables, its three ways of probing. Called once per cold start. */
export function verifierOnAws(environment: VerifierEnvironment, deployment: DeploymentConfig): Verifier {
  const { homeRegion, mode, deploymentId, partition, tenantRoles, forbiddenAccountIds } = deployment;
  const { brokerAccountId } = environment;
  const clock = systemClock;
  const ids = systemIds;
  const dynamo = documentClient();
  const log = makeTransitionLog(deployment);
  const queue = makeRequestQueue({ sqs: sqsClient(), config: environment });
  const probes = makeProbeLedger({ dynamo, config: environment });
  // Each probe says for itself whether it has an external ID.
  const assumeTenantRole = makeAssumeTenantRole({ sts: stsClient(homeRegion), clock, externalIdRequired: false });
  const stsAs = (credentials: Parameters<typeof stsClientAs>[0]) => stsClientAs(credentials, homeRegion);
  const pause = async (milliseconds: number) => {
    await wait(milliseconds);
  };
  const roleArnRules = { partition, ...tenantRoles, forbiddenAccountIds: [brokerAccountId, ...forbiddenAccountIds] };
  const verifier = {
    registry: makeTenantRegistry({ dynamo, clock, ids, config: { ...environment, deploymentId, mode, roleArnRules } }),
    directory: makeTenantDirectory({ dynamo, config: environment }),
    cursors: makeVerificationCursorStore({ dynamo, config: environment }),
    verifyRole: makeVerifyRole({
      probeAs: {
        verifier: makeProbe({ assumeTenantRole, probes, clock, ids, by: 'verify-trust' }),
        decoy: makeDecoy({ assumeTenantRole, stsAs, probes, clock, ids, config: environment }),
      },
      probeThroughBroker: makeProbeThroughBroker({
        probes,
        sendToQueue: (body) => queue.send(body),
        pause,
        clock,
        ids,
      }),
      pause,
      ids,
      clock,
      config: { mode, deploymentId },
    }),
    tell: makeTellOnBus({ events: eventBridgeClient(), config: environment }),
    pause,
    log,
    clock,
  };
  const pauser = {
    ...verifier,
    findEndedSession: makeFindEndedSession({ dynamo, config: environment }),
    pauseLimit: makePauseLimit({ dynamo, config: environment }),
  };
  const pausesRoles = deployment.hardening?.onRevokedSessions === 'pause';
  return async (event, invocation) => {
    const order = readVerificationOrder(event);
    if (order.kind === 'tick') return verifyOnSchedule(invocation, verifier);
    if (order.kind === 'sessionsRevoked') {
      return { roles: pausesRoles ? await pauseRevokedRole(order.issuanceId, pauser) : [] };
    }
    return { roles: await verifyTenantRoles(order, verifier) };
  };
}
