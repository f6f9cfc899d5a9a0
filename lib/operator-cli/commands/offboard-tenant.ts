import { renderStop } from '../answers/stop-text.ts';
import { type Command, reasonOption, tenantPositional } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson } from '../session.ts';

/** Offboards a tenant. */
export const offboardTenant: Command = (yargs, run) =>
  yargs.command(
    'offboard <tenant>',
    'let a tenant go: everything stops, its roles are freed, the audit stays',
    (command) => command.positional('tenant', tenantPositional).option('reason', reasonOption),
    (args) =>
      run(args, async (session) => {
        const { tenant: tenantId, reason } = args;
        const report = await session.client.call('DELETE /tenants/:tenantId', {
          params: { tenantId },
          body: { reason },
        });
        if (session.json) printJson(session, report);
        else {
          session.print(renderStop(report, session, 'offboarded'));
          session.say('The customer may delete the roles now.');
        }
        return EXIT_CODES.ok;
      }),
  );
