import type { Threat } from './threat.ts';

/** Where credentials might be read by somebody whom they were not made for. */
export const exposedCredentials: readonly Threat[] = [
  {
    id: 'T15',
    priority: 'P0',
    title: 'Credentials in a log',
    control: 'Secrets have a type that prints nothing; errors have a closed shape; clients have no logger',
    files: [
      'test/attack/reads-secrets-off-the-remains.test.ts',
      'test/unit/broker/leaks.test.ts',
      'test/unit/job-runtime/leaks.test.ts',
      'test/unit/sealing/secret.test.ts',
      'test/architecture/imports.test.ts',
    ],
  },
  {
    id: 'T16',
    priority: 'P0',
    title: 'A broken answer of STS whose error carries the secret',
    control: 'The adapter throws an error of its own, without the cause',
    files: ['test/attack/breaks-the-answers-of-sts.test.ts', 'test/unit/broker/assume-tenant-role.test.ts'],
  },
  {
    id: 'T17',
    priority: 'P0',
    title: 'Debugging that prints session tokens',
    control: 'No client has a logger, and nothing in the environment gives it one',
    files: ['test/attack/turns-on-debugging.test.ts', 'test/unit/broker/assume-tenant-role.test.ts'],
  },
  {
    id: 'T18',
    priority: 'P0',
    title: 'Credentials in a dead letter, a failure record or an archive',
    control: 'Only ciphertext leaves the process; its wrapped key lies elsewhere and goes at the claim or at the end',
    files: [
      'test/attack/reads-dead-letters.test.ts',
      'test/journey/dead-letters.test.ts',
      'test/architecture/manage-dead-letters-access.test.ts',
    ],
    open: 'that KMS itself denies an operator’s role',
  },
  {
    id: 'T19',
    priority: 'P0',
    title: 'A table that keeps the result',
    control: 'Rows have a closed list of attributes, and no secret is on it',
    files: [
      'test/attack/reads-the-tables.test.ts',
      'test/attack/reads-secrets-off-the-remains.test.ts',
      'test/contract/ledger.test.ts',
    ],
  },
  {
    id: 'T20',
    priority: 'P0',
    title: 'An envelope of one tenant, job or attempt opened as another’s',
    control:
      'AES-256-GCM under the facts of the issuance, which are the key’s encryption context too; the claim goes once',
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
      'Its own policy denies what is without an external ID, outside the home region, or our own account, and with a network of its own (`hardening.vpc`) whatever comes from elsewhere; customers trust its ARN and never the account alone',
    files: [
      'test/attack/steals-the-broker-role.test.ts',
      'test/least-privilege/function-tables.test.ts',
      'test/unit/onboarding/templates/trust-policy.test.ts',
      'test/unit/config/template/assume-role-policy.test.ts',
      'test/architecture/hardening/network.test.ts',
    ],
    open: 'that exported credentials are denied outside',
  },
  {
    id: 'T22',
    priority: 'P1',
    title: 'The external ID in an error, a log or the encryption context',
    control: 'Shown in onboarding and nowhere else; the context has a closed list of keys',
    files: [
      'test/attack/reads-secrets-off-the-remains.test.ts',
      'test/unit/management/tenants.test.ts',
      'test/unit/broker/leaks.test.ts',
    ],
  },
  {
    id: 'T23',
    priority: 'P1',
    title: 'Credentials on disk, in the environment or in a crash dump',
    control: 'Nothing deployed writes a file or starts a program: the whole story runs in a process that could not',
    files: [
      'test/attack/writes-secrets-to-disk.test.ts',
      'test/architecture/imports.test.ts',
      'test/attack/turns-on-debugging.test.ts',
    ],
  },
];
