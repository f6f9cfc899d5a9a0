import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Reply } from '../../support/function-url-server.ts';
import {
  anOnboarding,
  aRoleView,
  aStopReport,
  aTenantRow,
  aTenantView,
  findingView,
  refusal,
  type repliesTo,
  roleArnOf,
} from '../../support/management-answers.ts';
import { type BrokerRunOptions, CLI_NOW_MS } from '../../support/run-broker.ts';

/** A command line, what the API answers, and what is asked of it. What people read of it is in `commands.transcript.md`. */
export type CommandCase = {
  readonly title: string;
  readonly argv: readonly string[];
  readonly answers?: Parameters<typeof repliesTo>[0];
  readonly exitCode: number;
  /** What is asked, with its body where it has one. */
  readonly asks: readonly (readonly [string, unknown?])[];
  readonly options?: BrokerRunOptions;
};

const HOUR_MS = 3_600_000;
const TENANT = 'GET /tenants/acme';
const ROLES = 'POST /tenants/acme/roles';
const VERIFY = 'POST /tenants/acme/verification';
const MIGRATION = 'POST /tenants/acme/migration';
const ROTATION = 'POST /tenants/acme/rotation';
const ROLE_ARN = roleArnOf('222222222222');
const ofRole = { accountId: '222222222222', roleName: 'credential-broker' };

const pending = aRoleView({
  status: 'pending',
  findings: [findingView('trust.rightExternalIdRefused')],
  pendingUntilMs: CLI_NOW_MS + 260_000,
});
const quarantined = aRoleView({ status: 'quarantined', findings: [findingView('trust.noExternalIdAccepted')] });
const fresh = aRoleView({ status: 'pending', verifiedAtMs: undefined });
const awaiting = aRoleView({
  jobs: ['scan-account'],
  consent: {
    state: 'awaited',
    connectedBy: ['arn:aws:iam::111111111111:role/operators'],
    sinceMs: CLI_NOW_MS - 2 * HOUR_MS,
  },
});
const consented = aRoleView({
  consent: {
    state: 'given',
    connectedBy: ['arn:aws:iam::111111111111:role/operators'],
    sinceMs: CLI_NOW_MS - 2 * HOUR_MS,
    by: 'arn:aws:iam::111111111111:role/security',
    atMs: CLI_NOW_MS,
  },
});
const rotation = {
  startedAtMs: CLI_NOW_MS,
  deadlineMs: CLI_NOW_MS + 30 * 24 * HOUR_MS,
  by: 'arn:aws:iam::111111111111:user/op',
};
const rotating = (takes: string) => ({ tenantId: 'acme', rotation, roles: [{ ...ofRole, roleArn: ROLE_ARN, takes }] });
const json = (answer: unknown): Reply => ({ json: answer });

/** Files that command lines name, in a directory of the test. */
export function writeCaseFiles(directory: string): void {
  writeFileSync(path.join(directory, 'settings.json'), '{"scan-account": {"regions": ["eu-west-1"]}}');
  writeFileSync(path.join(directory, 'list.json'), '[]');
  writeFileSync(path.join(directory, 'broken.json'), '{');
}

const adding: readonly CommandCase[] = [
  {
    title: 'registers a tenant, and the text for the customer alone goes to stdout',
    argv: ['tenants', 'add', 'acme', '--name', 'Acme Corp'],
    answers: { 'POST /tenants': { status: 201, json: { tenant: aTenantView(), onboarding: anOnboarding } } },
    exitCode: 0,
    asks: [['POST /tenants', { tenantId: 'acme', name: 'Acme Corp' }]],
  },
  {
    title: 'registers a tenant with jobs, settings and a format',
    argv: [
      'tenants',
      'add',
      'acme',
      '--name=Acme',
      '--jobs',
      'scan-account, process-logs',
      '--settings',
      'settings.json',
      '--format',
      'quick-create',
    ],
    answers: {
      'POST /tenants': json({
        tenant: aTenantView(),
        onboarding: {
          format: 'quick-create',
          text: 'https://eu-west-1.console.aws.amazon.com/cloudformation/home',
          externalId: 'cb-local-1',
          templateUrl: 'https://templates.example.com/t.yml',
        },
      }),
    },
    exitCode: 0,
    asks: [
      [
        'POST /tenants',
        {
          tenantId: 'acme',
          name: 'Acme',
          jobs: ['scan-account', 'process-logs'],
          settings: { 'scan-account': { regions: ['eu-west-1'] } },
          format: 'quick-create',
        },
      ],
    ],
  },
  {
    title: 'a tenant id that looks like a number stays as it was typed',
    argv: ['tenants', 'add', '007', '--name', '0x10', '--json'],
    answers: { 'POST /tenants': json({ tenant: aTenantView(), onboarding: anOnboarding }) },
    exitCode: 0,
    asks: [['POST /tenants', { tenantId: '007', name: '0x10' }]],
  },
  {
    title: 'a refusal is three lines',
    argv: ['tenants', 'add', 'acme', '--name', 'Acme'],
    answers: { 'POST /tenants': refusal(409, 'tenant.alreadyRegistered') },
    exitCode: 3,
    asks: [['POST /tenants', { tenantId: 'acme', name: 'Acme' }]],
  },
  {
    title: 'takes no external ID from outside',
    argv: ['tenants', 'add', 'acme', '--name', 'Acme', '--external-id', 'mine'],
    exitCode: 3,
    asks: [],
  },
  {
    title: 'a file of settings that is not there',
    argv: ['tenants', 'add', 'acme', '--name', 'A', '--settings', 'none.json'],
    exitCode: 2,
    asks: [],
  },
  {
    title: 'a file of settings that is not JSON',
    argv: ['tenants', 'add', 'acme', '--name', 'A', '--settings', 'broken.json'],
    exitCode: 2,
    asks: [],
  },
  {
    title: 'a file of settings that is a list',
    argv: ['tenants', 'add', 'acme', '--name', 'A', '--settings', 'list.json'],
    exitCode: 2,
    asks: [],
  },
  {
    title: 'a list of jobs with a hole',
    argv: ['tenants', 'add', 'acme', '--name', 'A', '--jobs', 'a,,b'],
    exitCode: 2,
    asks: [],
  },
];

