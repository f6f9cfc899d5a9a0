import type { Threat } from './threat.ts';

/** What comes in with a release, or with whoever runs the broker. */
export const operations: readonly Threat[] = [
  {
    id: 'T45',
    priority: 'P0',
    title: 'A package that nobody asked for',
    control:
      'Fifteen at the most, each of one version and locked by content; install scripts by name; the same bundles from the same sources',
    files: [
      'test/attack/slips-in-a-dependency.test.ts',
      'test/unit/config/package-stage.test.ts',
      'test/architecture/bundles.test.ts',
    ],
    open: 'a minimum age of releases, and a published bill of materials and provenance',
  },
  {
    id: 'T46',
    priority: 'P1',
    title: 'An insider points a tenant at another role',
    control: 'A role must be disconnected first, a new one is unproven, each change is recorded with who made it',
    files: ['test/contract/connected-roles.contract.ts', 'test/unit/management/roles.test.ts'],
    open: 'the second person',
  },
  {
    id: 'T47',
    priority: 'P1',
    title: 'Credentials for emergencies are misused',
    control: 'Credentials for callers are issued only for jobs that allow it, recorded and fenced as all others',
    files: ['test/unit/vending/vend-credentials.test.ts', 'test/unit/vending/not-a-jobs.test.ts'],
    open: 'a ticket and a page for each',
  },
  {
    id: 'T48',
    priority: 'P0',
    title: 'The kill switch fails open',
    control: 'Read consistently at the decision and before the claim; unreadable is off',
    files: ['test/attack/blinds-the-kill-switch.test.ts', 'test/simulate/mutants.test.ts', 'test/cases/brakes.test.ts'],
  },
  {
    id: 'T49',
    priority: 'P1',
    title: 'A function’s permissions grow',
    control: 'What each may is listed and evaluated on the packaged template',
    files: ['test/architecture/packaged-policies.test.ts', 'test/least-privilege/function-tables.test.ts'],
  },
  {
    id: 'T50',
    priority: 'P1',
    title: 'A job misuses its credentials',
    control: 'A session policy for each job, a fence, a session named for its issuance',
    files: ['test/cases/session-policies.test.ts', 'test/journey/process-logs.test.ts'],
    open: 'that AWS itself denies it',
  },
];
