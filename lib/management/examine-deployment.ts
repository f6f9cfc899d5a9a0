import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { BrokerError } from '../errors.ts';
import type { VerificationCursorStore } from '../onboarding/trust/verification-cursor.ts';
import type { Clock } from '../platform/clock.ts';
import type { DeploymentConfig } from '../platform/deployment-config/deployment-config.ts';
import { errorName } from '../platform/store-error.ts';
import type { Switches } from '../switches/switches.ts';
import type { TenantDirectory, TenantReader } from '../tenants/tenant-registry.ts';
import type { DoctorCheck } from './management-views.ts';
import { NOBODY, type TableProbes } from './table-probes.ts';

export type Examination = {
  readonly registry: TenantReader;
  readonly directory: Pick<TenantDirectory, 'listTenants' | 'listRoles'>;
  readonly switches: Pick<Switches, 'read'>;
  /** Reads one record of the ledger, which need not exist. Throws `store.*`. */
  readonly readLedger: () => Promise<unknown>;
  readonly canWrite: TableProbes;
  readonly cursors: Pick<VerificationCursorStore, 'read'>;
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly clock: Clock;
  readonly jobs: readonly string[];
  readonly deployment: Pick<DeploymentConfig, 'mode' | 'requesters' | 'templateBaseUrl'>;
  readonly config: { readonly verifyTrustFunctionName: string };
};

/** A job that does not exist: the question is whether the function may look for one. */
const NO_JOB = 'no-such-job';
/** The schedule runs every five minutes. */
const SILENT_AFTER_MS = 15 * 60_000;

type Finding = { readonly detail: string; readonly fix?: string };
type Check = () => Promise<Finding>;

/** Examines a deployment from the entry point of its operators, as far as this function's role allows. Never throws. */
export function makeExamineDeployment(of: Examination): () => Promise<readonly DoctorCheck[]> {
  const checks: readonly (readonly [string, Check])[] = [
    ['tenants table', () => examineTable(() => of.registry.readTenant(NOBODY), of.canWrite.tenants)],
    ['tenants index', () => examineTenants(of)],
    ['switches', () => examineSwitches(of)],
    ['ledger', () => examineTable(of.readLedger, of.canWrite.ledger)],
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
    const cause = error instanceof BrokerError ? `${error.code}, ${error.message}` : errorName(error);
    const detail = `could not be looked at: ${cause}`;
    const fix = 'Check that it is deployed and that the role of manage-tenants may use it; deploy the stage again.';
    return { check, healthy: false, detail, fix };
  }
}

async function examineTable(read: () => Promise<unknown>, write: () => Promise<void>): Promise<Finding> {
  await Promise.all([read(), write()]);
  return { detail: 'can be read and written' };
}

async function examineTenants({ directory }: Examination): Promise<Finding> {
  const { rows, next } = await directory.listTenants({ status: 'active', limit: 100 });
  if (rows.length > 0) return { detail: counted('active tenant', { rows, next }) };
  return { detail: 'no tenant is active yet: `broker tenants add` registers one' };
}

async function examineSwitches({ switches, canWrite }: Examination): Promise<Finding> {
  const [[off]] = await Promise.all([switches.read({ tenantId: NOBODY, job: NO_JOB }), canWrite.switches()]);
  if (off === undefined) return { detail: 'can be read and written; nothing is switched off for everybody' };
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

async function examineSchedule({ cursors, directory, clock }: Examination): Promise<Finding> {
  const tickedAtMs = (await cursors.read())?.tickedAtMs;
  const sinceMs = tickedAtMs ?? (await firstTenantAtMs(directory));
  const silentMs = clock.nowMs() - (sinceMs ?? clock.nowMs());
  const minutes = Math.floor(silentMs / 60_000);
  if (silentMs > SILENT_AFTER_MS) {
    return {
      detail: tickedAtMs === undefined ? 'has never ticked' : `has not come on for ${minutes} minutes`,
      fix: 'Look at the log of verify-trust and at its schedule rule: roles are not verified meanwhile.',
    };
  }
  if (tickedAtMs === undefined) return { detail: 'has not ticked yet: it does so every five minutes' };
  return { detail: `ticked ${minutes} minutes ago` };
}

/** A schedule that has never run is normal if the tenants are new, and a fault if they are not. */
async function firstTenantAtMs(directory: Examination['directory']): Promise<number | undefined> {
  const { rows } = await directory.listTenants({ status: 'active', limit: 100 });
  return rows.length === 0 ? undefined : Math.min(...rows.map(({ createdAtMs }) => createdAtMs));
}

async function examineTrust({ directory }: Examination): Promise<Finding> {
  const { rows, next } = await directory.listRoles({ status: 'quarantined', limit: 100 });
  if (rows.length === 0) return { detail: 'no role is quarantined' };
  return {
    detail: `${counted('role', { rows, next })} quarantined`,
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

/** Writes a count, such as `1 role` or `100 or more roles`. */
function counted(noun: string, { rows, next }: { readonly rows: readonly unknown[]; readonly next?: unknown }): string {
  if (next !== undefined) return `${rows.length} or more ${noun}s`;
  return `${rows.length} ${noun}${rows.length === 1 ? '' : 's'}`;
}
