import { collectPages } from '../collect-pages.ts';
import { allOption, type Command, cursorOption, limitOption, tenantPositional } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson } from '../session.ts';
import { renderTable } from '../terminal/table.ts';
import { instantOf } from '../terminal/time-words.ts';

/** Shows who changed what of a tenant, and when. */
export const showChanges: Command = (yargs, run) =>
  yargs.command(
    'changes <tenant>',
    'list what was changed of a tenant, the newest first: who, when, before and after',
    (command) =>
      command
        .positional('tenant', tenantPositional)
        .option('limit', limitOption)
        .option('cursor', cursorOption)
        .option('all', allOption),
    (args) =>
      run(args, async (session) => {
        const read = async (cursor: string | undefined) => {
          const page = await session.client.call('GET /tenants/:tenantId/changes', {
            params: { tenantId: args.tenant },
            query: { limit: args.limit, cursor },
          });
          return { rows: page.changes, cursor: page.cursor };
        };
        const { rows, cursor } = await collectPages(read, args);
        if (session.json) {
          printJson(session, { changes: rows, ...(cursor !== undefined && { cursor }) });
          return EXIT_CODES.ok;
        }
        const cells = rows.map((row) => [
          instantOf(row.atMs),
          row.change,
          row.record,
          row.by,
          row.reason ?? '',
          difference(row),
        ]);
        const head = ['WHEN', 'CHANGE', 'RECORD', 'BY', 'REASON', 'BEFORE → AFTER'];
        if (rows.length > 0) session.print(renderTable(head, cells, session.style));
        else session.say('Nothing was changed yet.');
        if (cursor !== undefined) session.say(`There are more: --cursor ${cursor}, or --all`);
        return EXIT_CODES.ok;
      }),
  );

type Difference = {
  readonly before?: Readonly<Record<string, unknown>> | undefined;
  readonly after?: Readonly<Record<string, unknown>> | undefined;
};

function difference({ before = {}, after = {} }: Difference): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.map((name) => `${name}: ${asText(before[name])} → ${asText(after[name])}`).join('; ');
}

function asText(value: unknown): string {
  return value === undefined ? '(none)' : typeof value === 'string' ? value : JSON.stringify(value);
}