const listing: readonly CommandCase[] = [
  {
    title: 'lists tenants, with what needs care',
    argv: ['tenants', 'list'],
    answers: {
      'GET /tenants': json({
        tenants: [
          aTenantRow(),
          aTenantRow({
            tenantId: 'globex',
            name: 'Globex',
            suspended: true,
            roles: { pending: 0, trusted: 1, refused: 0, quarantined: 1 },
            findings: ['trust.noExternalIdAccepted'],
          }),
          aTenantRow({ tenantId: 'initech', name: 'Initech', rotation }),
          aTenantRow({
            tenantId: 'umbrella',
            name: 'Umbrella',
            status: 'migrating',
            roles: { pending: 0, trusted: 0, refused: 0, quarantined: 0 },
            rotation: { ...rotation, deadlineMs: CLI_NOW_MS - 50 * HOUR_MS },
          }),
        ],
        cursor: 'bmV4dA',
      }),
    },
    exitCode: 0,
    asks: [['GET /tenants']],
  },
  {
    title: 'lists every page as one',
    argv: ['tenants', 'list', '--all', '--limit', '1', '--json'],
    answers: {
      'GET /tenants': [
        json({ tenants: [aTenantRow({ findings: [] })], cursor: 'two' }),
        json({ tenants: [aTenantRow({ tenantId: 'globex' })] }),
      ],
    },
    exitCode: 0,
    asks: [['GET /tenants'], ['GET /tenants']],
  },
  {
    title: 'an empty list says what to do',
    argv: ['tenants', 'list'],
    answers: { 'GET /tenants': json({ tenants: [] }) },
    exitCode: 0,
    asks: [['GET /tenants']],
  },
  {
    title: 'nothing that is like that',
    argv: ['tenants', 'list', '--status', 'quarantined', '--finding', 'trust.noExternalIdAccepted'],
    answers: { 'GET /tenants': json({ tenants: [] }) },
    exitCode: 0,
    asks: [['GET /tenants']],
  },
  {
    title: 'an empty page is not the end',
    argv: ['tenants', 'list', '--cursor', 'abc'],
    answers: { 'GET /tenants': json({ tenants: [], cursor: 'def' }) },
    exitCode: 0,
    asks: [['GET /tenants']],
  },
  {
    title: 'shows a tenant whole',
    argv: ['tenants', 'show', 'acme'],
    answers: {
      [TENANT]: json(
        aTenantView({
          status: 'migrating',
          settings: { 'scan-account': { regions: ['eu-west-1'] } },
          schedule: { 'scan-account': { everyHours: 24 }, 'process-logs': { paused: true }, other: {} },
          notes: 'Ask for Ms. Ito',
          rotation,
          suspension: { sinceMs: CLI_NOW_MS - 600_000, by: 'arn:aws:iam::111111111111:user/op', reason: 'unpaid' },
          legacyAccessKeyIds: ['AKIAIOSFODNN7EXAMPLE'],
          roles: [
            aRoleView(),
            aRoleView({ ...quarantined, accountId: '333333333333', jobs: ['process-logs'] }),
            aRoleView({ ...pending, accountId: '444444444444', verifiedAtMs: undefined }),
          ],
        }),
      ),
    },
    exitCode: 0,
    asks: [[TENANT]],
  },
  {
    title: 'shows a tenant without roles',
    argv: ['tenants', 'show', 'acme'],
    answers: { [TENANT]: json(aTenantView({ jobs: [] })) },
    exitCode: 0,
    asks: [[TENANT]],
  },
  {
    title: 'shows a tenant as JSON',
    argv: ['tenants', 'show', 'acme', '--json'],
    answers: { [TENANT]: json({ tenantId: 'acme', unknown: [1] }) },
    exitCode: 0,
    asks: [[TENANT]],
  },
  {
    title: 'a name cannot steer the terminal',
    argv: ['tenants', 'show', 'acme'],
    answers: { [TENANT]: json(aTenantView({ name: '\u001b]0;owned\u0007\u202e evil' })) },
    exitCode: 0,
    asks: [[TENANT]],
  },
  {
    title: 'no such tenant',
    argv: ['tenants', 'show', 'nobody'],
    answers: { 'GET /tenants/nobody': refusal(404, 'tenant.unknown') },
    exitCode: 3,
    asks: [['GET /tenants/nobody']],
  },
];

