import * as v from 'valibot';
import { defineJob, type Job } from '../../lib/jobs/job.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { everyResource } from '../../lib/jobs/policy-statement.ts';
import { scanAccountJob } from '../../lib/jobs/scan-account.job.ts';
import type { TrustFinding } from '../../lib/onboarding/trust/trust-finding.ts';
import type { Requester } from '../../lib/requests/requester.ts';
import type { TenantReading, TenantRole } from '../../lib/tenants/tenant.ts';
import { aRole, aTenant } from '../support/a-tenant.ts';
import type { World } from '../support/broker-world.ts';
import { START_MS } from '../support/frozen-clock.ts';
import { type EventParts, runJobEvent } from '../support/queue-message.ts';
import { type RequestCase, rows } from './request-case.ts';

/** Requests that are well formed and refused all the same: by who asks, by what holds, by what was asked for. */
const detail = (change: Readonly<Record<string, unknown>>) => runJobEvent({ detail: change });
const envelope = (change: Readonly<Record<string, unknown>>) => runJobEvent({ envelope: change });
const byLogs = (change: Readonly<Record<string, unknown>>) =>
  runJobEvent({ envelope: { source: 'com.example.logs' }, detail: change });
const at = (epochMs: number) => envelope({ time: new Date(epochMs).toISOString() });
const plain = runJobEvent();

/** Whoever is not bound costs no reading, and learns nothing: known or unknown, the answer is the same. */
export const unbound: readonly RequestCase[] = rows('requester.notAllowed', [
  ['a stranger', envelope({ source: 'com.example.stranger' }), 'declared for this account and source'],
  ['a stranger who asks for an unknown tenant', strangerAsksFor('nobody'), 'declared for this account and source'],
  ['a source in other letters', envelope({ source: 'com.example.Scans' }), 'declared for this account and source'],
  ['a source that begins right', envelope({ source: 'com.example.scans.x' }), 'declared for this account and source'],
  [
    'a source with a space after it',
    envelope({ source: 'com.example.scans ' }),
    'declared for this account and source',
  ],
  ['a source that every object has', envelope({ source: 'constructor' }), 'declared for this account and source'],
  [
    'the right source from another account',
    envelope({ account: '222222222222' }),
    'declared for this account and source',
  ],
  ['a requester bound to another tenant', byLogs({}), 'requester logs is not bound to this tenant and job'],
  [
    'the same for an unknown tenant',
    byLogs({ tenantId: 'nobody' }),
    'requester logs is not bound to this tenant and job',
  ],
  ['a requester bound to another job', byLogs({ tenantId: 'globex', job: 'copy-logs' }), 'requester logs is not bound'],
]);

function strangerAsksFor(tenantId: string): string {
  return runJobEvent({ envelope: { source: 'com.example.stranger' }, detail: { tenantId } });
}

const off = (switchId: string) => ({
  switchedOff: [{ switchId, sinceMs: START_MS - 1000, by: 'operator', reason: 'incident' }],
});
const tenants = (...readings: TenantReading[]) => ({ tenants: readings });
const tenantWith = (change: Partial<TenantReading['tenant']>) => tenants(aTenant({ tenant: change }));
const roles = (...list: TenantRole[]) => tenants(aTenant({ roles: list }));

