import { consentToRole } from '../onboarding/consent-to-role.ts';
import { connectRole, readRole } from '../onboarding/onboard-tenant.ts';
import { isRefusal, refuse } from '../onboarding/onboarding-refusal.ts';
import type { TenantRole } from '../tenants/tenant.ts';
import type { ManagementDependencies, VerificationWanted } from './management-dependencies.ts';
import { managementRoute } from './management-route.ts';
import { answered, readReading } from './read-tenant-view.ts';
import { connectionBody, verificationBody } from './request-schemas.ts';
import { roleNameOf, roleView } from './role-view.ts';

/** The routes for the roles of a tenant: connecting, consenting, verifying and disconnecting. */
export function roleRoutes(dependencies: ManagementDependencies) {
  const { registry, rules } = dependencies;
  return {
    'POST /tenants/:tenantId/roles': managementRoute<'POST /tenants/:tenantId/roles'>(
      { body: connectionBody },
      async ({ tenantId, by, body }) => {
        const asked = { tenantId, roleArn: body.roleArn, jobs: body.jobs ?? 'all', by } as const;
        const connection = await connectRole(asked, { registry, rules });
        if (isRefusal(connection)) return connection;
        return answered(roleView(connection.role), connection.isNew ? 201 : 200);
      },
    ),

    'POST /tenants/:tenantId/consent': managementRoute<'POST /tenants/:tenantId/consent'>(
      { body: connectionBody },
      async ({ tenantId, by, body }) => {
        const role = await consentToRole(
          { tenantId, roleArn: body.roleArn, jobs: body.jobs ?? 'all', by },
          dependencies,
        );
        return isRefusal(role) ? role : answered(roleView(role));
      },
    ),

    'DELETE /tenants/:tenantId/roles/:accountId/:roleName':
      managementRoute<'DELETE /tenants/:tenantId/roles/:accountId/:roleName'>({}, async ({ by, ...named }) => {
        const role = await readRole(named, dependencies);
        if (isRefusal(role)) return role;
        const disconnected = await registry.disconnectRole(role, by);
        return isRefusal(disconnected) ? disconnected : answered(roleView(disconnected));
      }),

    'POST /tenants/:tenantId/verification': managementRoute<'POST /tenants/:tenantId/verification'>(
      { body: verificationBody },
      async ({ tenantId, by, body }) => {
        const wanted = { tenantId, by, ...body };
        const before = await readNamedRoles(wanted, dependencies);
        if (isRefusal(before)) return before;
        // A pause is lifted only if the caller asks for that: roles are also verified by hand for other reasons, such
        // as a rotation.
        await dependencies.verify(wanted);
        const after = await readNamedRoles(wanted, dependencies);
        return isRefusal(after) ? after : answered({ roles: after.map(roleView) });
      },
    ),
  };
}

async function readNamedRoles(
  { tenantId, accountId, roleName }: VerificationWanted,
  dependencies: ManagementDependencies,
) {
  const reading = await readReading(tenantId, dependencies);
  if (isRefusal(reading)) return reading;
  if (reading.tenant.status === 'offboarded') return refuse('tenant.offboarded', 'the tenant has left');
  const isNamed = (role: TenantRole) =>
    (accountId ?? role.accountId) === role.accountId && (roleName ?? roleNameOf(role)) === roleNameOf(role);
  const roles = reading.roles.filter(isNamed);
  if (roles.length > 0) return roles;
  if (accountId === undefined) return refuse('account.none', 'the tenant has connected no account');
  return refuse('account.unknown', 'the tenant has connected no such role in this account');
}
