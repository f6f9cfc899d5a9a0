type Page<Row> = { readonly rows: readonly Row[]; readonly cursor?: string | undefined };

/** Reads one page or, with `all`, this page and every page after it. */
export async function collectPages<Row>(
  read: (cursor: string | undefined) => Promise<Page<Row>>,
  { cursor, all }: { readonly cursor?: string | undefined; readonly all: boolean },
): Promise<Page<Row>> {
  let page = await read(cursor);
  const rows = [...page.rows];
  while (all && page.cursor !== undefined) {
    page = await read(page.cursor);
    rows.push(...page.rows);
  }
  return { rows, cursor: page.cursor };
}
