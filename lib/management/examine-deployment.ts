import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { VerificationCursorStore } from '../onboarding/verification-cursor.ts';
import type { Clock } from '../platform/clock.ts';
import type { DeploymentConfig } from '../platform/deployment-config.ts';
import { errorName } from '../platform/store-error.ts';
import type { Switches } from '../switches/switches.ts';
import type { TenantDirectory, TenantReader } from '../tenants/tenant-registry.ts';
import type { DoctorCheck } from './management-api.ts';

export type Examination = {
  readonly registry: TenantReader;
  readonly directory: Pick<TenantDirectory, 'listTenants' | 'listRoles'>;
  readonly switches: Pick<Switches, 'read'>;
  /** Reads one record of the ledger; there need be none. Throws `store.*`. */
  readonly readLedger: () => Promise<unknown>;
  readonly cursors: Pick<VerificationCursorStore, 'read'>;
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly clock: Clock;
  readonly jobs: readonly string[];
  readonly deployment: Pick<DeploymentConfig, 'mode' | 'requesters' | 'templateBaseUrl'>;
  readonly config: { readonly verifyTrustFunctionName: string };
};

/** A tenant and a job that there are not: what is looked for is whether one can look. */
const NOBODY = { tenantId: 'no-such-tenant', job: 'no-such-job' };
/** The schedule ticks every five minutes. */
const SILENT_AFTER_MS = 15 * 60_000;

type Finding = { readonly detail: string; readonly fix?: string };
type Check = () => Promise<Finding>;

/** Looks at a deployment from where its operators come in, as far as this function's role may see. Never throws. */
export function makeExamineDeployment(of: Examination): () => Promise<readonly DoctorCheck[]> {
  const checks: readonly (readonly [string, Check])[] = [
    [
      'tenants table',
      async () => ({ detail: (await of.registry.readTenant(NOBODY.tenantId)) ? 'read' : 'can be read' }),
    ],
    ['tenants index', () => examineTenants(of)],
    ['switches', () => examineSwitches(of)],
    ['ledger', async () => ({ detail: (await of.readLedger()) === undefined ? 'can be read' : 'read' })],
    ['verify-trust', () => examineVerifier(of)],
    ['verification schedule', () => examineSchedule(of)],
    ['trust of the roles', () => examineTrust(of)],
    ['requesters', async () => examineRequesters(of)],
    ['jobs', async () => ({ detail: `${of.jobs.length} in the catalogue: ${of.jobs.join(', ')}` })],
    ['templates', async () => examineTemplates(of)],
  ];
  return () => Promise.all(checks.map(([check, look]) => examine(check, look)));
}

async function examine(check: string, look: Check): Promise<DoctorCheck> {
  try {
    const { detail, fix } = await look();
    return { check, healthy: fix === undefined, detail, ...(fix === undefined ? {} : { fix }) };
  } catch (error) {
    const detail = `could not be looked at: ${errorName(error)}`;
    const fix = 'Check that it is deployed and that the role of manage-tenants may use it; deploy the stage again.';
    return { check, healthy: false, detail, fix };
  }
}

async function examineTenants({ directory }: Examination): Promise<Finding> {
  const { rows, next } = await directory.listTenants({ status: 'active', limit: 100 });
  if (rows.length > 0) return { detail: `${rows.length}${next === undefined ? '' : ' or more'} active tenants` };
  return { detail: 'no tenant is active yet: `broker tenants add` registers one' };
}

async function examineSwitches({ switches }: Examination): Promise<Finding> {
  const [off] = await switches.read(NOBODY);
  if (off === undefined) return { detail: 'can be read; nothing is switched off for everybody' };
  const since = new Date(off.sinceMs).toISOString();
  return {
    detail: `everything is switched off since ${since} by ${off.by}`,
    fix: 'Nothing is issued until it is switched on again: ask who switched it off.',
  };
}

async function examineVerifier({ lambda, config }: Examination): Promise<Finding> {
  await lambda.send(
    new InvokeCommand({ FunctionName: config.verifyTrustFunctionName, InvocationType: 'DryRun', Payload: '{}' }),
  );
  return { detail: 'can be invoked' };
}

async function examineSchedule({ cursors, clock }: Examination): Promise<Finding> {
  const tickedAtMs = (await cursors.read())?.tickedAtMs;
  if (tickedAtMs === undefined) return { detail: 'has not ticked yet: it does so every five minutes' };
  const silentMs = clock.nowMs() - tickedAtMs;
  const minutes = Math.floor(silentMs / 60_000);
  if (silentMs <= SILENT_AFTER_MS) return { detail: `ticked ${minutes} minutes ago` };
  return {
    detail: `has not come on for ${minutes} minutes`,
    fix: 'Look at the log of verify-trust and at its schedule rule: roles are not verified meanwhile.',
  };
}

async function examineTrust({ directory }: Examination): Promise<Finding> {
  const { rows, next } = await directory.listRoles({ status: 'quarantined', limit: 100 });
  if (rows.length === 0) return { detail: 'no role is quarantined' };
  return {
    detail: `${rows.length}${next === undefined ? '' : ' or more'} roles are quarantined`,
    fix: '`broker tenants list --status quarantined` names them, `broker tenants show` says what to change.',
  };
}

function examineRequesters({ deployment }: Examination): Finding {
  const names = deployment.requesters.map(({ name }) => name);
  if (names.length > 0) return { detail: names.join(', ') };
  return { detail: 'none is declared', fix: 'Declare who may ask in config/<stage>.yml, and deploy.' };
}

function examineTemplates({ deployment }: Examination): Finding {
  const { templateBaseUrl } = deployment;
  if (templateBaseUrl !== undefined) return { detail: `quick-create links open templates below ${templateBaseUrl}` };
  return { detail: 'templateBaseUrl is not set: there are no quick-create links, and every other format works' };
}
