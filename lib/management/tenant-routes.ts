import { registerTenant, tenantToBe } from '../onboarding/onboard-tenant.ts';
import { isRefusal, type OnboardingRefusal } from '../onboarding/onboarding-refusal.ts';
import { refuseJobs } from '../onboarding/refuse-jobs.ts';
import { explainTenantId } from '../requests/explain-field.ts';
import { TENANT_ID, type Tenant } from '../tenants/tenant.ts';
import { changeSettings } from './change-settings.ts';
import type { ManagementDependencies } from './management-dependencies.ts';
import { type Answered, managementRoute } from './management-route.ts';
import type { Onboarding } from './management-views.ts';
import { answered, readReading, readTenantView } from './read-tenant-view.ts';
import { changeBody, onboardingQuery, reasonBody, registrationBody } from './request-schemas.ts';
import { tenantView } from './tenant-view.ts';

/** The routes for a single tenant: registering, showing, changing and offboarding. */
export function tenantRoutes(dependencies: ManagementDependencies) {
  const { registry, rules, onboarding, lifecycle } = dependencies;
  return {
    'POST /tenants': managementRoute<'POST /tenants'>({ body: registrationBody }, async ({ by, body }) => {
      const { format, ...tenant } = body;
      if (!TENANT_ID.test(tenant.tenantId)) {
        return { refused: 'tenant.idInvalid', explanation: explainTenantId(tenant.tenantId) };
      }
      const { settings, enabledJobs } = tenantToBe(tenant, rules);
      const toBe = { status: 'active' as const, settings, enabledJobs: [...enabledJobs] };
      // The external ID is shown only once, so none is made for a customer to whom it could not be shown.
      const refusal = refuseJobs(toBe, rules) ?? onboarding.refusalAhead({ tenant: toBe, format });
      const made = refusal ?? (await registerTenant({ ...tenant, by }, { registry, rules }));
      if (isRefusal(made)) return made;
      return created(made, onboarding.make({ tenant: made, format, showExternalIds: true }));
    }),

    'GET /tenants/:tenantId': managementRoute<'GET /tenants/:tenantId'>({}, async ({ tenantId }) =>
      answered(await readTenantView(tenantId, dependencies)),
    ),

    'PATCH /tenants/:tenantId': managementRoute<'PATCH /tenants/:tenantId'>(
      { body: changeBody },
      async ({ tenantId, by, body }) => {
        const changed = await changeSettings({ tenantId, by, wanted: body }, { registry, rules });
        return answered(isRefusal(changed) ? changed : await readTenantView(tenantId, dependencies));
      },
    ),

    'DELETE /tenants/:tenantId': managementRoute<'DELETE /tenants/:tenantId'>(
      { body: reasonBody },
      async ({ tenantId, by, body }) => answered(await lifecycle.offboard({ tenantId, by, reason: body.reason })),
    ),

    'GET /tenants/:tenantId/onboarding': managementRoute<'GET /tenants/:tenantId/onboarding'>(
      { query: onboardingQuery },
      async ({ tenantId, query }) => {
        const reading = await readReading(tenantId, dependencies);
        if (isRefusal(reading)) return reading;
        const { format } = query ?? {};
        return answered(onboarding.make({ tenant: reading.tenant, format, showExternalIds: false }));
      },
    ),
  };
}

function created(
  tenant: Tenant,
  onboarding: Onboarding | OnboardingRefusal,
): Answered<'POST /tenants'> | OnboardingRefusal {
  if (isRefusal(onboarding)) return onboarding;
  return { status: 201, answer: { tenant: tenantView({ tenant, roles: [] }), onboarding } };
}
