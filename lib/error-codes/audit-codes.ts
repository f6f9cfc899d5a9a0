import { type CodeEntry, refusal } from './code-entry.ts';

/** The codes of the audit: what is asked of it, archived and correlated. */
export const auditCodes = {
  'audit.unknown': refusal(
    'Nothing in the ledger bears this name.',
    'Check the id. What was recorded a few seconds ago may not be found by an index yet, and what CloudTrail shows comes within an hour.',
  ),
  'audit.cursorInvalid': refusal(
    'The cursor is not one that a page of this question gave.',
    'Ask the same question as before with its cursor, or begin again without one.',
  ),
} as const satisfies Readonly<Record<string, CodeEntry>>;
