import { exitCodeOfRoles } from '../answers/role-text.ts';
import { sayVerification } from '../answers/verification-answer.ts';
import { type Command, jobsOption, tenantPositional, text, waitOption } from '../command.ts';
import { usageError } from '../command-error.ts';
import { connectAccounts } from '../import/connect-accounts.ts';
import { listOf } from '../option-values.ts';
import { verifyRoles } from '../verify-roles.ts';

/** Connects a role, or the roles of many accounts, and has them verified. */
export const connectRole: Command = (yargs, run) =>
  yargs.command(
    'connect <tenant>',
    'connect a role that the customer made, or one in each account of a file, and verify it',
    (command) =>
      command
        .positional('tenant', tenantPositional)
        .option('role-arn', { ...text, describe: 'the role’s ARN' })
        .option('from', { ...text, describe: 'a CSV file: accountId[,roleName][,jobs], or roleArn[,jobs]' })
        .option('role-name', { ...text, describe: 'with --from: where the file names none (credential-broker)' })
        .option('role-path', { ...text, describe: 'with --from: of the roles (/credential-broker/)' })
        .option('jobs', { ...jobsOption, describe: 'the jobs that the role serves, as a,b (all)' })
        .option('parallel', { ...text, describe: 'with --from: accounts at once, 1 to 16 (4)' })
        .option('wait', waitOption)
        .conflicts('from', 'role-arn'),
    (args) => {
      const { tenant: tenantId, 'role-arn': roleArn, from, wait } = args;
      const goOn =
        from === undefined
          ? `The role may be connected already; go on with: broker tenants verify ${tenantId} --wait`
          : 'Run the same command again: accounts that are trusted are skipped.';
      return run(
        args,
        async (session) => {
          const jobs = listOf('jobs', args.jobs);
          if (from !== undefined) return connectAccounts(session, { ...args, tenantId, file: from, jobs });
          if (roleArn === undefined) {
            throw usageError('Which role?', 'Give --role-arn <ARN>, or --from <accounts.csv> for many.');
          }
          const { accountId, roleName } = await session.client.call('POST /tenants/:tenantId/roles', {
            params: { tenantId },
            body: { roleArn, ...(jobs && { jobs }) },
          });
          if (!session.json) session.say(`The role of account ${accountId} is connected, and is being verified.`);
          const roles = await verifyRoles(session, { tenantId, address: { accountId, roleName }, wait });
          sayVerification(session, roles);
          return exitCodeOfRoles(roles);
        },
        goOn,
      );
    },
  );
