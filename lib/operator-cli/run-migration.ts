import type { OnboardingFormat, RoleView, TenantView } from '../management/management-views.ts';
import { sayOnboarding } from './answers/onboarding-answer.ts';
import { awaitsConsent } from './answers/role-text.ts';
import { renderTenant } from './answers/tenant-text.ts';
import { sayVerification } from './answers/verification-answer.ts';
import { EXIT_CODES, type ExitCode } from './exit-code.ts';
import { printJson, type Session } from './session.ts';
import { verifyRoles } from './verify-roles.ts';

export type Migration = {
  readonly tenantId: string;
  readonly roleArn?: string | undefined;
  readonly jobs?: readonly string[] | undefined;
  readonly format?: OnboardingFormat | undefined;
  readonly wait: boolean;
};

/**
 * Continues a migration from its present step: external ID, the customer's role, its proof, the end. Says what to do
 * next; the next call starts there. With `--json` it prints the answer of the last step that it took.
 */
export async function migrateTenant(session: Session, migration: Migration): Promise<ExitCode> {
  const { tenantId, roleArn, format } = migration;
  const { client } = session;
  const params = { tenantId };
  const found = await client.call('GET /tenants/:tenantId', { params });
  const isOver = found.status === 'active' && found.legacyAccessKeyIds !== undefined;
  if (isOver) return sayDone(session, { tenant: found });
  const started = await client.call('POST /tenants/:tenantId/migration', {
    params,
    body: { step: 'start', ...(format && { format }) },
  });
  const { onboarding, tenant } = started;
  // No role can have an external ID that has only just been made.
  const isNew = onboarding?.externalId !== undefined;
  if (onboarding !== undefined && (isNew || (roleArn === undefined && tenant.roles.length === 0))) {
    if (session.json) printJson(session, started);
    else {
      session.say(`${tenantId} migrates. Give this to the customer:`);
      sayOnboarding(session, onboarding);
      session.say(`When the role is made: broker tenants migrate ${tenantId} --role-arn <its ARN> --wait`);
    }
    return EXIT_CODES.notProven;
  }
  return proveAndFinish(session, migration);
}

async function proveAndFinish(session: Session, { tenantId, roleArn, jobs, wait }: Migration): Promise<ExitCode> {
  const { client } = session;
  const params = { tenantId };
  if (roleArn !== undefined) {
    const body = { roleArn, ...(jobs && { jobs }) };
    const { accountId } = await client.call('POST /tenants/:tenantId/roles', { params, body });
    if (!session.json) session.say(`The role of account ${accountId} is connected, and is being verified.`);
  }
  const roles = await verifyRoles(session, { tenantId, address: {}, wait });
  if (!roles.some((role) => role.status === 'trusted' && !awaitsConsent(role))) return sayUnproven(session, roles);
  if (!session.json) sayVerification(session, roles);
  return sayDone(session, await client.call('POST /tenants/:tenantId/migration', { params, body: { step: 'finish' } }));
}

function sayUnproven(session: Session, roles: readonly RoleView[]): ExitCode {
  sayVerification(session, roles);
  const tenantId = roles[0]?.tenantId ?? '';
  if (!session.json) session.say(`Then go on with: broker tenants migrate ${tenantId}`);
  return EXIT_CODES.notProven;
}

/** Nothing is issued with the old keys, but only the customer can delete them. */
function sayDone(session: Session, finished: { readonly tenant: TenantView }): ExitCode {
  const { tenant } = finished;
  if (session.json) {
    printJson(session, finished);
    return EXIT_CODES.ok;
  }
  session.print(renderTenant(tenant, session));
  session.say(`${tenant.tenantId} is ${tenant.status}, with its settings, schedule and history.`);
  for (const key of tenant.legacyAccessKeyIds ?? []) {
    session.say(
      `The customer must delete the access key ${key}. When it is gone: broker tenants migrate ${tenant.tenantId} --key-deleted ${key}`,
    );
  }
  return EXIT_CODES.ok;
}
