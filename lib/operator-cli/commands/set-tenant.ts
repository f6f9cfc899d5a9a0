import { renderTenant } from '../answers/tenant-text.ts';
import { type Command, tenantPositional, text } from '../command.ts';
import { usageError } from '../command-error.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { changeSchedule, jsonObjectIn, listOf } from '../option-values.ts';
import { printJson } from '../session.ts';

/** Changes the settings of a tenant, if nobody else has changed the tenant in the meantime. */
export const setTenant: Command = (yargs, run) =>
  yargs.command(
    'set <tenant>',
    'change the jobs, settings, schedule, notes or name of a tenant',
    (command) =>
      command
        .positional('tenant', tenantPositional)
        .option('name', { ...text, describe: 'the customer’s name' })
        .option('jobs', { ...text, describe: 'all the jobs that are enabled, as a,b' })
        .option('settings', { ...text, describe: 'a JSON file: all the settings, by job' })
        .option('schedule', {
          type: 'array',
          string: true,
          requiresArg: true,
          describe: '<job>=24h|7d|paused|always, once for each job to change',
        })
        .option('notes', { ...text, describe: 'for people; the text in full' }),
    (args) =>
      run(args, async (session) => {
        const { tenant: tenantId, name, notes } = args;
        const params = { tenantId };
        const jobs = listOf('jobs', args.jobs);
        const settings = jsonObjectIn('settings', args.settings);
        changeSchedule({}, args.schedule);
        if ([name, notes, jobs, settings, args.schedule].every((value) => value === undefined)) {
          throw usageError('Nothing to change.', 'Give --name, --jobs, --settings, --schedule or --notes.');
        }
        const read = await session.client.call('GET /tenants/:tenantId', { params });
        const schedule = changeSchedule(read.schedule, args.schedule);
        const changed = await session.client.call('PATCH /tenants/:tenantId', {
          params,
          body: {
            version: read.version,
            ...(name !== undefined && { name }),
            ...(jobs && { jobs }),
            ...(settings && { settings }),
            ...(schedule && { schedule }),
            ...(notes !== undefined && { notes }),
          },
        });
        if (session.json) printJson(session, changed);
        else session.print(renderTenant(changed, session));
        return EXIT_CODES.ok;
      }),
  );
