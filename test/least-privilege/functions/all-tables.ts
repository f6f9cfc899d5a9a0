import type { FunctionTable } from '../function-table.ts';
import { answerAuditQuery } from './answer-audit-query.ts';
import { archiveAudit } from './archive-audit.ts';
import { correlateCloudtrail } from './correlate-cloudtrail.ts';
import { decoy } from './decoy.ts';
import { fanOutSchedule } from './fan-out-schedule.ts';
import { issueCredentials } from './issue-credentials.ts';
import { manageDeadLetters } from './manage-dead-letters.ts';
import { manageTenants } from './manage-tenants.ts';
import { processLogs } from './process-logs.ts';
import { requestJob } from './request-job.ts';
import { requestJobDirect } from './request-job-direct.ts';
import { scanAccount } from './scan-account.ts';
import { sweepIssuances } from './sweep-issuances.ts';
import { vendCredentials } from './vend-credentials.ts';
import { verifyTrust } from './verify-trust.ts';

/** One table for each role of the packaged template. */
export const functionTables: readonly FunctionTable[] = [
  answerAuditQuery,
  archiveAudit,
  correlateCloudtrail,
  decoy,
  fanOutSchedule,
  issueCredentials,
  manageDeadLetters,
  manageTenants,
  processLogs,
  requestJob,
  requestJobDirect,
  scanAccount,
  sweepIssuances,
  vendCredentials,
  verifyTrust,
];
