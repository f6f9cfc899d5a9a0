import { exitCodeOfRoles } from '../answers/role-text.ts';
import { sayVerification } from '../answers/verification-answer.ts';
import { type Command, tenantPositional, text, waitOption } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { readRoleAddress } from '../role-address.ts';
import { verifyRoles } from '../verify-roles.ts';

/** Has the roles of a tenant probed again. */
export const verifyTenant: Command = (yargs, run) =>
  yargs.command(
    'verify <tenant>',
    'probe the roles of a tenant, or one of them, and say what was found',
    (command) =>
      command
        .positional('tenant', tenantPositional)
        .option('role-arn', { ...text, describe: 'this role alone', conflicts: ['account', 'role-name'] })
        .option('account', { ...text, describe: 'the roles of this account' })
        .option('role-name', { ...text, describe: 'with --account: this role alone' })
        .option('lift-pause', {
          type: 'boolean',
          default: false,
          describe: 'their customer was asked: put what is paused in use again',
        })
        .option('wait', waitOption),
    (args) => {
      const goOn = `Nothing is lost; go on with: broker tenants verify ${args.tenant} --wait`;
      return run(
        args,
        async (session) => {
          const { tenant: tenantId, wait, 'lift-pause': liftsPause } = args;
          const roles = await verifyRoles(session, { tenantId, address: readRoleAddress(args), wait, liftsPause });
          if (roles.length === 0 && !session.json) {
            session.say(`No role is connected. Connect one: broker tenants connect ${tenantId} --role-arn <ARN>`);
            return EXIT_CODES.notProven;
          }
          sayVerification(session, roles);
          return exitCodeOfRoles(roles);
        },
        goOn,
      );
    },
  );
