import type { Tenant } from '../../tenants/tenant.ts';
import { renderTenant } from '../answers/tenant-text.ts';
import { sayAwaited } from '../answers/verification-answer.ts';
import { type Command, tenantPositional } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson } from '../session.ts';

/** Shows everything about one tenant. */
export const showTenant: Command = (yargs, run) =>
  yargs.command(
    'show <tenant>',
    'show a tenant: settings, roles, and what was found of them',
    (command) => command.positional('tenant', tenantPositional),
    (args) =>
      run(args, async (session) => {
        const { tenant: tenantId } = args;
        const tenant = await session.client.call('GET /tenants/:tenantId', { params: { tenantId } });
        if (session.json) printJson(session, tenant);
        else {
          session.print(renderTenant(tenant, session));
          sayAwaited(session, tenant.roles);
          const next = tenant.roles.length === 0 ? wayToRole(tenant.status) : undefined;
          if (next !== undefined) session.say(`Connect one: broker tenants ${next} ${tenantId} --role-arn <ARN>`);
        }
        return EXIT_CODES.ok;
      }),
  );

/** The command that connects a role to such a tenant; undefined if no command can. */
function wayToRole(status: Tenant['status']): 'connect' | 'migrate' | undefined {
  if (status === 'offboarded') return undefined;
  return status === 'migrating' ? 'migrate' : 'connect';
}
