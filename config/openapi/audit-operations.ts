import { listQuery, liveQuery, receiptsQuery } from '../../lib/audit/questions/list-question.ts';
import type { ErrorCode } from '../../lib/errors.ts';
import type { Operation } from './operation.ts';
import { frameCodes } from './request-operations.ts';

/** The routes of answer-audit-query: the input of each, and its answer under its name in `audit-api.ts`. */
export const auditOperations = {
  'GET /tenants/:tenantId/records': listing('List what is on record of a tenant'),
  'GET /accounts/:accountId/records': listing('List what is on record of an account'),
  'GET /requesters/:requester/records': listing('List what a requester asked for'),
  'GET /jobs/:job/records': listing('List what is on record of a job'),
  'GET /days/:day/records': listing('List a day over all tenants'),
  'GET /exceptions/:exception/records': listing('List what did not end as usual, by how it ended'),
  'GET /live-sessions': {
    summary: 'List the sessions that may be used now, page by page.',
    query: liveQuery,
    ...gives('RecordPage', 'audit.cursorInvalid'),
  },
  'GET /issuances/:issuanceId': {
    summary: 'Tell the story of an issuance.',
    ...gives('IssuanceStory', 'audit.unknown'),
  },
  'GET /access-keys/:accessKeyId': {
    summary: 'Find whose an access key was.',
    ...gives('RecordPage', 'audit.unknown'),
  },
  'GET /sessions/:sessionName': {
    summary: 'Find who announced a role session name.',
    ...gives('RecordPage', 'audit.unknown'),
  },
  'GET /sts-requests/:stsRequestId': {
    summary: 'Find the call that STS answered under this id.',
    ...gives('RecordPage', 'audit.unknown'),
  },
  'GET /tenants/:tenantId/receipts': {
    summary: 'Get signed receipts of the calls in a tenant’s accounts, the oldest first, page by page.',
    query: receiptsQuery,
    ...gives('signed (SignedReceiptPage), cursor', 'audit.cursorInvalid', 'audit.notSigned'),
  },
  'GET /signing-keys': {
    summary: 'Show the public keys that digests and receipts are signed with.',
    ...gives('keys (SigningKey)', 'audit.notSigned'),
  },
} as const satisfies Readonly<Record<string, Operation>>;

function listing(summary: string): Operation {
  return {
    summary: `${summary}, the newest first, page by page.`,
    query: listQuery,
    ...gives('RecordPage', 'audit.cursorInvalid'),
  };
}

function gives(answer: string, ...codes: readonly ErrorCode[]): Pick<Operation, 'answers' | 'codes'> {
  const schema = { type: 'object', description: `${answer}: see lib/audit/questions/audit-api.ts` };
  return { answers: { 200: { description: 'Done.', schema } }, codes: [...frameCodes, ...codes] };
}