/** Refused by what was looked up, or by when it was asked. */
export const refusedRequests: readonly RequestCase[] = [
  ...rows('request.tooOld', [
    ['a request a day and a millisecond old', at(START_MS - 86_400_001), '86400 s old; the limit is 86400 s'],
    ['a request of 1970', at(0), 's old; the limit is'],
  ]),
  ...rows('request.fromFuture', [
    ['a request 5 minutes and a second ahead', at(START_MS + 301_000), '301 s ahead; the limit is 300 s'],
    ['a request of the year 9999', at(Date.UTC(9999, 0)), 's ahead; the limit is'],
  ]),
  ...rows('request.replayed', [['a replayed event', envelope({ 'replay-name': 'yesterday' }), 'comes from a replay']]),
  ...rows('request.hopLimit', [['a request through four jobs', detail({ hops: 4 }), '4 hops; the limit is 3']]),
  ...rows(
    'job.unknown',
    [
      'copy-logs',
      'constructor',
      '__proto__',
      'toString',
      'Scan-Account',
      'scan-account ',
      'arn:aws:lambda:x:function:evil',
    ].map((job) => [`a job named ${JSON.stringify(job)}`, detail({ job }), 'no job of the catalogue has this name']),
  ),
  ...rows('switch.off', [
    ['everything switched off', plain, 'global is off since 2031-05-06T07:08:08.123Z', off('global')],
    ['the job switched off', plain, 'job scan-account is off', off('job#scan-account')],
  ]),
  ...rows('tenant.suspended', [['a suspended tenant', plain, 'the tenant is suspended since', off('tenant#acme')]]),
  ...rows('tenant.unknown', [
    ['an unknown tenant', detail({ tenantId: 'nobody' }), 'no tenant has this id'],
    ['a tenant id that every object has', detail({ tenantId: 'constructor' }), 'no tenant has this id'],
  ]),
  ...rows('tenant.migrating', [
    ['a tenant with long-lived keys', plain, '`broker tenants migrate acme`', tenantWith({ status: 'migrating' })],
    [
      'one that has no external ID yet',
      plain,
      'to a role',
      tenantWith({ status: 'migrating', externalIds: undefined }),
    ],
  ]),
  ...rows('tenant.offboarded', [['a tenant that left', plain, 'has left', tenantWith({ status: 'offboarded' })]]),
  ...rows('job.notEnabled', [
    ['a job not enabled', plain, 'not enabled', tenantWith({ enabledJobs: ['copy-logs'] })],
    ['a tenant with no job enabled', plain, 'not enabled', tenantWith({ enabledJobs: [] })],
  ]),
  ...rows('account.none', [['a tenant without accounts', plain, 'connected no account', roles()]]),
];

/** A job whose policy grows with its settings, past what STS takes. */
const wideJob: Job = defineJob<{ names: string[] }>({
  ...scanAccountJob,
  name: 'wide-job',
  settingsSchema: v.strictObject({ names: v.array(v.string()) }),
  defaultSettings: { names: ['one'] },
  largestSettings: { names: ['one'] },
  sessionPolicy: ({ names }) => [
    { effect: 'Allow', actions: names.map((name) => `s3:${name}`), resources: [everyResource] },
  ],
});
const wideWorld = {
  ...tenantWith({
    enabledJobs: ['wide-job'],
    settings: { 'wide-job': { names: Array.from({ length: 400 }, (_, index) => `Get${index}`) } },
  }),
  jobs: new Map([...jobCatalogue, ['wide-job', wideJob]]),
};
const settings = (value: unknown) => tenantWith({ settings: { 'scan-account': value } });
const quarantined = (...findings: TrustFinding[]) => roles(aRole({ status: 'quarantined', findings }));
const arn = (roleArn: string) => roles(aRole({ roleArn }));
const another = aRole({ record: 'role#222222222222#b', jobs: ['scan-account'] });
const AWAITING: Partial<TenantRole> = {
  consent: { state: 'awaited', connectedBy: ['arn:aws:iam::111111111111:role/operators'], sinceMs: 1 },
};

