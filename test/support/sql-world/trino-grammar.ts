import { build } from 'esbuild';

/** What is wrong with a text of SQL by Trino's grammar, which Athena takes over; nothing, if it is right. */
export type TrinoProblems = (sql: string) => readonly string[];

/** The parser is made for bundlers, and bundled here. */
export async function trinoGrammar(): Promise<TrinoProblems> {
  const { outputFiles } = await build({
    stdin: {
      contents: "export { TrinoSQL } from 'dt-sql-parser/dist/parser/trino/index.js';",
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error('the parser was not bundled');
  const { TrinoSQL }: ParserModule = await import(
    `data:text/javascript;base64,${Buffer.from(bundle.contents).toString('base64')}`
  );
  const parser = new TrinoSQL();
  return (sql) => parser.validate(sql).map(({ startLine, message }) => `line ${startLine}: ${message}`);
}

type ParserModule = {
  readonly TrinoSQL: new () => {
    validate(sql: string): readonly { readonly startLine: number; readonly message: string }[];
  };
};
