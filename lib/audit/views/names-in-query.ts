import { AUDIT_TABLES, auditViews } from './views.ts';

/**
 * The views and tables of the audit that a query may name. A text, comment or column may hold such a word too: then a
 * view is made that nobody reads, which costs nothing.
 */
export function namesIn(query: string): ReadonlySet<string> {
  const words = new Set(query.toLowerCase().match(/[a-z_][a-z0-9_]*/g));
  return new Set([...AUDIT_TABLES, ...auditViews.map(({ name }) => name)].filter((name) => words.has(name)));
}
