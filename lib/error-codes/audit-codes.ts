import { type CodeEntry, failure, refusal } from './code-entry.ts';

/** The codes of the audit: of its questions, its archive and its correlation. */
export const auditCodes = {
  'audit.unknown': refusal(
    'Nothing in the ledger bears this name.',
    'Check the id. What was recorded a few seconds ago may not be found by an index yet, and what CloudTrail shows comes within an hour.',
  ),
  'audit.cursorInvalid': refusal(
    'The cursor is not one that a page of this question gave.',
    'Ask the same question as before with its cursor, or begin again without one.',
  ),
  'audit.notSigned': failure(
    true,
    'KMS did not sign, or did not give a public key.',
    'Try again; if it goes on, look at the key in KMS and at what the role of answer-audit-query may do with it.',
  ),
} as const satisfies Readonly<Record<string, CodeEntry>>;