const connecting: readonly CommandCase[] = [
  {
    title: 'connects a role and has it verified',
    argv: ['tenants', 'connect', 'acme', '--role-arn', ROLE_ARN],
    answers: {
      [ROLES]: { status: 201, json: fresh },
      [VERIFY]: json({ roles: [aRoleView({ verifiedAtMs: CLI_NOW_MS })] }),
    },
    exitCode: 0,
    asks: [
      [ROLES, { roleArn: ROLE_ARN }],
      [VERIFY, ofRole],
    ],
  },
  {
    title: 'connects a role for some jobs, as JSON',
    argv: ['tenants', 'connect', 'acme', '--role-arn', ROLE_ARN, '--jobs', 'scan-account', '--json'],
    answers: { [ROLES]: json(fresh), [VERIFY]: json({ roles: [quarantined] }) },
    exitCode: 4,
    asks: [
      [ROLES, { roleArn: ROLE_ARN, jobs: ['scan-account'] }],
      [VERIFY, ofRole],
    ],
  },
  {
    title: 'a role that is not there yet is pending',
    argv: ['tenants', 'connect', 'acme', '--role-arn', ROLE_ARN],
    answers: { [ROLES]: json(fresh), [VERIFY]: json({ roles: [pending] }) },
    exitCode: 4,
    asks: [
      [ROLES, { roleArn: ROLE_ARN }],
      [VERIFY, ofRole],
    ],
  },
  {
    title: 'waits until the role is not pending any more',
    argv: ['tenants', 'connect', 'acme', '--role-arn', ROLE_ARN, '--wait'],
    answers: {
      [ROLES]: json(fresh),
      [VERIFY]: [json({ roles: [pending] }), json({ roles: [pending] }), json({ roles: [aRoleView()] })],
    },
    exitCode: 0,
    asks: [
      [ROLES, { roleArn: ROLE_ARN }],
      [VERIFY, ofRole],
      [VERIFY, ofRole],
      [VERIFY, ofRole],
    ],
  },
  {
    title: 'waits ten minutes and no longer',
    argv: ['tenants', 'verify', 'acme', '--wait'],
    answers: {
      [VERIFY]: json({ roles: [aRoleView({ status: 'pending', findings: [findingView('probe.inconclusive')] })] }),
    },
    exitCode: 4,
    asks: Array.from({ length: 61 }, () => [VERIFY, {}] as const),
  },
  {
    title: 'Ctrl-C while it waits says how to go on',
    argv: ['tenants', 'connect', 'acme', '--role-arn', ROLE_ARN, '--wait'],
    answers: { [ROLES]: json(fresh), [VERIFY]: json({ roles: [pending] }) },
    exitCode: 130,
    asks: [
      [ROLES, { roleArn: ROLE_ARN }],
      [VERIFY, ofRole],
    ],
    options: { interruptAfter: { sleptMs: 3_000 } },
  },
  { title: 'connects nothing', argv: ['tenants', 'connect', 'acme'], exitCode: 2, asks: [] },
  {
    title: 'connects one, or many',
    argv: ['tenants', 'connect', 'acme', '--role-arn', ROLE_ARN, '--from', 'x.csv'],
    exitCode: 2,
    asks: [],
  },
  {
    title: 'a role of somebody else is refused',
    argv: ['tenants', 'connect', 'acme', '--role-arn', ROLE_ARN],
    answers: { [ROLES]: refusal(409, 'account.alreadyConnected') },
    exitCode: 3,
    asks: [[ROLES, { roleArn: ROLE_ARN }]],
  },
  {
    title: 'verifies all roles of a tenant',
    argv: ['tenants', 'verify', 'acme'],
    answers: { [VERIFY]: json({ roles: [aRoleView(), aRoleView({ ...quarantined, accountId: '333333333333' })] }) },
    exitCode: 4,
    asks: [[VERIFY, {}]],
  },
  {
    title: 'verifies one account, with a warning that does no harm',
    argv: ['tenants', 'verify', 'acme', '--account', '222222222222'],
    answers: { [VERIFY]: json({ roles: [aRoleView({ findings: [findingView('trust.wholeAccountAccepted')] })] }) },
    exitCode: 0,
    asks: [[VERIFY, { accountId: '222222222222' }]],
  },
  {
    title: 'verifies one role by its ARN',
    argv: ['tenants', 'verify', 'acme', '--role-arn', ROLE_ARN, '--json'],
    answers: { [VERIFY]: json({ roles: [aRoleView()] }) },
    exitCode: 0,
    asks: [[VERIFY, ofRole]],
  },
  {
    title: 'verifies a role that is paused, and says how it comes back',
    argv: ['tenants', 'verify', 'acme', '--account', '222222222222'],
    answers: {
      [VERIFY]: json({
        roles: [aRoleView({ status: 'quarantined', findings: [findingView('trust.sessionsRevoked')] })],
      }),
    },
    exitCode: 4,
    asks: [[VERIFY, { accountId: '222222222222' }]],
  },
  {
    title: 'puts a paused role in use again',
    argv: ['tenants', 'verify', 'acme', '--account', '222222222222', '--lift-pause'],
    answers: { [VERIFY]: json({ roles: [aRoleView()] }) },
    exitCode: 0,
    asks: [[VERIFY, { accountId: '222222222222', liftsPause: true }]],
  },
  {
    title: 'has no role to verify',
    argv: ['tenants', 'verify', 'acme'],
    answers: { [VERIFY]: json({ roles: [] }) },
    exitCode: 4,
    asks: [[VERIFY, {}]],
  },
  {
    title: 'has no role to verify, as JSON',
    argv: ['tenants', 'verify', 'acme', '--json'],
    answers: { [VERIFY]: json({ roles: [] }) },
    exitCode: 4,
    asks: [[VERIFY, {}]],
  },
  {
    title: 'a name without its account',
    argv: ['tenants', 'verify', 'acme', '--role-name', 'x'],
    exitCode: 2,
    asks: [],
  },
  {
    title: 'an ARN of something else',
    argv: ['tenants', 'verify', 'acme', '--role-arn', 'arn:aws:iam::222222222222:user/x'],
    exitCode: 2,
    asks: [],
  },
  {
    title: 'disconnects a role',
    argv: ['tenants', 'disconnect', 'acme', '--role-arn', ROLE_ARN],
    answers: { 'DELETE /tenants/acme/roles/222222222222/credential-broker': json(aRoleView()) },
    exitCode: 0,
    asks: [['DELETE /tenants/acme/roles/222222222222/credential-broker']],
  },
  {
    title: 'disconnects no role of an account by chance',
    argv: ['tenants', 'disconnect', 'acme', '--account', '222222222222'],
    exitCode: 2,
    asks: [],
  },
];

