import type { Threat } from './threat.ts';

/** What somebody does so that the audit does not tell of it, or tells something else. */
export const auditThreats: readonly Threat[] = [
  {
    id: 'T24',
    priority: 'P0',
    title: 'Credentials are issued without a record',
    control: 'The intent is written before STS is called',
    files: [
      'test/attack/starves-the-ledger.test.ts',
      'test/unit/broker/table-outage.test.ts',
      'test/simulate/mutants.test.ts',
    ],
  },
  {
    id: 'T25',
    priority: 'P0',
    title: 'An insider edits or deletes records',
    control: 'Nobody deletes; chained trails, signed digests, a locked copy, every change judged',
    files: [
      'test/attack/archive-tampering.test.ts',
      'test/attack/archive-byte-flips.test.ts',
      'test/unit/audit/archive/judge-change.test.ts',
      'test/architecture/archive-audit-access.test.ts',
    ],
  },
  {
    id: 'T26',
    priority: 'P0',
    title: 'The verifier accepts too much',
    control: 'Exact bytes, read to the last one; two readings that must agree',
    files: [
      'test/attack/bends-the-archive.test.ts',
      'test/attack/archive-tampering.test.ts',
      'test/attack/fuzz/archived-line.fuzz.ts',
      'test/attack/fuzz/receipts.fuzz.ts',
      'test/unit/audit/verification/verify-archive.test.ts',
      'test/unit/audit/receipts/verify-receipts.test.ts',
    ],
  },
  {
    id: 'T27',
    priority: 'P1',
    title: 'A name injects into a log or a table of a spreadsheet',
    control: 'Closed letters for names; JSON; quoted CSV',
    files: ['test/unit/operator-cli/audit/csv-text.test.ts', 'test/unit/requests/quoted.test.ts'],
  },
  {
    id: 'T28',
    priority: 'P0',
    title: 'Redaction misses a type',
    control: 'Records are of a closed schema, on their way in and out',
    files: ['test/attack/hides-secrets-in-odd-types.test.ts', 'test/unit/job-runtime/run-report.test.ts'],
  },
  {
    id: 'T29',
    priority: 'P1',
    title: 'Clocks are off',
    control: 'Order by sequence; expiry by STS; leases with room for the skew',
    files: ['test/simulate/random-faults.test.ts', 'test/unit/broker/assume-tenant-role.test.ts'],
  },
  {
    id: 'T30',
    priority: 'P1',
    title: 'The audit is flooded',
    control: 'Strangers are counted by minute and source above a limit',
    files: ['test/cases/strangers.test.ts', 'test/unit/limits/limits.test.ts'],
  },
];
