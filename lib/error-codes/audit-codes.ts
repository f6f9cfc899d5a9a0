import type { CodeEntry } from './code-entry.ts';

/** The codes of the audit: what is asked of it, archived and correlated. */
export const auditCodes = {} as const satisfies Readonly<Record<string, CodeEntry>>;