const CONSENT = 'POST /tenants/acme/consent';
const consenting: readonly CommandCase[] = [
  {
    title: 'connects a role that a second person is to consent to',
    argv: ['tenants', 'connect', 'acme', '--role-arn', ROLE_ARN, '--jobs', 'scan-account'],
    answers: { [ROLES]: json(fresh), [VERIFY]: json({ roles: [awaiting] }) },
    exitCode: 4,
    asks: [
      [ROLES, { roleArn: ROLE_ARN, jobs: ['scan-account'] }],
      [VERIFY, ofRole],
    ],
  },
  {
    title: 'says as JSON that a role awaits consent',
    argv: ['tenants', 'verify', 'acme', '--json'],
    answers: { [VERIFY]: json({ roles: [awaiting, aRoleView({ ...consented, accountId: '333333333333' })] }) },
    exitCode: 4,
    asks: [[VERIFY, {}]],
  },
  {
    title: 'shows which roles await consent, and who consented to the others',
    argv: ['tenants', 'show', 'acme'],
    answers: {
      [TENANT]: json(
        aTenantView({ roles: [awaiting, aRoleView({ ...consented, accountId: '333333333333' }), aRoleView()] }),
      ),
    },
    exitCode: 0,
    asks: [[TENANT]],
  },
  {
    title: 'lists tenants with roles that await consent',
    argv: ['tenants', 'list', '--consent', 'awaited'],
    answers: {
      'GET /tenants': json({
        tenants: [aTenantRow({ awaitConsent: 1 }), aTenantRow({ tenantId: 'globex', awaitConsent: 2 })],
      }),
    },
    exitCode: 0,
    asks: [['GET /tenants']],
  },
  {
    title: 'lists no tenant whose roles are from before the rule',
    argv: ['tenants', 'list', '--consent', 'none'],
    answers: { 'GET /tenants': json({ tenants: [] }) },
    exitCode: 0,
    asks: [['GET /tenants']],
  },
  {
    title: 'consents to a role',
    argv: ['tenants', 'consent', 'acme', '--role-arn', ROLE_ARN],
    answers: { [CONSENT]: json(consented) },
    exitCode: 0,
    asks: [[CONSENT, { roleArn: ROLE_ARN }]],
  },
  {
    title: 'consents to a role for the jobs that it was connected for, as JSON',
    argv: ['tenants', 'consent', 'acme', '--role-arn', ROLE_ARN, '--jobs', 'scan-account', '--json'],
    answers: { [CONSENT]: json(consented) },
    exitCode: 0,
    asks: [[CONSENT, { roleArn: ROLE_ARN, jobs: ['scan-account'] }]],
  },
  {
    title: 'does not consent to a role that the same principal connected',
    argv: ['tenants', 'consent', 'acme', '--role-arn', ROLE_ARN],
    answers: { [CONSENT]: refusal(403, 'consent.ownConnection') },
    exitCode: 3,
    asks: [[CONSENT, { roleArn: ROLE_ARN }]],
  },
  { title: 'consents to nothing', argv: ['tenants', 'consent', 'acme'], exitCode: 2, asks: [] },
  {
    title: 'does not go on with a migration whose role awaits consent',
    argv: ['tenants', 'migrate', 'acme'],
    answers: {
      [TENANT]: json(aTenantView({ status: 'migrating' })),
      [MIGRATION]: json({ tenant: aTenantView({ status: 'migrating', roles: [awaiting] }) }),
      [VERIFY]: json({ roles: [awaiting] }),
    },
    exitCode: 4,
    asks: [[TENANT], [MIGRATION, { step: 'start' }], [VERIFY, {}]],
  },
];

