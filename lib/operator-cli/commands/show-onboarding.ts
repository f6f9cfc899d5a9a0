import { sayOnboarding } from '../answers/onboarding-answer.ts';
import { type Command, formatOption, tenantPositional } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson } from '../session.ts';

/** Prints again what the customer needs, but without the external ID. */
export const showOnboarding: Command = (yargs, run) =>
  yargs.command(
    'onboarding <tenant>',
    'print again what the customer needs, without the external ID',
    (command) => command.positional('tenant', tenantPositional).option('format', formatOption),
    (args) =>
      run(args, async (session) => {
        const onboarding = await session.client.call('GET /tenants/:tenantId/onboarding', {
          params: { tenantId: args.tenant },
          query: { format: args.format },
        });
        if (session.json) printJson(session, onboarding);
        else sayOnboarding(session, onboarding);
        return EXIT_CODES.ok;
      }),
  );
