/** What a query in SQL gave, whichever engine answered it. */
export type SqlValue = string | number | boolean | null;
export type SqlRow = readonly SqlValue[];

export type SqlAnswer = {
  /** Names; a query may give two columns the same one. */
  readonly columns: readonly string[];
  /** Rows as they come, page by page. Rejects with a `SqlProblem`. */
  readonly pages: AsyncIterable<readonly SqlRow[]>;
};

/** How far a query is. */
export type SqlProgress = { readonly state: string; readonly share?: number; readonly scannedBytes?: number };

export type SqlEngine = {
  /** Rejects with a `SqlProblem`, or with the signal's reason: then the query was stopped. */
  query(sql: string, options: SqlOptions): Promise<SqlAnswer>;
};
export type SqlOptions = { readonly signal: AbortSignal; readonly onProgress: (progress: SqlProgress) => void };

/** Why there is no answer. */
export type SqlProblemKind =
  /** The engine is not installed, or runs not here. */
  | 'engineAbsent'
  /** The query is wrong, or does more than read. */
  | 'queryWrong'
  /** Files or tables cannot be read, or are not there. */
  | 'dataUnreadable'
  /** Who asks may not, or has no credentials. */
  | 'refused'
  /** It would read more than is allowed. */
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

/** A whole number as a number, where a number can hold it. */
export function wholeNumber(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}