const changing: readonly CommandCase[] = [
  {
    title: 'changes what it is told to, of the version that it read',
    argv: [
      'tenants',
      'set',
      'acme',
      '--jobs',
      'scan-account',
      '--settings',
      'settings.json',
      '--schedule',
      'scan-account=24h',
      '--schedule',
      'process-logs=paused',
      '--notes',
      '',
    ],
    answers: {
      [TENANT]: json(aTenantView({ version: 7, schedule: { other: { everyHours: 2 } } })),
      'PATCH /tenants/acme': json(aTenantView({ version: 8 })),
    },
    exitCode: 0,
    asks: [
      [TENANT],
      [
        'PATCH /tenants/acme',
        {
          version: 7,
          jobs: ['scan-account'],
          settings: { 'scan-account': { regions: ['eu-west-1'] } },
          schedule: { other: { everyHours: 2 }, 'scan-account': { everyHours: 24 }, 'process-logs': { paused: true } },
          notes: '',
        },
      ],
    ],
  },
  {
    title: 'changes one job of a schedule, in days, and sets another free',
    argv: ['tenants', 'set', 'acme', '--schedule', 'scan-account=7d', '--schedule', 'other=always', '--json'],
    answers: {
      [TENANT]: json(aTenantView({ schedule: { other: { paused: true } } })),
      'PATCH /tenants/acme': json({ version: 5 }),
    },
    exitCode: 0,
    asks: [[TENANT], ['PATCH /tenants/acme', { version: 4, schedule: { 'scan-account': { everyHours: 168 } } }]],
  },
  {
    title: 'never merges what somebody else changed meanwhile',
    argv: ['tenants', 'set', 'acme', '--name', 'Acme Inc'],
    answers: { [TENANT]: json(aTenantView()), 'PATCH /tenants/acme': refusal(409, 'registry.stale') },
    exitCode: 3,
    asks: [[TENANT], ['PATCH /tenants/acme', { version: 4, name: 'Acme Inc' }]],
  },
  { title: 'changes nothing', argv: ['tenants', 'set', 'acme'], exitCode: 2, asks: [] },
  {
    title: 'does not guess a schedule',
    argv: ['tenants', 'set', 'acme', '--schedule', 'scan-account=daily'],
    exitCode: 2,
    asks: [],
  },
  {
    title: 'lists changes',
    argv: ['tenants', 'changes', 'acme', '--limit', '2'],
    answers: {
      'GET /tenants/acme/changes': json({
        changes: [
          {
            change: 'tenant.settingsChanged',
            atMs: CLI_NOW_MS,
            by: 'arn:aws:iam::111111111111:user/op',
            record: 'tenant',
            version: 4,
            before: { enabledJobs: [], notes: 'x' },
            after: { enabledJobs: ['scan-account'] },
          },
          {
            change: 'tenant.suspended',
            atMs: CLI_NOW_MS - HOUR_MS,
            by: 'arn:aws:iam::111111111111:user/op',
            reason: 'unpaid',
            record: 'tenant',
            version: 3,
          },
        ],
        cursor: 'older',
      }),
    },
    exitCode: 0,
    asks: [['GET /tenants/acme/changes']],
  },
  {
    title: 'has no changes to list',
    argv: ['tenants', 'changes', 'acme'],
    answers: { 'GET /tenants/acme/changes': json({ changes: [] }) },
    exitCode: 0,
    asks: [['GET /tenants/acme/changes']],
  },
  {
    title: 'lists changes as JSON',
    argv: ['tenants', 'changes', 'acme', '--json'],
    answers: { 'GET /tenants/acme/changes': json({ changes: [], cursor: 'c' }) },
    exitCode: 0,
    asks: [['GET /tenants/acme/changes']],
  },
  {
    title: 'prints what the customer needs, again',
    argv: ['tenants', 'onboarding', 'acme', '--format', 'terraform'],
    answers: { 'GET /tenants/acme/onboarding': json({ format: 'terraform', text: 'module "x" {}' }) },
    exitCode: 0,
    asks: [['GET /tenants/acme/onboarding']],
  },
  {
    title: 'prints it as JSON',
    argv: ['tenants', 'onboarding', 'acme', '--json'],
    answers: { 'GET /tenants/acme/onboarding': json({ format: 'cli', text: 'aws' }) },
    exitCode: 0,
    asks: [['GET /tenants/acme/onboarding']],
  },
];