/** The request is allowed, and its one account refused: each account has an issuance, never silence. */
export const refusedAccounts: readonly RequestCase[] = [
  ...rows('account.unknown', [
    ['an account that is not connected', detail({ accountIds: ['444444444444'] }), 'has not connected this account'],
    ['an account of another tenant', detail({ accountIds: ['333333333333'] }), 'has not connected this account'],
    ['a role that is registered for another tenant', plain, 'has not connected', roles(aRole({ tenantId: 'globex' }))],
  ]),
  ...rows('account.roleMissing', [
    ['no role for the job', plain, 'no role serves the job scan-account', roles(aRole({ jobs: ['copy-logs'] }))],
    ['a role for no job', plain, 'no role serves the job scan-account', roles(aRole({ jobs: [] }))],
  ]),
  ...rows('account.roleAmbiguous', [
    ['two roles for the job', plain, '2 roles serve the job', roles(aRole(), another)],
  ]),
  ...rows('account.notVerified', [
    ['a role not yet verified', plain, 'is pending, not proven', roles(aRole({ status: 'pending' }))],
    ['a role whose verification failed', plain, 'is refused, not proven', roles(aRole({ status: 'refused' }))],
    ['a tenant without external IDs', plain, 'a shared deployment needs one', tenantWith({ externalIds: undefined })],
    ['a tenant whose external ID is empty', plain, 'needs one', tenantWith({ externalIds: { current: '' } })],
  ]),
  ...rows('account.awaitsConsent', [
    ['a role that a second person is to consent to', plain, 'awaits a second person’s consent', roles(aRole(AWAITING))],
    [
      'one that is not proven either',
      plain,
      'awaits a second person’s consent',
      roles(aRole({ ...AWAITING, status: 'pending' })),
    ],
  ]),
  ...rows('trust.unsafe', [
    [
      'a role that opens to anyone',
      plain,
      'found trust.noExternalIdAccepted',
      quarantined('trust.wholeAccountAccepted', 'trust.noExternalIdAccepted'),
    ],
    [
      'a role that opens to anyone, and not to us',
      plain,
      'found trust.randomExternalIdAccepted',
      quarantined('trust.brokerRefused', 'trust.randomExternalIdAccepted'),
    ],
  ]),
  ...rows('trust.broken', [
    [
      'a role that opens to us no more',
      plain,
      'found trust.rightExternalId',
      quarantined('trust.rightExternalIdRefused'),
    ],
    ['a role that the broker cannot assume', plain, 'found trust.brokerRefused', quarantined('trust.brokerRefused')],
    ['a role in quarantine without a finding', plain, 'found nothing that can be named', quarantined()],
  ]),
  ...rows('account.roleArnInvalid', [
    ['a role of our own account', plain, 'of ours', arn('arn:aws:iam::111111111111:role/credential-broker/scanner')],
    [
      'a role of another partition',
      plain,
      'aws-cn',
      arn('arn:aws-cn:iam::222222222222:role/credential-broker/scanner'),
    ],
    [
      'a wildcard in the registry',
      plain,
      'IAM does not allow',
      arn('arn:aws:iam::222222222222:role/credential-broker/*'),
    ],
    [
      'a role of another account',
      plain,
      'another account',
      arn('arn:aws:iam::333333333333:role/credential-broker/scanner'),
    ],
  ]),
  ...rows('policy.parameterInvalid', [
    ['settings that the job does not know', plain, 'parameter', settings({ buckets: ['logs'] })],
    ['settings that are a list', plain, 'parameter', settings([])],
    ['settings with a wildcard', plain, 'bucketNamePrefixes.0', settings({ bucketNamePrefixes: ['*'] })],
    [
      'settings with a policy in them',
      plain,
      'bucketNamePrefixes.0',
      settings({ bucketNamePrefixes: ['a"},{"Effect":"Allow'] }),
    ],
  ]),
  ...rows('policy.tooLarge', [
    ['settings whose policy STS would not take', detail({ job: 'wide-job' }), 'limit 2048', wideWorld],
  ]),
];

/** A reason against a request: what it changes in the event and in the world. */
export type Reason = EventParts & { readonly code: string; readonly world?: Partial<World> };

/** Of two reasons that both apply, the one that stands first here is named. */
export const inOrder: readonly Reason[] = [
  { code: 'request.fieldNotAllowed', detail: { sudo: true } },
  { code: 'request.versionUnsupported', detail: { version: 2 } },
  { code: 'request.fieldInvalid', detail: { reason: 7 } },
  { code: 'requester.notAllowed', envelope: { source: 'com.example.stranger' } },
  { code: 'request.replayed', envelope: { 'replay-name': 'yesterday' } },
  { code: 'request.tooOld', envelope: { time: '2030-01-01T00:00:00Z' } },
  { code: 'request.hopLimit', detail: { hops: 4 } },
  { code: 'job.unknown', detail: { job: 'copy-logs' } },
  { code: 'switch.off', world: off('global') },
  { code: 'tenant.unknown', detail: { tenantId: 'nobody' } },
  { code: 'tenant.migrating', world: tenantWith({ status: 'migrating', enabledJobs: [] }) },
];

/** Six requesters and six tenants, each requester bound to the tenant of its own number. */
export const six = Array.from({ length: 6 }, (_, number) => ({
  account: `20000000000${number}`,
  source: `com.example.service${number}`,
  tenantId: `tenant-${number}`,
  tenantAccount: `30000000000${number}`,
}));

export const worldOfSix: Pick<World, 'requesters' | 'tenants'> = {
  requesters: six.map(
    ({ account, source, tenantId }): Requester => ({
      name: `for-${tenantId}`,
      recognisedBy: { event: { account, source } },
      jobs: 'all',
      tenants: [tenantId],
    }),
  ),
  tenants: six.map(({ tenantId, tenantAccount }) => aTenant({ tenantId, accountId: tenantAccount })),
};
