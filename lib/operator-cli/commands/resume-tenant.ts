import { type Command, reasonOption, tenantPositional } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson } from '../session.ts';

/** Ends a suspension. */
export const resumeTenant: Command = (yargs, run) =>
  yargs.command(
    'resume <tenant>',
    'end the suspension of a tenant',
    (command) => command.positional('tenant', tenantPositional).option('reason', reasonOption),
    (args) =>
      run(args, async (session) => {
        const { tenant: tenantId, reason } = args;
        const tenant = await session.client.call('DELETE /tenants/:tenantId/suspension', {
          params: { tenantId },
          body: { reason },
        });
        if (session.json) printJson(session, tenant);
        else session.say(`${tenantId} is ${tenant.status} again. What was ended stays ended: ask for it anew.`);
        return EXIT_CODES.ok;
      }),
  );
