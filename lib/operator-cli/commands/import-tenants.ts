import { type Command, text } from '../command.ts';
import { importTenants as importFile } from '../import/run-import.ts';

/** Imports tenants that still use access keys of IAM users. */
export const importTenants: Command = (yargs, run) =>
  yargs.command(
    'import',
    'take in tenants that have access keys, as migrating: all of a file or none',
    (command) =>
      command
        .option('from', {
          ...text,
          demandOption: true,
          describe: 'CSV with a head (tenantId, name, jobs, settings, schedule, notes, accessKeyIds), or a JSON array',
        })
        .option('check', { type: 'boolean', default: false, describe: 'check the file and import nothing' }),
    (args) =>
      run(
        args,
        (session) => importFile(session, { file: args.from, checkOnly: args.check }),
        'Run the same command again: it imports the whole file, or nothing.',
      ),
  );
