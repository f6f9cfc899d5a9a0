import type { Dialect } from './dialect.ts';

/**
 * A question with a name: the text of a SELECT, made for one engine. It refers to other views and tables by name alone.
 */
export type View = {
  readonly name: string;
  /** One sentence, for people. */
  readonly about: string;
  /** The views and tables that it selects from. */
  readonly reads: readonly string[];
  /** The order in which people want the rows. */
  readonly order?: string;
  /** The view serves other views only, and is shown to nobody. */
  readonly isPart?: true;
  select(about: ViewContext): string;
};

export type ViewContext = {
  readonly dialect: Dialect;
  /** The moment of questions that concern one; left out, it is now. */
  readonly atMs?: number;
  /** A LIKE pattern for the beginning of the names of the deployment's own roles, `credential-broker-<stage>-`. */
  readonly rolePattern: string;
};

/** The columns of a SELECT: each name with its expression. */
export function columns(named: Readonly<Record<string, string>>): string {
  return Object.entries(named)
    .map(([name, expression]) => `  ${expression} AS ${name}`)
    .join(',\n');
}

export function momentMs({ dialect, atMs }: Pick<ViewContext, 'dialect' | 'atMs'>): string {
  return atMs === undefined ? dialect.nowMs : String(atMs);
}

/** The pattern for a deployment of this stage; where the stage is not known, for any deployment. */
export function rolePatternOf(stage: string | undefined): string {
  return `credential-broker-${stage ?? '%'}-`;
}
