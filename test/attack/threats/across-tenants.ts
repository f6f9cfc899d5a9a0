import type { Threat } from './threat.ts';

/** What one tenant or requester tries to get of another. */
export const acrossTenants: readonly Threat[] = [
  {
    id: 'T1',
    priority: 'P0',
    title: 'A requester names the tenant of another',
    control:
      'Requesters are recognised by what AWS stamps on an event and bound to jobs and tenants; nothing in a detail counts',
    files: [
      'test/attack/names-another-tenant.test.ts',
      'test/attack/forged-caller.test.ts',
      'test/cases/requests.test.ts',
      'test/unit/requests/requester.test.ts',
    ],
  },
  {
    id: 'T2',
    priority: 'P0',
    title: 'A tenant registers the role of another',
    control:
      'A role is issued for only once it opened to the tenant’s own external ID; a role ARN belongs to one tenant',
    files: [
      'test/attack/registers-anothers-role.test.ts',
      'test/contract/racing-connections.test.ts',
      'test/contract/connected-roles.contract.ts',
    ],
  },
  {
    id: 'T3',
    priority: 'P0',
    title: 'The external ID is chosen, reused or guessed',
    control: 'The broker makes it (122 random bits), no interface takes one, and none is given twice',
    files: ['test/attack/chooses-the-external-id.test.ts', 'test/unit/tenants/external-id.test.ts'],
  },
  {
    id: 'T4',
    priority: 'P0',
    title: 'The external ID is changed past the page that does not offer it',
    control: 'No route takes one; a rotation makes another and proves it',
    files: [
      'test/attack/edits-the-external-id.test.ts',
      'test/unit/management/tenants.test.ts',
      'test/unit/onboarding/rotate-external-id.test.ts',
    ],
  },
  {
    id: 'T5',
    priority: 'P0',
    title: 'A role opens without the external ID',
    control:
      'Probes with none, a random and an unassigned one, at connection and every day; a role that opens to one is in quarantine',
    files: [
      'test/attack/leaves-the-role-open.test.ts',
      'test/unit/onboarding/trust/verify-role.test.ts',
      'test/unit/onboarding/trust/verify-on-schedule.test.ts',
    ],
  },
  {
    id: 'T6',
    priority: 'P0',
    title: 'A cache is keyed too narrowly',
    control: 'There is no cache of decisions and none of sessions',
    files: [
      'test/attack/shares-a-role-name.test.ts',
      'test/unit/requests/interleaved-tenants.test.ts',
      'test/simulate/mutants.test.ts',
    ],
  },
  {
    id: 'T7',
    priority: 'P0',
    title: 'A tenant id is read differently by two readers',
    control: 'One pattern of ASCII, compared byte by byte; unknown keys and other cases of known ones are refused',
    files: [
      'test/attack/writes-a-lookalike-name.test.ts',
      'test/attack/fuzz/parser.fuzz.ts',
      'test/unit/requests/tenant-ids.test.ts',
    ],
  },
  {
    id: 'T8',
    priority: 'P0',
    title: 'A role ARN holds more than a role',
    control: 'Taken apart, rebuilt, compared; the functions’ own policies deny our accounts and all but the pattern',
    files: [
      'test/attack/injects-into-a-role-arn.test.ts',
      'test/attack/fuzz/role-arn.fuzz.ts',
      'test/unit/tenants/role-arn.test.ts',
    ],
  },
  {
    id: 'T9',
    priority: 'P0',
    title: 'A setting becomes more than a value in a session policy',
    control: 'Policies are typed objects; wildcards are leaves that code chooses; the text is read back and compared',
    files: [
      'test/attack/injects-into-a-session-policy.test.ts',
      'test/attack/fuzz/policy.fuzz.ts',
      'test/cases/session-policies.test.ts',
      'test/cases/session-policies.leaves.test.ts',
    ],
  },
  {
    id: 'T10',
    priority: 'P0',
    title: 'A policy that is missing or too large falls back to the whole role',
    control: 'No policy, no call; too large is final',
    files: [
      'test/attack/outgrows-session-policy.test.ts',
      'test/unit/broker/assume-tenant-role.test.ts',
      'test/simulate/mutants.test.ts',
    ],
  },
  {
    id: 'T11',
    priority: 'P0',
    title: 'The registry changes between the decision and the call',
    control: 'Each call uses the values of one reading, whose versions the intent records',
    files: ['test/attack/changes-settings-in-flight.test.ts', 'test/simulate/random-faults.test.ts'],
  },
  {
    id: 'T12',
    priority: 'P0',
    title: 'A warm process gives one tenant’s credentials to the next',
    control: 'No state between runs; credentials are forgotten after each; jobs run in tenant isolation',
    files: [
      'test/attack/inherits-a-warm-process.test.ts',
      'test/attack/shares-a-role-name.test.ts',
      'test/unit/job-runtime/tenant-isolation.test.ts',
    ],
  },
  {
    id: 'T13',
    priority: 'P1',
    title: 'A job’s name becomes any function',
    control: 'A catalogue of jobs; the broker may invoke its functions alone',
    files: ['test/cases/requests.test.ts', 'test/least-privilege/function-tables.test.ts'],
  },
  {
    id: 'T14',
    priority: 'P1',
    title: 'Another function opens the envelope',
    control: 'The key opens only for the job’s own role under its own context',
    files: ['test/least-privilege/function-tables.test.ts', 'test/unit/sealing/seal-unseal.test.ts'],
    open: 'KMS itself, in a real account',
  },
];
