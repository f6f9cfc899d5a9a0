import { isRefusal, type OnboardingRefusal } from '../onboarding/onboarding-refusal.ts';
import type { Page } from '../tenants/tenant-registry.ts';
import { listTenants } from './list-tenants.ts';
import type { ManagementDependencies } from './management-dependencies.ts';
import { managementRoute } from './management-route.ts';
import { readCursor, writeCursor } from './page-cursor.ts';
import { answered, readReading } from './read-tenant-view.ts';
import { changesQuery, listQuery } from './request-schemas.ts';

/** The number of rows on a page if the caller does not say. */
const ROWS = 50;

/**
 * The routes of the lists, page by page: the tenants, the changes of one tenant, and the findings of an examination.
 */
export function listRoutes(dependencies: ManagementDependencies) {
  const { registry, examine } = dependencies;
  return {
    'GET /tenants': managementRoute<'GET /tenants'>({ query: listQuery }, async ({ query }) => {
      const { limit, ...wanted } = query ?? {};
      return answered(
        await listTenants({ ...wanted, limit: limit === undefined ? ROWS : Number(limit) }, dependencies),
      );
    }),

    'GET /tenants/:tenantId/changes': managementRoute<'GET /tenants/:tenantId/changes'>(
      { query: changesQuery },
      async ({ tenantId, query }) => {
        const page = readPage(query, `changes ${tenantId}`);
        if (isRefusal(page)) return page;
        const reading = await readReading(tenantId, dependencies);
        if (isRefusal(reading)) return reading;
        const { rows, next } = await registry.readChanges(tenantId, page);
        const of = `changes ${tenantId}`;
        return answered({
          changes: rows,
          ...(next === undefined ? {} : { cursor: writeCursor({ of, part: 0, after: next }) }),
        });
      },
    ),

    'GET /doctor': managementRoute<'GET /doctor'>({}, async () => answered({ checks: await examine() })),
  };
}

/** Reads which page a query asks for; the cursor must belong to the list `of`. */
function readPage(query: { limit?: string; cursor?: string } | undefined, of: string): Page | OnboardingRefusal {
  const { limit, cursor } = query ?? {};
  const from = cursor === undefined ? { of, part: 0 } : readCursor(cursor, { of, parts: 1 });
  if (from === undefined) {
    return { refused: 'request.fieldInvalid', explanation: 'cursor: expected the one of the page before' };
  }
  const rows = limit === undefined ? ROWS : Number(limit);
  return { limit: rows, ...('after' in from && from.after !== undefined ? { after: from.after } : {}) };
}
