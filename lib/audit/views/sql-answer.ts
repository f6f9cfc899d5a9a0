/** The answer to a query in SQL, whichever engine gave it. */
export type SqlValue = string | number | boolean | null;
export type SqlRow = readonly SqlValue[];

export type SqlAnswer = {
  /** The names; a query may give two columns the same one. */
  readonly columns: readonly string[];
  /** Rows as they come, page by page. Rejects with a `SqlProblem`. */
  readonly pages: AsyncIterable<readonly SqlRow[]>;
};

/** How far a query has got. */
export type SqlProgress = { readonly state: string; readonly share?: number; readonly scannedBytes?: number };

export type SqlEngine = {
  /** Rejects with a `SqlProblem`, or with the signal's reason when the query was stopped. */
  query(sql: string, options: SqlOptions): Promise<SqlAnswer>;
};
export type SqlOptions = { readonly signal: AbortSignal; readonly onProgress: (progress: SqlProgress) => void };

/** Why there is no answer. */
export type SqlProblemKind =
  /** The engine is not installed, or does not run here. */
  | 'engineAbsent'
  /** The query is wrong, or does more than read. */
  | 'queryWrong'
  /** Files or tables cannot be read, or do not exist. */
  | 'dataUnreadable'
  /** The caller is not allowed to ask, or has no credentials. */
  | 'refused'
  /** The query would read more than is allowed. */
  | 'tooMuch'
  /** The engine does not answer, or failed. */
  | 'engineFailed';

export class SqlProblem extends Error {
  readonly kind: SqlProblemKind;

  constructor(kind: SqlProblemKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SqlProblem';
    this.kind = kind;
  }
}

/** A whole number as a number, where a JavaScript number can hold it exactly; otherwise as text. */
export function wholeNumber(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}
