import type { Threat } from './threat.ts';

/** What somebody does so that the audit does not tell of it, or tells something else. */
export const auditThreats: readonly Threat[] = [
  {
    id: 'T24',
    priority: 'P0',
    title: 'A session without a record',
    control: 'The intent is written before STS is called',
    files: [
      'test/attack/starves-the-ledger.test.ts',
      'test/unit/broker/table-outage.test.ts',
      'test/simulate/mutants.test.ts',
      'test/simulate/random-faults.test.ts',
    ],
  },
  {
    id: 'T25',
    priority: 'P0',
    title: 'Somebody inside changes or removes records',
    control:
      'Hashes bind each trail; every change is judged and put under Object Lock, in another account where `hardening.archiveAccount` is set; digests are signed and linked',
    files: [
      'test/attack/archive-tampering.test.ts',
      'test/attack/archive-byte-flips.test.ts',
      'test/unit/audit/archive/judging/judge-change.test.ts',
      'test/architecture/archive-audit-access.test.ts',
      'test/architecture/hardening/archive-account.test.ts',
    ],
  },
  {
    id: 'T26',
    priority: 'P0',
    title: 'A verifier that takes too much',
    control: 'Bytes are used up exactly; canonical JSON is compared as stored',
    files: [
      'test/attack/bends-the-archive.test.ts',
      'test/attack/archive-tampering.test.ts',
      'test/attack/fuzz/archived-line.fuzz.ts',
      'test/attack/fuzz/receipts.fuzz.ts',
      'test/unit/audit/verification/verify-archive.test.ts',
      'test/unit/audit/receipts/verify-receipts.test.ts',
      'test/unit/audit/verification/forged-digests.test.ts',
    ],
  },
  {
    id: 'T27',
    priority: 'P1',
    title: 'A name that breaks out of a log line or a table',
    control: 'Names have a closed set of characters; what is printed is escaped; what is no text is not taken',
    files: [
      'test/attack/blinds-the-audit.test.ts',
      'test/unit/operator-cli/audit/csv-text.test.ts',
      'test/unit/requests/quoted.test.ts',
      'test/cases/requests.test.ts',
      'test/unit/operator-cli/terminal.test.ts',
    ],
  },
  {
    id: 'T28',
    priority: 'P0',
    title: 'A secret in a type that redaction overlooks',
    control: 'Records are lists of what may be in them, not of what may not',
    files: ['test/attack/hides-secrets-in-odd-types.test.ts', 'test/unit/job-runtime/run-report.test.ts'],
  },
  {
    id: 'T29',
    priority: 'P1',
    title: 'Clocks that disagree',
    control:
      'Order is that of the trail; leases have margins; a session whose expiry is off by more than 30 s is dropped',
    files: ['test/simulate/random-faults.test.ts', 'test/unit/broker/assume-tenant-role.test.ts'],
  },
  {
    id: 'T30',
    priority: 'P1',
    title: 'A flood of rubbish to hide in, or to pay for',
    control: 'Sixty a minute of a source on record, the rest counted',
    files: ['test/cases/strangers.test.ts', 'test/unit/limits/limits.test.ts', 'test/journey/brakes/strangers.test.ts'],
  },
];
