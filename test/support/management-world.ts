import type { InvokeCommand, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { makeLedger } from '../../lib/ledger/dynamo-ledger.ts';
import { makeTenantIssuances } from '../../lib/ledger/tenant-issuances.ts';
import type { ManagementDependencies, VerificationWanted } from '../../lib/management/management-dependencies.ts';
import { managementRoutes } from '../../lib/management/management-routes.ts';
import { customersOnboarding } from '../../lib/management/onboarding-for-customer.ts';
import { makeTenantLifecycle } from '../../lib/onboarding/make-tenant-lifecycle.ts';
import type { TrustProof } from '../../lib/onboarding/trust/assess-trust.ts';
import { makeFunctionUrl } from '../../lib/platform/function-url.ts';
import { systemIds } from '../../lib/platform/ids.ts';
import { makeWindowStore } from '../../lib/scheduling/dynamo-window-store.ts';
import { makeScheduleOperations } from '../../lib/scheduling/schedule-operations.ts';
import { makeReadSuspensions } from '../../lib/switches/read-suspensions.ts';
import { makeScheduleSwitches } from '../../lib/switches/schedule-switches.ts';
import { makeSuspensions } from '../../lib/switches/suspensions.ts';
import { makeSwitchboard } from '../../lib/switches/switchboard.ts';
import { makeTenantDirectory } from '../../lib/tenants/dynamo-tenant-directory.ts';
import { makeTenantRegistry } from '../../lib/tenants/dynamo-tenant-registry.ts';
import { BROKER_ACCOUNT, roleArnRules } from './a-tenant.ts';
import { aDeployment } from './deployment-config.ts';
import { type Tables, tables } from './dynamo-tables.ts';
import { frozenClock } from './frozen-clock.ts';
import { recordedTransitions } from './recorded-transitions.ts';
import { OPERATOR, type UrlCall, urlEvent } from './url-event.ts';

export const deployment = aDeployment({
  deploymentId: 'test1',
  partition: 'aws',
  homeRegion: 'eu-west-1',
  templateBaseUrl: 'https://vendor-templates.s3.eu-west-1.amazonaws.com/roles',
  requesters: [],
});

const { templateBaseUrl: _, ...withoutTemplates } = deployment;

export const TRUSTED: Omit<TrustProof, 'verifiedAtMs'> = {
  status: 'trusted',
  findings: [],
  capabilities: { sessionTags: true, sourceIdentity: false },
};

export type Answer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked at by each test in its own way
  readonly body: any;
};

/**
 * The management API over the deployed stores, on dynalite. Only verify-trust is played: `proves` is what its probes
 * find from now on, `verified` what it was asked for.
 */
export function managementWorld(
  { client }: Tables,
  {
    mode = 'shared',
    templates = true,
    mayConsent,
  }: {
    readonly mode?: 'shared' | 'dedicated';
    readonly templates?: boolean;
    /** `hardening.roleConsent.principals`: roles that are connected await the consent of one of these. */
    readonly mayConsent?: readonly string[];
  } = {},
) {
  const clock = frozenClock();
  const log = recordedTransitions();
  const dynamo = client();
  const of = { dynamo, clock, config: { ...tables, limitsTable: 'test-limits' } };
  const config = {
    ...of.config,
    deploymentId: deployment.deploymentId,
    mode,
    roleArnRules,
    awaitsConsent: mayConsent !== undefined,
  };
  const registry = makeTenantRegistry({ ...of, ids: systemIds, config });
  const verified: VerificationWanted[] = [];
  let proof: Omit<TrustProof, 'verifiedAtMs'> = TRUSTED;

  const verify: ManagementDependencies['verify'] = async (wanted) => {
    verified.push(wanted);
    const reading = await registry.readTenant(
      wanted.tenantId,
      wanted.accountId === undefined ? undefined : [wanted.accountId],
    );
    for (const role of reading?.roles ?? []) {
      await registry.recordVerification(role, { ...proof, verifiedAtMs: clock.nowMs() }, wanted.by);
    }
  };
  const rules = { jobs: jobCatalogue, partition: deployment.partition };
  const dependencies: ManagementDependencies = {
    registry,
    directory: makeTenantDirectory(of),
    readSuspensions: makeReadSuspensions(of),
    verify,
    rules,
    consentRule: mayConsent === undefined ? undefined : { principals: mayConsent, brokerAccountId: BROKER_ACCOUNT },
    clock,
    switchboard: makeSwitchboard({ ...of, log }),
    schedules: makeScheduleOperations({
      schedules: [],
      store: makeWindowStore(of),
      switches: makeScheduleSwitches(of),
      lambda: { send: unexpected },
      log,
      clock,
      config: { fanOutFunctionName: 'test-fan-out-schedule' },
    }),
    onboarding: customersOnboarding({
      deployment: { ...(templates ? deployment : withoutTemplates), mode },
      brokerAccountId: BROKER_ACCOUNT,
      prefix: 'credential-broker-test',
      catalogue: jobCatalogue,
    }),
    lifecycle: makeTenantLifecycle({
      registry,
      ledger: makeLedger({ dynamo, log, config: tables }),
      suspensions: makeSuspensions(of),
      tenantIssuances: makeTenantIssuances(of),
      catalogue: jobCatalogue,
      rules,
      verify,
      pause: async () => undefined,
      clock,
    }),
    examine: async () => [{ check: 'everything', healthy: true, detail: 'stands' }],
  };
  const answer = makeFunctionUrl({ routes: managementRoutes(dependencies), log });

  async function send(call: UrlCall): Promise<Answer> {
    const { statusCode, headers, body } = await answer(urlEvent({ caller: OPERATOR, ...call }), {
      awsRequestId: 'lambda-request-1',
    });
    return { statusCode, headers, body: JSON.parse(body) };
  }
  return {
    dependencies,
    registry,
    dynamo,
    clock,
    log,
    verified,
    send,
    get: (path: string, query = '') => send({ path, query }),
    post: (path: string, body?: unknown) => send({ method: 'POST', path, body }),
    patch: (path: string, body: unknown) => send({ method: 'PATCH', path, body }),
    del: (path: string, body?: unknown) => send({ method: 'DELETE', path, body }),
    proves(found: Omit<TrustProof, 'verifiedAtMs'>) {
      proof = found;
    },
  };
}

export type ManagementWorld = ReturnType<typeof managementWorld>;

async function unexpected(_: InvokeCommand): Promise<InvokeCommandOutput> {
  throw new Error('nothing is invoked here');
}

let names = 0;
/** A tenant of its own for each test: they share their tables. */
export const anId = () => `tenant-${++names}`;
export const anAccountId = () => String(300_000_000_000 + ++names);
export const anArn = (accountId: string, name = 'scanner') =>
  `arn:aws:iam::${accountId}:role/credential-broker/${name}`;

/** Registers a tenant over the API; gives its id. */
export async function aRegistered({ post }: ManagementWorld, changes: object = {}): Promise<string> {
  const tenantId = anId();
  const made = await post('/tenants', { tenantId, name: 'Acme Corp', ...changes });
  if (made.statusCode !== 201) throw new Error(JSON.stringify(made.body));
  return tenantId;
}
