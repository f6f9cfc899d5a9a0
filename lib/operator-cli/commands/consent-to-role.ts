import { renderRoles } from '../answers/role-text.ts';
import { type Command, jobsOption, tenantPositional, text } from '../command.ts';
import { usageError } from '../command-error.ts';
import { EXIT_CODES, type ExitCode } from '../exit-code.ts';
import { consentToAccounts } from '../import/consent-to-accounts.ts';
import { listOf } from '../option-values.ts';
import { printJson, type Session } from '../session.ts';

/** Consents to a role that somebody else connected, exactly as the command names it. */
export const consentToRole: Command = (yargs, run) =>
  yargs.command(
    'consent <tenant>',
    'consent to a role that somebody else connected, where the deployment asks for that',
    (command) =>
      command
        .positional('tenant', tenantPositional)
        .option('role-arn', { ...text, describe: 'the role’s ARN, as the customer gave it to you' })
        .option('from', { ...text, describe: 'a CSV file of roles, as connect --from takes it' })
        .option('role-name', { ...text, describe: 'with --from: where the file names none (credential-broker)' })
        .option('role-path', { ...text, describe: 'with --from: of the roles (/credential-broker/)' })
        .option('jobs', { ...jobsOption, describe: 'the jobs that it was connected for, as a,b (all)' })
        .conflicts('from', 'role-arn'),
    (args) =>
      run(args, async (session) => {
        const { tenant: tenantId, 'role-arn': roleArn, from } = args;
        const jobs = listOf('jobs', args.jobs);
        if (from !== undefined) return consentToAccounts(session, { ...args, tenantId, file: from, jobs });
        if (roleArn !== undefined) return consentToOne(session, { tenantId, roleArn, jobs });
        throw usageError('Which role?', 'Give --role-arn <ARN>, or --from <accounts.csv> for many.');
      }),
  );

type Named = {
  readonly tenantId: string;
  readonly roleArn: string;
  readonly jobs: readonly string[] | undefined;
};

async function consentToOne(session: Session, { tenantId, roleArn, jobs }: Named): Promise<ExitCode> {
  const body = { roleArn, ...(jobs && { jobs }) };
  const role = await session.client.call('POST /tenants/:tenantId/consent', { params: { tenantId }, body });
  if (session.json) printJson(session, role);
  else {
    session.say(`${role.roleArn} has your consent, for ${role.jobs === 'all' ? 'all jobs' : role.jobs.join(', ')}.`);
    session.print(renderRoles([role], session));
  }
  return EXIT_CODES.ok;
}
