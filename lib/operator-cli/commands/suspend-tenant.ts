import { renderStop } from '../answers/stop-text.ts';
import { type Command, reasonOption, tenantPositional } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson } from '../session.ts';

/** Stops everything for a tenant, until it is resumed. */
export const suspendTenant: Command = (yargs, run) =>
  yargs.command(
    'suspend <tenant>',
    'stop everything for a tenant at once, and say what may still be alive',
    (command) => command.positional('tenant', tenantPositional).option('reason', reasonOption),
    (args) =>
      run(args, async (session) => {
        const { tenant: tenantId, reason } = args;
        const report = await session.client.call('POST /tenants/:tenantId/suspension', {
          params: { tenantId },
          body: { reason },
        });
        if (session.json) printJson(session, report);
        else {
          session.print(renderStop(report, session, 'suspended'));
          session.say(`To go on one day: broker tenants resume ${tenantId} --reason <why>`);
        }
        return EXIT_CODES.ok;
      }),
  );