const stopping: readonly CommandCase[] = [
  {
    title: 'suspends, and says what may still be alive',
    argv: ['tenants', 'suspend', 'acme', '--reason', 'unpaid'],
    answers: { 'POST /tenants/acme/suspension': json(aStopReport()) },
    exitCode: 0,
    asks: [['POST /tenants/acme/suspension', { reason: 'unpaid' }]],
  },
  {
    title: 'suspends, as JSON',
    argv: ['tenants', 'suspend', 'acme', '--reason', 'unpaid', '--json'],
    answers: { 'POST /tenants/acme/suspension': json({ alive: [] }) },
    exitCode: 0,
    asks: [['POST /tenants/acme/suspension', { reason: 'unpaid' }]],
  },
  { title: 'suspends for a reason only', argv: ['tenants', 'suspend', 'acme'], exitCode: 2, asks: [] },
  {
    title: 'resumes',
    argv: ['tenants', 'resume', 'acme', '--reason', 'paid'],
    answers: { 'DELETE /tenants/acme/suspension': json(aTenantView()) },
    exitCode: 0,
    asks: [['DELETE /tenants/acme/suspension', { reason: 'paid' }]],
  },
  {
    title: 'offboards',
    argv: ['tenants', 'offboard', 'acme', '--reason', 'left'],
    answers: { 'DELETE /tenants/acme': json(aStopReport({ alive: [], cutSooner: [] })) },
    exitCode: 0,
    asks: [['DELETE /tenants/acme', { reason: 'left' }]],
  },
];

const rotatingCases: readonly CommandCase[] = [
  {
    title: 'starts a rotation',
    argv: ['tenants', 'rotate-external-id', 'start', 'acme', '--deadline-days', '14', '--format', 'json'],
    answers: { [ROTATION]: json({ ...rotating('current'), onboarding: anOnboarding }) },
    exitCode: 0,
    asks: [[ROTATION, { step: 'start', deadlineDays: 14, format: 'json' }]],
  },
  {
    title: 'sets no deadline in a year',
    argv: ['tenants', 'rotate-external-id', 'start', 'acme', '--deadline-days', '365'],
    exitCode: 2,
    asks: [],
  },
  {
    title: 'says which roles do not take the next external ID yet',
    argv: ['tenants', 'rotate-external-id', 'status', 'acme'],
    answers: { 'GET /tenants/acme/rotation': json(rotating('current')) },
    exitCode: 0,
    asks: [['GET /tenants/acme/rotation']],
  },
  {
    title: 'says which roles still take the old external ID',
    argv: ['tenants', 'rotate-external-id', 'status', 'acme'],
    answers: { 'GET /tenants/acme/rotation': json(rotating('both')) },
    exitCode: 0,
    asks: [['GET /tenants/acme/rotation']],
  },
  {
    title: 'says that a rotation can be finished',
    argv: ['tenants', 'rotate-external-id', 'status', 'acme'],
    answers: { 'GET /tenants/acme/rotation': json(rotating('next')) },
    exitCode: 0,
    asks: [['GET /tenants/acme/rotation']],
  },
  {
    title: 'finishes a rotation',
    argv: ['tenants', 'rotate-external-id', 'finish', 'acme'],
    answers: { [ROTATION]: json({ tenantId: 'acme', roles: [] }) },
    exitCode: 0,
    asks: [[ROTATION, { step: 'finish' }]],
  },
  {
    title: 'finishes no rotation that is not proven',
    argv: ['tenants', 'rotate-external-id', 'finish', 'acme'],
    answers: { [ROTATION]: refusal(409, 'rotation.notProven') },
    exitCode: 4,
    asks: [[ROTATION, { step: 'finish' }]],
  },
  {
    title: 'abandons a rotation, as JSON',
    argv: ['tenants', 'rotate-external-id', 'abandon', 'acme', '--json'],
    answers: { [ROTATION]: json({ tenantId: 'acme', roles: [] }) },
    exitCode: 0,
    asks: [[ROTATION, { step: 'abandon' }]],
  },
  { title: 'rotates step by step', argv: ['tenants', 'rotate-external-id', 'acme'], exitCode: 2, asks: [] },
];

