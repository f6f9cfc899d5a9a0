import type { OnboardingRefusal } from '../onboarding/onboarding-refusal.ts';
import type { TrustFinding } from '../onboarding/trust/trust-finding.ts';
import { runConcurrently } from '../platform/run-concurrently.ts';
import {
  ROLE_STATUSES,
  type RoleStatus,
  TENANT_STATUSES,
  type TenantReading,
  type TenantStatus,
} from '../tenants/tenant.ts';
import type { Page, PageOf } from '../tenants/tenant-registry.ts';
import type { ManagementRoutes } from './management-api.ts';
import type { ManagementDependencies } from './management-dependencies.ts';
import type { ConsentFilter, TenantRow } from './management-views.ts';
import { type PageCursor, readCursor, writeCursor } from './page-cursor.ts';
import { tenantRow } from './tenant-view.ts';

export type TenantList = ManagementRoutes['GET /tenants']['answer'];
export type ListWanted = {
  readonly status?: TenantStatus | RoleStatus | undefined;
  readonly finding?: TrustFinding | undefined;
  readonly consent?: ConsentFilter | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
};

type Dependencies = Pick<ManagementDependencies, 'registry' | 'directory' | 'readSuspensions'>;

/** How many tenants' partitions are read at a time. */
const READ_AT_A_TIME = 16;

/**
 * A page of tenants, with their roles counted. An index, which may lag, says which tenants are on the page; the facts
 * about each are read from its own partition. Without a status, the list has the tenants that have not left.
 */
export async function listTenants(
  wanted: ListWanted,
  dependencies: Dependencies,
): Promise<TenantList | OnboardingRefusal> {
  const parts = partsOf(wanted, dependencies);
  const of = [
    wanted.status ?? '',
    wanted.finding ?? '',
    ...(wanted.consent === undefined ? [] : [wanted.consent]),
  ].join(' ');
  const start = wanted.cursor === undefined ? { of, part: 0 } : readCursor(wanted.cursor, { of, parts: parts.length });
  if (start === undefined) {
    return {
      refused: 'request.fieldInvalid',
      explanation: 'cursor: expected the one of the page before, of the same list',
    };
  }
  const { tenantIds, next } = await readIds(start, { parts, limit: wanted.limit });
  const [readings, suspensions] = await Promise.all([
    readAll(tenantIds, dependencies),
    dependencies.readSuspensions(tenantIds.map(({ tenantId }) => tenantId)),
  ]);
  const belongs = readings.filter(
    (reading) =>
      (parts[reading.part]?.holds(reading, parts.slice(0, reading.part)) ?? false) &&
      hasConsent(reading, wanted.consent),
  );
  return {
    tenants: belongs.map((reading): TenantRow => tenantRow(reading, suspensions.get(reading.tenant.tenantId))),
    ...(next === undefined ? {} : { cursor: writeCursor(next) }),
  };
}

/** No index covers consent, so tenants without a matching role are dropped from the page, which then has fewer rows. */
function hasConsent({ roles }: TenantReading, wanted: ConsentFilter | undefined): boolean {
  return wanted === undefined || roles.some(({ consent }) => (consent?.state ?? 'none') === wanted);
}

/** A part of the list: one query of an index, page by page. */
type Part = {
  readonly read: (page: Page) => Promise<PageOf<{ readonly tenantId: string }>>;
  readonly matches: (reading: TenantReading) => boolean;
  /** Does the tenant belong to this part? It does not if an earlier part has shown it, or if the index lagged. */
  readonly holds: (reading: TenantReading, earlier: readonly Part[]) => boolean;
};

function partsOf({ status, finding }: ListWanted, { directory }: Dependencies): readonly Part[] {
  const tenantStatus = TENANT_STATUSES.find((candidate) => candidate === status);
  const roleStatus = ROLE_STATUSES.find((candidate) => candidate === status);
  if (finding === undefined && roleStatus === undefined) {
    const statuses = tenantStatus === undefined ? (['active', 'migrating'] as const) : [tenantStatus];
    return statuses.map((each) =>
      part({
        read: (page) => directory.listTenants({ status: each, ...page }),
        matches: ({ tenant }) => tenant.status === each,
      }),
    );
  }
  const ofFinding = finding === undefined ? {} : { finding };
  return (roleStatus === undefined ? ROLE_STATUSES : [roleStatus]).map((each) =>
    part({
      read: (page) => directory.listRoles({ status: each, ...ofFinding, ...page }),
      matches: ({ tenant, roles }) =>
        (tenantStatus ?? tenant.status) === tenant.status &&
        roles.some((role) => role.status === each && (finding === undefined || role.findings.includes(finding))),
    }),
  );
}

function part({ read, matches }: Pick<Part, 'read' | 'matches'>): Part {
  return {
    read,
    matches,
    holds: (reading, earlier) => matches(reading) && !earlier.some((before) => before.matches(reading)),
  };
}

type FoundId = { readonly tenantId: string; readonly part: number };
type Reading = { readonly parts: readonly Part[]; readonly limit: number };

/** Reads part after part until the page is full or the list ends. Several roles of a tenant make one row. */
async function readIds(start: PageCursor, { parts, limit }: Reading) {
  const found: FoundId[] = [];
  let at: PageCursor | undefined = start;
  while (at !== undefined && found.length < limit) {
    const cursor: PageCursor = at;
    const read: Read | undefined = await readPart(cursor, { parts, limit: limit - found.length });
    found.push(...(read?.found ?? []));
    at = read?.next;
  }
  return { tenantIds: found, next: at };
}

type Read = { readonly found: readonly FoundId[]; readonly next: PageCursor | undefined };

async function readPart({ of, part: index, after, last }: PageCursor, { parts, limit }: Reading) {
  const page = await parts[index]?.read({ limit, ...(after === undefined ? {} : { after }) });
  if (page === undefined) return undefined;
  const ids = page.rows.map(({ tenantId }) => tenantId);
  const fresh = ids.filter((tenantId, position) => tenantId !== (ids[position - 1] ?? last));
  const found = fresh.map((tenantId) => ({ tenantId, part: index }));
  const here = ids.at(-1) ?? last;
  if (page.next === undefined) {
    return { found, next: index + 1 < parts.length ? { of, part: index + 1 } : undefined };
  }
  return { found, next: { of, part: index, after: page.next, ...(here === undefined ? {} : { last: here }) } };
}

async function readAll(found: readonly FoundId[], { registry }: Dependencies) {
  const outcomes = await runConcurrently(found, READ_AT_A_TIME, async ({ tenantId, part: index }) => {
    const reading = await registry.readTenant(tenantId);
    return reading === undefined ? [] : [{ ...reading, part: index }];
  });
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
