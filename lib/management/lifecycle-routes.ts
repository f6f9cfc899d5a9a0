import { isRefusal, type OnboardingRefusal } from '../onboarding/onboarding-refusal.ts';
import type { RotationState } from '../onboarding/tenant-lifecycle.ts';
import type { ManagementDependencies } from './management-dependencies.ts';
import { type Answered, type ManagementCall, managementRoute } from './management-route.ts';
import type { OnboardingFormat } from './management-views.ts';
import { answered, readReading, readTenantView } from './read-tenant-view.ts';
import { importBody, migrationBody, reasonBody, rotationBody } from './request-schemas.ts';

/** Larger than usual, because each line of an import holds a tenant, whose settings have keys of their own. */
const IMPORT_KEYS = 10_000;

/** The routes for what happens to a tenant between its registration and its offboarding. */
export function lifecycleRoutes(dependencies: ManagementDependencies) {
  const { lifecycle } = dependencies;
  return {
    'POST /tenants/:tenantId/suspension': managementRoute<'POST /tenants/:tenantId/suspension'>(
      { body: reasonBody },
      async ({ tenantId, by, body }) => answered(await lifecycle.suspend({ tenantId, by, reason: body.reason })),
    ),

    'DELETE /tenants/:tenantId/suspension': managementRoute<'DELETE /tenants/:tenantId/suspension'>(
      { body: reasonBody },
      async ({ tenantId, by, body }) => {
        const resumed = await lifecycle.resume({ tenantId, by, reason: body.reason });
        return answered(isRefusal(resumed) ? resumed : await readTenantView(tenantId, dependencies));
      },
    ),

    'GET /tenants/:tenantId/rotation': managementRoute<'GET /tenants/:tenantId/rotation'>({}, async ({ tenantId }) => {
      const state = await lifecycle.rotation.status(tenantId);
      return answered(isRefusal(state) ? state : state.view);
    }),

    'POST /tenants/:tenantId/rotation': managementRoute<'POST /tenants/:tenantId/rotation'>(
      { body: rotationBody },
      (call) => rotate(call, dependencies),
    ),

    'POST /imports': managementRoute<'POST /imports'>(
      { body: importBody, maximumKeys: IMPORT_KEYS },
      async ({ by, body }) => {
        const { importId, lines, step } = body;
        const found =
          step === 'apply'
            ? await lifecycle.imports.apply({ importId, lines, by })
            : await lifecycle.imports[step]({ importId, lines });
        return answered('refused' in found ? found : { lines: found });
      },
    ),

    'POST /tenants/:tenantId/migration': managementRoute<'POST /tenants/:tenantId/migration'>(
      { body: migrationBody },
      (call) => migrate(call, dependencies),
    ),
  };
}

type RotationCall = ManagementCall<'POST /tenants/:tenantId/rotation'>;

async function rotate({ tenantId, by, body }: RotationCall, dependencies: ManagementDependencies) {
  const { rotation } = dependencies.lifecycle;
  const { step, deadlineDays, format } = body;
  if (step === 'start') {
    const refusal = await refusalAhead({ tenantId, format }, dependencies);
    const days = deadlineDays === undefined ? {} : { deadlineDays };
    return shownOnce(refusal ?? (await rotation.start({ tenantId, by, ...days })), format, dependencies);
  }
  const extra = deadlineDays !== undefined ? 'deadlineDays' : format !== undefined ? 'format' : undefined;
  if (extra !== undefined) return notOfThisStep(extra, step);
  const state = await rotation[step]({ tenantId, by });
  return answered<'POST /tenants/:tenantId/rotation'>(isRefusal(state) ? state : state.view);
}

/** Shows the next external ID, which was just made. It is shown only this once. */
function shownOnce(
  state: RotationState | OnboardingRefusal,
  format: OnboardingFormat | undefined,
  { onboarding }: ManagementDependencies,
): Answered<'POST /tenants/:tenantId/rotation'> | OnboardingRefusal {
  if (isRefusal(state)) return state;
  const made = onboarding.make({ tenant: state.tenant, format, showExternalIds: true });
  return isRefusal(made) ? made : { status: 200, answer: { ...state.view, onboarding: made } };
}

type MigrationCall = ManagementCall<'POST /tenants/:tenantId/migration'>;

async function migrate({ tenantId, by, body }: MigrationCall, dependencies: ManagementDependencies) {
  const { migration } = dependencies.lifecycle;
  if (body.step === 'start') return startMigration({ tenantId, by, format: body.format }, dependencies);
  const moved =
    body.step === 'finish'
      ? await migration.finish({ tenantId, by })
      : await migration.keyDeleted({ tenantId, by, accessKeyId: body.accessKeyId });
  const tenant = isRefusal(moved) ? moved : await readTenantView(tenantId, dependencies);
  return answered<'POST /tenants/:tenantId/migration'>(isRefusal(tenant) ? tenant : { tenant });
}

type Starting = { readonly tenantId: string; readonly by: string; readonly format: OnboardingFormat | undefined };

async function startMigration({ tenantId, by, format }: Starting, dependencies: ManagementDependencies) {
  const refusal = await refusalAhead({ tenantId, format }, dependencies);
  const started = refusal ?? (await dependencies.lifecycle.migration.start({ tenantId, by }));
  if (isRefusal(started)) return started;
  const tenant = await readTenantView(tenantId, dependencies);
  if (isRefusal(tenant)) return tenant;
  const made = dependencies.onboarding.make({ tenant: started.tenant, format, showExternalIds: started.made });
  return answered<'POST /tenants/:tenantId/migration'>(isRefusal(made) ? made : { tenant, onboarding: made });
}

/** Refuses beforehand: an external ID is shown only once, so none is made for an answer that could not be given. */
async function refusalAhead(
  { tenantId, format }: Omit<Starting, 'by'>,
  dependencies: ManagementDependencies,
): Promise<OnboardingRefusal | undefined> {
  const reading = await readReading(tenantId, dependencies);
  if (isRefusal(reading)) return reading;
  if (reading.tenant.status === 'offboarded')
    return { refused: 'tenant.offboarded', explanation: 'the tenant has left' };
  return dependencies.onboarding.refusalAhead({ tenant: reading.tenant, format });
}

function notOfThisStep(field: string, step: string): OnboardingRefusal {
  return {
    refused: 'request.fieldNotAllowed',
    explanation: `the body has the key "${field}", which ${step} does not take`,
  };
}
