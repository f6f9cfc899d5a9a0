import { CONSENT_FILTERS, type TenantRow } from '../../management/management-views.ts';
import { TRUST_FINDINGS } from '../../onboarding/trust/trust-finding.ts';
import { ROLE_STATUSES, TENANT_STATUSES } from '../../tenants/tenant.ts';
import { renderTenants } from '../answers/tenant-text.ts';
import { collectPages } from '../collect-pages.ts';
import { allOption, type Command, cursorOption, limitOption } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson, type Session } from '../session.ts';

/** Lists tenants, a page at a time. */
export const listTenants: Command = (yargs, run) =>
  yargs.command(
    'list',
    'list tenants, with the states of their roles and open rotations',
    (command) =>
      command
        .option('status', {
          choices: [...TENANT_STATUSES, ...ROLE_STATUSES],
          requiresArg: true,
          describe: 'of the tenant, or of a role of it',
        })
        .option('finding', { choices: TRUST_FINDINGS, requiresArg: true, describe: 'at a role of it' })
        .option('consent', {
          choices: CONSENT_FILTERS,
          requiresArg: true,
          describe: 'of a second person to a role of it; none: it was connected without that rule',
        })
        .option('limit', limitOption)
        .option('cursor', cursorOption)
        .option('all', allOption),
    (args) =>
      run(args, async (session) => {
        const { status, finding, consent, limit, cursor } = args;
        const read = async (after: string | undefined) => {
          const query = { status, finding, consent, limit, cursor: after };
          const page = await session.client.call('GET /tenants', { query });
          return { rows: page.tenants, cursor: page.cursor };
        };
        const { rows, cursor: next } = await collectPages(read, { cursor, all: args.all });
        if (session.json) printJson(session, { tenants: rows, ...(next !== undefined && { cursor: next }) });
        else
          sayTenants(session, { rows, next, isNarrowed: [status, finding, consent].some((one) => one !== undefined) });
        return EXIT_CODES.ok;
      }),
  );

type Listed = { readonly rows: readonly TenantRow[]; readonly next: string | undefined; readonly isNarrowed: boolean };

function sayTenants(session: Session, { rows, next, isNarrowed }: Listed): void {
  if (rows.length > 0) session.print(renderTenants(rows, session));
  else if (next === undefined) {
    session.say(
      isNarrowed
        ? 'No tenant is like that. See all of them: broker tenants list'
        : 'There is no tenant yet. Register one: broker tenants add <tenant> --name <name>',
    );
  }
  if (next !== undefined) session.say(`There are more: --cursor ${next}, or --all`);
}
