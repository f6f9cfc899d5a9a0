import type { Dialect } from './dialect.ts';

/**
 * A question with a name: the text of a SELECT, made for an engine. Of other views and tables it knows the names alone.
 */
export type View = {
  readonly name: string;
  /** One sentence, for people. */
  readonly about: string;
  /** The views and tables that it selects from. */
  readonly reads: readonly string[];
  /** In which order people want it. */
  readonly order?: string;
  /** Is there for other views, and shown to nobody. */
  readonly isPart?: true;
  select(about: ViewContext): string;
};

export type ViewContext = {
  readonly dialect: Dialect;
  /** The moment of questions that are about one; left out, it is now. */
  readonly atMs?: number;
  /** Of LIKE: with what the names of the deployment's own roles begin, `credential-broker-<stage>-`. */
  readonly rolePattern: string;
};

/** The columns of a SELECT: each name, and what it is. */
export function columns(named: Readonly<Record<string, string>>): string {
  return Object.entries(named)
    .map(([name, expression]) => `  ${expression} AS ${name}`)
    .join(',\n');
}

export function momentMs({ dialect, atMs }: Pick<ViewContext, 'dialect' | 'atMs'>): string {
  return atMs === undefined ? dialect.nowMs : String(atMs);
}

/** Of a deployment whose stage is known; of any, where it is not. */
export function rolePatternOf(stage: string | undefined): string {
  return `credential-broker-${stage ?? '%'}-`;
}
