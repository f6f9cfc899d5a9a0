import { type Command, tenantPositional, text } from '../command.ts';
import { usageError } from '../command-error.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { readRoleAddress } from '../role-address.ts';
import { printJson } from '../session.ts';

/** Disconnects a role from a tenant. */
export const disconnectRole: Command = (yargs, run) =>
  yargs.command(
    'disconnect <tenant>',
    'remove a role from a tenant; what was recorded of it stays',
    (command) =>
      command
        .positional('tenant', tenantPositional)
        .option('role-arn', { ...text, describe: 'the role’s ARN', conflicts: ['account', 'role-name'] })
        .option('account', { ...text, describe: 'its account, with --role-name' })
        .option('role-name', { ...text, describe: 'its name, with --account' }),
    (args) =>
      run(args, async (session) => {
        const { accountId, roleName } = readRoleAddress(args);
        if (accountId === undefined || roleName === undefined) {
          throw usageError('Which role?', 'Give --role-arn <ARN>, or --account <id> and --role-name <name>.');
        }
        const role = await session.client.call('DELETE /tenants/:tenantId/roles/:accountId/:roleName', {
          params: { tenantId: args.tenant, accountId, roleName },
        });
        if (session.json) printJson(session, role);
        else session.say(`${role.roleArn} is no longer connected. The customer may delete the role.`);
        return EXIT_CODES.ok;
      }),
  );
