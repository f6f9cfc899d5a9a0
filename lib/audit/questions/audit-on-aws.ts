import { jobCatalogue } from '../../jobs/job-catalogue.ts';
import { ASSUMING_FUNCTIONS } from '../../onboarding/trust/assuming-roles.ts';
import { documentClient, kmsClient } from '../../platform/clients.ts';
import { systemClock } from '../../platform/clock.ts';
import type { DeploymentConfig } from '../../platform/deployment-config/deployment-config.ts';
import type { AuditEnvironment } from '../../platform/environment.ts';
import { makeTransitionLog, type TransitionLog } from '../../platform/transition-log.ts';
import type { RouteTable } from '../../platform/url-routes.ts';
import { ownRoles } from '../correlation/own-roles.ts';
import { makeReceipts } from '../receipts/make-receipts.ts';
import { makeSigner } from '../receipts/sign-receipts.ts';
import { makeSigningKeys } from '../receipts/signing-keys.ts';
import { auditRoutes } from './audit-routes.ts';
import { makeAuditStore } from './dynamo-audit-store.ts';

/**
 * The functions and the role whose calls appear in tenants' trails. The decoy probes whether a role opens to our whole
 * account.
 */
const ASSUMING = [...ASSUMING_FUNCTIONS, 'decoy'];

/** The audit's questions on AWS: they read three tables and ask KMS for a signature, and change nothing. */
export function auditOnAws(
  environment: AuditEnvironment,
  deployment: DeploymentConfig,
): { readonly routes: RouteTable; readonly log: TransitionLog } {
  const dynamo = documentClient();
  const kms = kmsClient();
  const { brokerAccountId, functionNamePrefix } = environment;
  const { deploymentId, partition, requesters } = deployment;
  const roles = ownRoles({ partition, brokerAccountId, functionNamePrefix, names: ASSUMING });
  const routes = auditRoutes({
    openStore: () => makeAuditStore({ dynamo, config: environment }),
    receipts: makeReceipts({
      signer: makeSigner({ kms, config: { keyArn: environment.receiptsKeyArn } }),
      clock: systemClock,
      config: {
        deploymentId,
        brokerAccountId,
        callerRoleArns: ASSUMING.map(roles.arnOf),
        partition,
        jobs: jobCatalogue,
      },
    }),
    signingKeys: makeSigningKeys({ kms, config: environment }),
    clock: systemClock,
    roles,
    grounds: { jobs: jobCatalogue, partition, requesters, brokerAccountId },
  });
  return { routes, log: makeTransitionLog(deployment) };
}