const migrating = aTenantView({ status: 'migrating', legacyAccessKeyIds: ['AKIAIOSFODNN7EXAMPLE'] });
const { externalId: _, ...withoutExternalId } = anOnboarding;
const migrationCases: readonly CommandCase[] = [
  {
    title: 'begins with the external ID and what the customer needs',
    argv: ['tenants', 'migrate', 'acme'],
    answers: { [TENANT]: json(migrating), [MIGRATION]: json({ tenant: migrating, onboarding: anOnboarding }) },
    exitCode: 4,
    asks: [[TENANT], [MIGRATION, { step: 'start' }]],
  },
  {
    title: 'connects no role that cannot have the external ID yet',
    argv: ['tenants', 'migrate', 'acme', '--role-arn', ROLE_ARN, '--json'],
    answers: { [TENANT]: json(migrating), [MIGRATION]: json({ tenant: migrating, onboarding: anOnboarding }) },
    exitCode: 4,
    asks: [[TENANT], [MIGRATION, { step: 'start' }]],
  },
  {
    title: 'goes on with the role to the end',
    argv: ['tenants', 'migrate', 'acme', '--role-arn', ROLE_ARN, '--jobs', 'scan-account'],
    answers: {
      [TENANT]: json(migrating),
      [MIGRATION]: ({ body }) =>
        JSON.stringify(body) === '{"step":"start"}'
          ? json({ tenant: migrating, onboarding: withoutExternalId })
          : json({ tenant: { ...migrating, status: 'active', roles: [aRoleView()] } }),
      [ROLES]: json(fresh),
      [VERIFY]: json({ roles: [aRoleView()] }),
    },
    exitCode: 0,
    asks: [
      [TENANT],
      [MIGRATION, { step: 'start' }],
      [ROLES, { roleArn: ROLE_ARN, jobs: ['scan-account'] }],
      [VERIFY, {}],
      [MIGRATION, { step: 'finish' }],
    ],
  },
  {
    title: 'stops at a role that is not proven',
    argv: ['tenants', 'migrate', 'acme'],
    answers: {
      [TENANT]: json(migrating),
      [MIGRATION]: json({ tenant: { ...migrating, roles: [fresh] }, onboarding: withoutExternalId }),
      [VERIFY]: json({ roles: [quarantined] }),
    },
    exitCode: 4,
    asks: [[TENANT], [MIGRATION, { step: 'start' }], [VERIFY, {}]],
  },
  {
    title: 'names the keys that are still to be deleted',
    argv: ['tenants', 'migrate', 'acme'],
    answers: { [TENANT]: json({ ...migrating, status: 'active' }) },
    exitCode: 0,
    asks: [[TENANT]],
  },
  {
    title: 'is told that a key is gone',
    argv: ['tenants', 'migrate', 'acme', '--key-deleted', 'AKIAIOSFODNN7EXAMPLE'],
    answers: { [MIGRATION]: json({ tenant: aTenantView() }) },
    exitCode: 0,
    asks: [[MIGRATION, { step: 'keyDeleted', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }]],
  },
  {
    title: 'a tenant with nothing to migrate',
    argv: ['tenants', 'migrate', 'acme'],
    answers: { [TENANT]: json(aTenantView()), [MIGRATION]: refusal(409, 'tenant.notMigrating') },
    exitCode: 3,
    asks: [[TENANT], [MIGRATION, { step: 'start' }]],
  },
];

const checks = [
  { check: 'tables', healthy: true, detail: '4 tables answer' },
  { check: 'verify-trust', healthy: false, detail: 'the function does not answer', fix: 'Deploy it again.' },
];
const doctorCases: readonly CommandCase[] = [
  {
    title: 'finds a deployment well',
    argv: ['doctor'],
    answers: { 'GET /doctor': json({ checks: checks.slice(0, 1) }) },
    exitCode: 0,
    asks: [['GET /doctor']],
  },
  {
    title: 'finds what is not well',
    argv: ['doctor'],
    answers: { 'GET /doctor': json({ checks }) },
    exitCode: 4,
    asks: [['GET /doctor']],
  },
  {
    title: 'finds it as JSON',
    argv: ['doctor', '--json'],
    answers: { 'GET /doctor': json({ checks }) },
    exitCode: 4,
    asks: [['GET /doctor']],
  },
];

