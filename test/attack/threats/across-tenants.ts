import type { Threat } from './threat.ts';

/** What one tenant or requester tries to get of another. */
export const acrossTenants: readonly Threat[] = [
  {
    id: 'T1',
    priority: 'P0',
    title: 'A requester of one tenant names another',
    control:
      'What AWS stamps on the request decides: bus account, source under the bus policy, IAM principal, alias; never `detail`',
    files: [
      'test/attack/names-another-tenant.test.ts',
      'test/attack/forged-caller.test.ts',
      'test/cases/requests.test.ts',
      'test/unit/requests/requester.test.ts',
      'test/unit/config/template/bus-policy.test.ts',
    ],
  },
  {
    id: 'T2',
    priority: 'P0',
    title: 'A tenant registers another’s role',
    control: 'A role is used once it opened to this tenant’s own external ID; one role ARN belongs to one tenant',
    files: [
      'test/attack/registers-anothers-role.test.ts',
      'test/contract/racing-connections.test.ts',
      'test/contract/connected-roles.contract.ts',
    ],
  },
  {
    id: 'T3',
    priority: 'P0',
    title: 'An external ID that is chosen, reused or guessed',
    control: 'Made by us from 122 random bits, unique by a conditional write; no route takes one',
    files: ['test/attack/chooses-the-external-id.test.ts', 'test/unit/tenants/external-id.test.ts'],
  },
  {
    id: 'T4',
    priority: 'P0',
    title: 'An external ID that the page shows and nobody enforces',
    control: 'It cannot be changed but by a rotation, which proves the new one first',
    files: [
      'test/attack/edits-the-external-id.test.ts',
      'test/unit/management/tenants.test.ts',
      'test/unit/onboarding/rotate-external-id.test.ts',
      'test/attack/chooses-the-external-id.test.ts',
      'test/journey/onboarding/rotation.test.ts',
    ],
  },
  {
    id: 'T5',
    priority: 'P0',
    title: 'A customer’s role that opens without the external ID',
    control:
      'Probes without it, with a random one and as a decoy, before the first use and every day; success of any withdraws the role',
    files: [
      'test/attack/leaves-the-role-open.test.ts',
      'test/unit/onboarding/trust/verify-role.test.ts',
      'test/unit/onboarding/trust/verify-on-schedule.test.ts',
      'test/journey/verify-trust.test.ts',
    ],
  },
  {
    id: 'T6',
    priority: 'P0',
    title: 'A cache that is keyed too narrowly',
    control: 'Nothing that a decision rests on is kept from one message to the next',
    files: [
      'test/attack/shares-a-role-name.test.ts',
      'test/unit/requests/interleaved-tenants.test.ts',
      'test/simulate/mutants.test.ts',
    ],
  },
  {
    id: 'T7',
    priority: 'P0',
    title: 'A name in another case, script or spelling; a key twice',
    control: 'Names are taken to the byte or refused; keys that only look like known ones are refused',
    files: [
      'test/attack/writes-a-lookalike-name.test.ts',
      'test/attack/fuzz/parser.fuzz.ts',
      'test/unit/requests/tenant-ids.test.ts',
    ],
  },
  {
    id: 'T8',
    priority: 'P0',
    title: 'A role ARN with more in it than a role',
    control:
      'Read into parts, made anew from them and compared; own accounts and service roles refused, by code and by IAM',
    files: [
      'test/attack/injects-into-a-role-arn.test.ts',
      'test/attack/fuzz/role-arn.fuzz.ts',
      'test/unit/tenants/role-arn.test.ts',
      'test/unit/config/template/assume-role-policy.test.ts',
    ],
  },
  {
    id: 'T9',
    priority: 'P0',
    title: 'A setting that widens the session policy',
    control: 'Policies are typed objects with leaves, read back and compared; no text is ever put together',
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
    title: 'A session without its policy, because it was too large',
    control: 'No policy, no call; a policy that STS does not take ends the issuance',
    files: [
      'test/attack/outgrows-session-policy.test.ts',
      'test/unit/broker/assume-tenant-role.test.ts',
      'test/simulate/mutants.test.ts',
    ],
  },
  {
    id: 'T11',
    priority: 'P0',
    title: 'Settings that change between decision and call',
    control: 'Everything used is of the one reading whose version the intent names',
    files: ['test/attack/changes-settings-in-flight.test.ts', 'test/simulate/random-faults.test.ts'],
  },
  {
    id: 'T12',
    priority: 'P0',
    title: 'Credentials of one tenant in a warm process used for another',
    control:
      'Credentials are objects that are handed on and forgotten; no module keeps any; with `hardening.tenantIsolation` Lambda gives each tenant processes of its own',
    files: [
      'test/attack/inherits-a-warm-process.test.ts',
      'test/attack/shares-a-role-name.test.ts',
      'test/unit/job-runtime/tenant-isolation.test.ts',
      'test/architecture/hardening/hardened-runs.test.ts',
    ],
  },
  {
    id: 'T13',
    priority: 'P1',
    title: 'A job’s name that leads to another function',
    control: 'A catalogue of names; IAM allows the functions of the catalogue alone',
    files: [
      'test/cases/requests.test.ts',
      'test/least-privilege/function-tables.test.ts',
      'test/attack/pollutes-prototypes.test.ts',
    ],
  },
  {
    id: 'T14',
    priority: 'P1',
    title: 'Another function opens an envelope',
    control: 'Key policy and role both ask for the job’s own name in the encryption context',
    files: [
      'test/least-privilege/function-tables.test.ts',
      'test/unit/sealing/seal-unseal.test.ts',
      'test/architecture/resource-policies.test.ts',
    ],
    open: 'KMS itself, in a real account',
  },
];
