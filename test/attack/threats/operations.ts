import type { Threat } from './threat.ts';

/** What comes in with a release, or with whoever runs the broker. */
export const operations: readonly Threat[] = [
  {
    id: 'T45',
    priority: 'P0',
    title: 'A package that turns',
    control:
      'Fifteen packages at most are shipped, each pinned, locked by content and listed with its purpose; install scripts run by name only; every night it is asked whether each that is shipped has been out for a week',
    files: [
      'test/attack/slips-in-a-dependency.test.ts',
      'test/unit/config/release-ages.test.ts',
      'test/unit/config/package/package-stage.test.ts',
      'test/architecture/bundles.test.ts',
      'test/architecture/documents.test.ts',
      'test/architecture/reproducible-bundles.test.ts',
    ],
    open: 'provenance that is published',
  },
  {
    id: 'T46',
    priority: 'P1',
    title: 'Somebody inside points a tenant at another role',
    control:
      'A role is connected anew and proven anew; who changed what stays in the tenant’s history; where `hardening.roleConsent` is set, nothing is issued for it before a second person consents',
    files: [
      'test/attack/repoints-a-tenant.test.ts',
      'test/contract/role-consent.contract.ts',
      'test/contract/connected-roles.contract.ts',
      'test/unit/management/roles.test.ts',
      'test/unit/management/role-consent.test.ts',
      'test/contract/tenant-registry.test.ts',
      'test/journey/role-consent.test.ts',
    ],
  },
  {
    id: 'T47',
    priority: 'P1',
    title: 'The emergency entrance is used for everything',
    control:
      'There is none, on purpose (decision 22): nobody gets a session but through the broker and on record; an outage is mended by the runbooks, and what cannot wait is the customer’s to do',
    files: [
      'test/unit/vending/vend-credentials.test.ts',
      'test/unit/vending/not-a-jobs.test.ts',
      'test/architecture/imports.test.ts',
      'test/journey/runbooks.test.ts',
    ],
  },
  {
    id: 'T48',
    priority: 'P0',
    title: 'A switch that cannot be read counts as on',
    control: 'Read consistently with the decision and again before the claim; unreadable is off',
    files: [
      'test/attack/blinds-the-kill-switch.test.ts',
      'test/simulate/mutants.test.ts',
      'test/cases/brakes.test.ts',
      'test/journey/brakes/switches.test.ts',
    ],
  },
  {
    id: 'T49',
    priority: 'P1',
    title: 'A function’s role grows unnoticed',
    control:
      'A table for each role of what it may and what it must be denied, decided by its policies; a permissions boundary on every role where `hardening.permissionsBoundaryArn` is set',
    files: [
      'test/architecture/packaged-policies.test.ts',
      'test/least-privilege/function-tables.test.ts',
      'test/architecture/hardening/boundary.test.ts',
    ],
    open: 'the analysers of AWS itself',
  },
  {
    id: 'T50',
    priority: 'P1',
    title: 'A job misuses what it was given',
    control: 'Its session policy says what, its fence how long, its session name who',
    files: ['test/cases/session-policies.test.ts', 'test/journey/process-logs.test.ts', 'test/journey/demo.test.ts'],
    open: 'that AWS itself denies it',
  },
];