const troubles: readonly CommandCase[] = [
  {
    title: 'the function failed',
    argv: ['doctor'],
    answers: { 'GET /doctor': { status: 502, raw: 'Internal Server Error' } },
    exitCode: 5,
    asks: [['GET /doctor'], ['GET /doctor']],
  },
  {
    title: 'a table is away',
    argv: ['tenants', 'resume', 'acme', '--reason', 'r'],
    answers: { 'DELETE /tenants/acme/suspension': refusal(503, 'store.unavailable') },
    exitCode: 5,
    asks: [['DELETE /tenants/acme/suspension', { reason: 'r' }]],
  },
  {
    title: 'the function broke and said so',
    argv: ['tenants', 'resume', 'acme', '--reason', 'r'],
    answers: { 'DELETE /tenants/acme/suspension': refusal(500, 'internal') },
    exitCode: 1,
    asks: [['DELETE /tenants/acme/suspension', { reason: 'r' }]],
  },
  {
    title: 'AWS lets nobody in',
    argv: ['doctor'],
    answers: { 'GET /doctor': { status: 403, json: { Message: 'Forbidden' } } },
    exitCode: 3,
    asks: [['GET /doctor']],
  },
  {
    title: 'the answer is broken',
    argv: ['doctor'],
    answers: { 'GET /doctor': { raw: '{"checks": [' } },
    exitCode: 1,
    asks: [['GET /doctor']],
  },
  {
    title: 'too many calls',
    argv: ['doctor'],
    answers: { 'GET /doctor': { status: 429, raw: '' } },
    exitCode: 5,
    asks: [['GET /doctor'], ['GET /doctor']],
  },
  {
    title: 'no such function',
    argv: ['doctor'],
    answers: { 'GET /doctor': { status: 404, json: { Message: 'no URL' } } },
    exitCode: 2,
    asks: [['GET /doctor']],
  },
  {
    title: 'no answer in time',
    argv: ['doctor'],
    answers: { 'GET /doctor': { silent: true } },
    exitCode: 5,
    asks: [['GET /doctor']],
    options: { timeoutMs: 50 },
  },
  {
    title: 'the answer has another shape than this version knows',
    argv: ['doctor'],
    answers: { 'GET /doctor': json({}) },
    exitCode: 1,
    asks: [['GET /doctor']],
  },
  {
    title: 'Ctrl-C while it is answered',
    argv: ['doctor'],
    answers: { 'GET /doctor': { silent: true } },
    exitCode: 130,
    asks: [['GET /doctor']],
    options: { interruptAfter: { requests: 1 } },
  },
];

const usage: readonly CommandCase[] = [
  { title: 'no command', argv: [], exitCode: 2, asks: [] },
  { title: 'half a command', argv: ['tenants'], exitCode: 2, asks: [] },
  { title: 'another command', argv: ['tenant', 'list'], exitCode: 2, asks: [] },
  { title: 'another command of tenants', argv: ['tenants', 'remove', 'acme'], exitCode: 2, asks: [] },
  { title: 'no tenant', argv: ['tenants', 'show'], exitCode: 2, asks: [] },
  { title: 'an argument too many', argv: ['tenants', 'show', 'acme', 'globex'], exitCode: 2, asks: [] },
  { title: 'an option that there is not', argv: ['tenants', 'list', '--state', 'active'], exitCode: 2, asks: [] },
  { title: 'an option without its value', argv: ['tenants', 'list', '--status'], exitCode: 2, asks: [] },
  { title: 'a value that there is not', argv: ['tenants', 'list', '--status', 'happy'], exitCode: 2, asks: [] },
  { title: 'an option twice', argv: ['tenants', 'add', 'acme', '--name', 'A', '--name', 'B'], exitCode: 2, asks: [] },
  { title: 'an option that is required', argv: ['tenants', 'add', 'acme'], exitCode: 2, asks: [] },
  { title: 'the version', argv: ['--version'], exitCode: 0, asks: [] },
  { title: 'help', argv: ['tenants', 'connect', '--help'], exitCode: 0, asks: [] },
];

export const commandCases: readonly CommandCase[] = [
  ...adding,
  ...listing,
  ...connecting,
  ...consenting,
  ...changing,
  ...stopping,
  ...rotatingCases,
  ...migrationCases,
  ...doctorCases,
  ...troubles,
  ...usage,
];
