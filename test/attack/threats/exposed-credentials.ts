import type { Threat } from './threat.ts';

/** Where credentials might be read by somebody whom they were not made for. */
export const exposedCredentials: readonly Threat[] = [
  {
    id: 'T15',
    priority: 'P0',
    title: 'Credentials stand in logs',
    control: 'A type that cannot be printed; errors of a closed shape; no logger of the SDK',
    files: [
      'test/attack/reads-secrets-off-the-remains.test.ts',
      'test/unit/broker/leaks.test.ts',
      'test/unit/job-runtime/leaks.test.ts',
      'test/unit/sealing/secret.test.ts',
    ],
  },
  {
    id: 'T16',
    priority: 'P0',
    title: 'A broken answer of STS leaks through its error',
    control: 'What the SDK throws is reduced to a code at the one place that calls STS',
    files: ['test/attack/breaks-the-answers-of-sts.test.ts', 'test/unit/broker/assume-tenant-role.test.ts'],
  },
  {
    id: 'T17',
    priority: 'P0',
    title: 'The SDK’s debugging prints session tokens and external IDs',
    control: 'No client has a logger, whatever the environment says',
    files: ['test/attack/turns-on-debugging.test.ts', 'test/unit/broker/assume-tenant-role.test.ts'],
  },
  {
    id: 'T18',
    priority: 'P0',
    title: 'Credentials rest in dead letters and failure records',
    control: 'Only ciphertext leaves the broker; its wrapped key is in the ledger',
    files: [
      'test/attack/reads-dead-letters.test.ts',
      'test/journey/dead-letters.test.ts',
      'test/architecture/manage-dead-letters-access.test.ts',
    ],
    open: 'that an operator’s role is denied by KMS itself',
  },
  {
    id: 'T19',
    priority: 'P0',
    title: 'A store of idempotency keeps the result',
    control: 'The tables hold identifiers; every item is checked against a closed list of attributes',
    files: ['test/attack/reads-the-tables.test.ts', 'test/attack/reads-secrets-off-the-remains.test.ts'],
  },
  {
    id: 'T20',
    priority: 'P0',
    title: 'An envelope is swapped, changed or opened twice',
    control: 'AES-256-GCM over tenant, account, job, issuance, attempt, use and fence; one claim by condition',
    files: [
      'test/attack/swaps-envelopes.test.ts',
      'test/attack/fuzz/envelope.fuzz.ts',
      'test/unit/sealing/seal-unseal.test.ts',
      'test/unit/job-runtime/open-envelope.test.ts',
    ],
  },
  {
    id: 'T21',
    priority: 'P0',
    title: 'The broker’s role is stolen',
    control:
      'Its own policy denies calls without an external ID, elsewhere, or into our accounts; customers trust roles by name; calls are compared with CloudTrail',
    files: [
      'test/attack/steals-the-broker-role.test.ts',
      'test/least-privilege/function-tables.test.ts',
      'test/unit/onboarding/templates/trust-policy.test.ts',
    ],
    open: 'that exported credentials are denied outside',
  },
  {
    id: 'T22',
    priority: 'P1',
    title: 'The external ID leaks in errors, pages and contexts',
    control: 'Shown once at onboarding; in no error, line, context or answer',
    files: ['test/attack/reads-secrets-off-the-remains.test.ts', 'test/unit/management/tenants.test.ts'],
  },
  {
    id: 'T23',
    priority: 'P1',
    title: 'Credentials reach files, the environment or a crash dump',
    control: 'Nothing writes files; credentials are passed as objects',
    files: ['test/architecture/imports.test.ts'],
  },
];
