import { type Command, formatOption, jobsOption, tenantPositional, text, waitOption } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { listOf } from '../option-values.ts';
import { migrateTenant as goOn } from '../run-migration.ts';
import { printJson } from '../session.ts';

/** Migrates an imported tenant to a role, as far as is possible now. */
export const migrateTenant: Command = (yargs, run) =>
  yargs.command(
    'migrate <tenant>',
    'take an imported tenant from access keys to a role, as far as it can go now',
    (command) =>
      command
        .positional('tenant', tenantPositional)
        .option('role-arn', { ...text, describe: 'the role that the customer made' })
        .option('jobs', { ...jobsOption, describe: 'the jobs that the role serves, as a,b (all)' })
        .option('format', formatOption)
        .option('wait', waitOption)
        .option('key-deleted', { ...text, describe: 'the id of an access key that the customer has deleted' })
        .conflicts('key-deleted', ['role-arn', 'jobs', 'format']),
    (args) => {
      const { tenant: tenantId, 'role-arn': roleArn, 'key-deleted': accessKeyId, format, wait } = args;
      return run(
        args,
        async (session) => {
          if (accessKeyId === undefined) {
            return goOn(session, { tenantId, roleArn, format, wait, jobs: listOf('jobs', args.jobs) });
          }
          const answer = await session.client.call('POST /tenants/:tenantId/migration', {
            params: { tenantId },
            body: { step: 'keyDeleted', accessKeyId },
          });
          const left = answer.tenant.legacyAccessKeyIds ?? [];
          if (session.json) printJson(session, answer);
          else session.say(left.length === 0 ? 'No access key is left to delete.' : `Left: ${left.join(', ')}`);
          return EXIT_CODES.ok;
        },
        `Nothing is lost; go on with: broker tenants migrate ${tenantId}`,
      );
    },
  );
