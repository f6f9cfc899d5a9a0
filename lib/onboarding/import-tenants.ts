import { isDeepStrictEqual } from 'node:util';
import type { ImportLine } from '../management/management-views.ts';
import { runConcurrently } from '../platform/run-concurrently.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { TenantRegistry } from '../tenants/tenant-registry.ts';
import { findSecret } from './find-secret.ts';
import { type ImportedTenant, type ImportLineReading, readImportLine, tenantIdOf } from './import-line.ts';
import { isRefusal, type OnboardingRefusal, refuse } from './onboarding-refusal.ts';
import type { JobRules } from './refuse-jobs.ts';
import type { TenantImports, UnreadLine } from './tenant-lifecycle.ts';

export type ImportDependencies = {
  readonly registry: Pick<TenantRegistry, 'readTenant' | 'importTenant' | 'undoImport'>;
  readonly rules: JobRules;
};

const AT_ONCE = 8;
const NAMED_LINES = 10;

/**
 * Imports tenants that have access keys of IAM users, as `migrating`. Nothing is written when one of the lines cannot
 * be imported, and nothing of a line that holds a secret key is ever repeated. Each step may be repeated: a line that
 * this import brought in before counts as imported.
 */
export function makeTenantImports(dependencies: ImportDependencies): TenantImports {
  return {
    async check({ importId, lines }) {
      return (
        refuseSecrets(lines) ?? forEach(readLines(lines, dependencies), (one) => checkLine(one, importId, dependencies))
      );
    },
    async apply({ importId, lines, by }) {
      const secrets = refuseSecrets(lines);
      if (secrets !== undefined) return secrets;
      const readings = readLines(lines, dependencies);
      const checked = await forEach(readings, (one) => checkLine(one, importId, dependencies));
      const refusal = refuseInvalid(checked);
      if (refusal !== undefined) return refusal;
      return forEach(readings, (one) => applyLine(one, { importId, by }, dependencies));
    },
    async undo({ importId, lines }) {
      return forEach(lines, (one) => undoLine(one, importId, dependencies));
    },
  };
}

type ReadLine = { readonly line: number; readonly reading: ImportLineReading };

/**
 * Refuses lines that hold a secret, without repeating any of them. Other problems are reported once no secret is left.
 */
function refuseSecrets(lines: readonly UnreadLine[]): OnboardingRefusal | undefined {
  const found = lines.flatMap(({ line, tenant }) => {
    const field = findSecret(tenant);
    return field === undefined ? [] : [`line ${line} (${field})`];
  });
  if (found.length === 0) return undefined;
  return refuse('import.secretRefused', `what looks like a secret access key stands in ${listed(found)}`);
}

function refuseInvalid(checked: readonly ImportLine[]): OnboardingRefusal | undefined {
  const problems = checked.flatMap(({ line, problem }) => (problem === undefined ? [] : [`line ${line}: ${problem}`]));
  return problems.length === 0 ? undefined : refuse('import.invalid', listed(problems));
}

function listed(texts: readonly string[]): string {
  const more = texts.length > NAMED_LINES ? `; and ${texts.length - NAMED_LINES} more` : '';
  return `${texts.slice(0, NAMED_LINES).join('; ')}${more}`;
}

/** Checks each line by itself, and then that no two lines share what must be unique. */
function readLines(lines: readonly UnreadLine[], { rules }: ImportDependencies): readonly ReadLine[] {
  const firstLines = new Map<string, number>();
  return lines.map(({ line, tenant }) => {
    const reading = readImportLine(tenant, rules);
    if (!reading.read) return { line, reading };
    const { tenantId, legacyAccessKeyIds } = reading.tenant;
    const claims = [`tenantId ${tenantId}`, ...legacyAccessKeyIds.map((id) => `accessKeyId ${id}`)];
    const taken = claims.find((claim) => firstLines.has(claim));
    for (const claim of claims) if (!firstLines.has(claim)) firstLines.set(claim, line);
    if (taken === undefined) return { line, reading };
    const problem = `${taken} stands in line ${firstLines.get(taken)} too`;
    return { line, reading: { read: false, problem, tenantId } };
  });
}

async function checkLine(
  { line, reading }: ReadLine,
  importId: string,
  { registry }: ImportDependencies,
): Promise<ImportLine> {
  if (!reading.read) return told(line, reading.tenantId, reading.problem);
  const { tenantId } = reading.tenant;
  const there = await registry.readTenant(tenantId, []);
  return told(line, tenantId, there === undefined ? undefined : conflict(there.tenant, reading.tenant, importId));
}

async function applyLine(
  { line, reading }: ReadLine,
  { importId, by }: { readonly importId: string; readonly by: string },
  { registry }: ImportDependencies,
): Promise<ImportLine> {
  if (!reading.read) return told(line, reading.tenantId, reading.problem);
  const { tenantId } = reading.tenant;
  const made = await registry.importTenant({ ...reading.tenant, importId }, by);
  if (!isRefusal(made)) return told(line, tenantId);
  // This very import may have registered it, in a call whose answer was lost.
  const there = await registry.readTenant(tenantId, []);
  return told(
    line,
    tenantId,
    there === undefined ? made.explanation : conflict(there.tenant, reading.tenant, importId),
  );
}

/** Why a tenant that exists is not the one that the line describes. Undefined when it is. */
function conflict(there: Tenant, wanted: ImportedTenant, importId: string): string | undefined {
  if (there.status === 'offboarded') return 'this tenant has left; register it again';
  if (there.importId !== importId) return 'a tenant with this id is registered already';
  const wasChangedSince = there.lastChange?.change !== 'tenant.imported';
  if (wasChangedSince || isDeepStrictEqual(contentOf(there), contentOf(wanted))) return undefined;
  return 'this import brought in another tenant with this id; give the file another import id';
}

type Content = Pick<Tenant, 'name' | 'schedule' | 'notes'> & {
  readonly enabledJobs: readonly string[];
  readonly settings?: Readonly<Tenant['settings']>;
  readonly legacyAccessKeyIds?: readonly string[] | undefined;
};

function contentOf({ name, enabledJobs, settings = {}, schedule, notes, legacyAccessKeyIds }: Content): Content {
  return { name, enabledJobs, settings, schedule, notes, legacyAccessKeyIds };
}

async function undoLine(
  { line, tenant }: UnreadLine,
  importId: string,
  { registry }: ImportDependencies,
): Promise<ImportLine> {
  const tenantId = tenantIdOf(tenant);
  if (tenantId === undefined) return { line };
  if (await registry.undoImport({ tenantId, importId })) return told(line, tenantId);
  const there = await registry.readTenant(tenantId, []);
  const isOurs = there?.tenant.importId === importId;
  return told(line, tenantId, isOurs ? 'it was changed since it was imported, and stays' : undefined);
}

function told(line: number, tenantId: string | undefined, problem?: string): ImportLine {
  return {
    line,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Gives the results in the order of the lines. Throws the first error after all lines were seen to. */
async function forEach<Line>(
  lines: readonly Line[],
  work: (line: Line) => Promise<ImportLine>,
): Promise<readonly ImportLine[]> {
  const outcomes = await runConcurrently(lines, AT_ONCE, work);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
