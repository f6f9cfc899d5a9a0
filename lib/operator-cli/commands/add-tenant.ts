import { sayOnboarding } from '../answers/onboarding-answer.ts';
import { type Command, formatOption, jobsOption, tenantPositional, text } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { jsonObjectIn, listOf } from '../option-values.ts';
import { printJson } from '../session.ts';

/** Registers a tenant and prints what its customer needs. */
export const addTenant: Command = (yargs, run) =>
  yargs.command(
    'add <tenant>',
    'register a tenant and print what the customer needs, its external ID among it: once',
    (command) =>
      command
        .positional('tenant', tenantPositional)
        .option('name', { ...text, demandOption: true, describe: 'the customer’s name' })
        .option('jobs', jobsOption)
        .option('settings', { ...text, describe: 'a JSON file: settings by job' })
        .option('format', formatOption),
    (args) =>
      run(args, async (session) => {
        const { tenant: tenantId, name, format } = args;
        const jobs = listOf('jobs', args.jobs);
        const settings = jsonObjectIn('settings', args.settings);
        const answer = await session.client.call('POST /tenants', {
          body: { tenantId, name, ...(jobs && { jobs }), ...(settings && { settings }), ...(format && { format }) },
        });
        if (session.json) {
          printJson(session, answer);
          return EXIT_CODES.ok;
        }
        session.say(`The tenant ${tenantId} is registered. Give this to the customer:`);
        sayOnboarding(session, answer.onboarding);
        session.say(`When the role is made: broker tenants connect ${tenantId} --role-arn <its ARN> --wait`);
        return EXIT_CODES.ok;
      }),
  );
