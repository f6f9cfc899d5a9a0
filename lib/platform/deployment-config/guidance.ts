import { auditGuidance } from './audit-guidance.ts';
import { hardeningGuidance } from './hardening.ts';

export type Guidance = { readonly expected: string; readonly whatToDo: string };

const wholeNumberFrom = (from: number, to: number) => `a whole number from ${from} to ${to}`;

/**
 * What is expected of each setting of `config/<stage>.yml`, and what its author can do about a value that does not fit.
 * The map is by path, with `[]` for the entries of a list.
 */
export const guidance: ReadonlyMap<string, Guidance> = new Map(
  Object.entries({
    '': { expected: 'a mapping of settings', whatToDo: 'Start from a copy of config/dev.yml' },
    deploymentId: {
      expected: '4 to 12 of a-z and 0-9',
      whatToDo: 'Choose a name that no other deployment of yours has, and never change it: external IDs carry it',
    },
    mode: { expected: 'shared or dedicated', whatToDo: 'Choose shared unless one customer has this account to itself' },
    partition: {
      expected: 'aws, aws-cn, aws-us-gov or aws-eusc',
      whatToDo: "Name the partition of the broker's account; tenants of another one need another deployment",
    },
    homeRegion: { expected: 'a region such as eu-west-1', whatToDo: 'Name the region that the broker is deployed to' },
    tenantRoles: { expected: 'path and namePattern', whatToDo: 'Leave it out to take the defaults' },
    'tenantRoles.path': {
      expected: 'an IAM path that begins and ends with /',
      whatToDo: 'Use the path of the roles that tenants make, without wildcards',
    },
    'tenantRoles.namePattern': {
      expected: 'a role name, or its beginning and one * at the end',
      whatToDo: 'Name only the roles that tenants make for the broker',
    },
    templateBaseUrl: {
      expected:
        'an address of S3 such as https://<bucket>.s3.<region>.amazonaws.com/<folder>, without a slash at its end',
      whatToDo: 'Name where npm run publish-template is to put templates, or leave it out to do without quick-create',
    },
    forbiddenAccountIds: { expected: 'a list of account ids', whatToDo: 'List your own accounts, or leave it out' },
    'forbiddenAccountIds[]': { expected: '12 digits in quotes', whatToDo: 'Quote the id, or YAML reads a number' },
    requesters: { expected: 'a list', whatToDo: 'Declare who may ask; [] lets nobody ask' },
    'requesters[]': {
      expected: 'name, recognisedBy, jobs and tenants',
      whatToDo: 'Copy a requester of config/dev.yml',
    },
    'requesters[].name': {
      expected: '1 to 63 of a-z, 0-9 and inner hyphens',
      whatToDo: 'Name the service that asks',
    },
    'requesters[].recognisedBy': {
      expected: 'exactly one of event, schedule, functionUrl and invoke',
      whatToDo: 'Say by what AWS lets us recognise it: two ways in are two requesters',
    },
    'requesters[].recognisedBy.event': {
      expected: 'source and principals',
      whatToDo: 'Name the source of its events and who may send them',
    },
    'requesters[].recognisedBy.event.source': {
      expected: '1 to 256 of A-Z, a-z, 0-9 and . _ / -',
      whatToDo: 'Write the source of its events exactly',
    },
    'requesters[].recognisedBy.event.account': {
      expected: '12 digits in quotes',
      whatToDo: "Quote the id, or leave it out for the broker's own account",
    },
    'requesters[].recognisedBy.event.principals': {
      expected: 'a list with at least one principal',
      whatToDo: 'Name who may send this source: without anybody the requester could never ask',
    },
    'requesters[].recognisedBy.event.principals[]': {
      expected: 'role/<name>, user/<name>, or the ARN of an IAM role or user, without wildcards',
      whatToDo: 'For a session name its role, not the assumed-role ARN',
    },
    'requesters[].recognisedBy.schedule': {
      expected: 'the name of a schedule: 1 to 16 of a-z, 0-9 and inner hyphens',
      whatToDo: 'Name an entry of schedules',
    },
    'requesters[].recognisedBy.functionUrl': {
      expected: 'principals',
      whatToDo: 'Name who calls the function URL of request-job',
    },
    'requesters[].recognisedBy.functionUrl.principals': {
      expected: 'a list with at least one principal',
      whatToDo: 'Name who calls: without anybody the requester could never ask',
    },
    'requesters[].recognisedBy.functionUrl.principals[]': {
      expected: 'role/<name>, user/<name>, or the ARN of an IAM role or user, with at most one * at its end',
      whatToDo: 'Leave out the path of a role: AWS does not show it; for a session name its role',
    },
    'requesters[].recognisedBy.invoke': {
      expected: 'alias',
      whatToDo: 'Name the alias of request-job-direct that it alone may invoke',
    },
    'requesters[].recognisedBy.invoke.alias': {
      expected: '1 to 64 of A-Z, a-z, 0-9, _ and -, not digits alone',
      whatToDo: 'Name the alias after the service that invokes it',
    },
    'requesters[].limits': {
      expected: 'tenantsPerHour and requestsPerMinute, one or both',
      whatToDo: 'Leave it out to set no limit',
    },
    'requesters[].limits.tenantsPerHour': {
      expected: wholeNumberFrom(1, 5_000),
      whatToDo:
        'Set it a little above what the requester needs, so that a stolen one cannot walk the customer list; who needs more has none',
    },
    'requesters[].limits.requestsPerMinute': {
      expected: wholeNumberFrom(1, 1_000_000),
      whatToDo: 'Set it above the peak of the requester, or leave it out',
    },
    schedules: { expected: 'a list', whatToDo: 'Leave it out to ask for nothing by schedule' },
    'schedules[]': {
      expected: 'name, job, expression, spreadMinutes and perhaps reason',
      whatToDo: 'Copy a schedule of config/dev.yml',
    },
    'schedules[].name': {
      expected: '1 to 16 of a-z, 0-9 and inner hyphens',
      whatToDo: 'Name what it does; the name is a part of that of an EventBridge rule, which is short',
    },
    'schedules[].job': {
      expected: 'a job name: 1 to 24 of a-z, 0-9 and inner hyphens',
      whatToDo: 'Name a job of the catalogue',
    },
    'schedules[].expression': {
      expected: 'rate(<number> minutes, hours or days) or cron(<six fields>)',
      whatToDo: 'Write it as EventBridge does: rate(6 hours), rate(1 day), cron(0 3 * * ? *), in UTC',
    },
    'schedules[].spreadMinutes': {
      expected: wholeNumberFrom(1, 1_440),
      whatToDo: 'Spread the requests so that STS is not asked for every tenant at once; 60 suits a daily scan',
    },
    'schedules[].reason': {
      expected: 'a text of at most 256 characters',
      whatToDo: 'Leave it out, or say why the job runs: it stands in the ledger',
    },
    'requesters[].jobs': { expected: 'all, or a list of job names', whatToDo: 'Name the jobs that it may ask for' },
    'requesters[].tenants': { expected: 'all, or a list of tenant ids', whatToDo: 'Name the tenants it may ask for' },
    'requesters[].jobs[]': {
      expected: 'a job name: 1 to 24 of a-z, 0-9 and inner hyphens',
      whatToDo: 'Name a job of the catalogue',
    },
    'requesters[].tenants[]': {
      expected: 'a tenant id: 2 to 63 of a-z, 0-9 and inner hyphens',
      whatToDo: 'Name the tenant as it is registered',
    },
    requests: { expected: 'limits of requests', whatToDo: 'Leave it out to take the defaults' },
    'requests.maximumAgeSeconds': { expected: wholeNumberFrom(60, 1_209_600), whatToDo: 'The default is 86400, a day' },
    'requests.maximumFutureSeconds': { expected: wholeNumberFrom(0, 3_600), whatToDo: 'The default is 300' },
    'requests.concurrency': { expected: wholeNumberFrom(1, 10), whatToDo: 'The default is 5' },
    queue: { expected: 'settings of the queue', whatToDo: 'Leave it out to take the defaults' },
    'queue.batchSize': { expected: wholeNumberFrom(1, 10), whatToDo: 'The default is 10' },
    'queue.maximumConcurrency': { expected: wholeNumberFrom(2, 1_000), whatToDo: 'The default is 10' },
    limits: { expected: 'perTenant and stsCallsPerSecond', whatToDo: 'Leave it out to take the defaults' },
    'limits.perTenant': {
      expected: 'requestsPerMinute, callsPerMinute and concurrentIssuances',
      whatToDo: 'Leave it out to take the defaults',
    },
    'limits.perTenant.requestsPerMinute': {
      expected: wholeNumberFrom(1, 1_000_000),
      whatToDo: 'The default is 600; set it above the peak of a busy tenant',
    },
    'limits.perTenant.callsPerMinute': {
      expected: wholeNumberFrom(1, 36_000),
      whatToDo: 'Left out, it is a tenth of what stsCallsPerSecond gives in a minute',
    },
    'limits.perTenant.concurrentIssuances': {
      expected: wholeNumberFrom(1, 10_000),
      whatToDo: 'The default is 20; keep it well below queue.maximumConcurrency × requests.concurrency',
    },
    'limits.stsCallsPerSecond': {
      expected: wholeNumberFrom(1, 600),
      whatToDo: 'The default is 300: AWS gives 600 to everything of the account in a region together',
    },
    archive: { expected: 'retention', whatToDo: 'Leave it out to take the defaults' },
    'archive.retention': { expected: 'mode and days', whatToDo: 'Leave it out to take the defaults' },
    'archive.retention.mode': {
      expected: 'governance or compliance',
      whatToDo: 'Take compliance where nobody, you included, may shorten what was promised; it cannot be undone',
    },
    'archive.retention.days': {
      expected: wholeNumberFrom(1, 36_500),
      whatToDo: 'The default is 365; in compliance mode you pay for every day of it',
    },
    ...auditGuidance,
    canaryAccounts: { expected: 'a list of account ids', whatToDo: 'List decoy accounts of yours, or leave it out' },
    'canaryAccounts[]': { expected: '12 digits in quotes', whatToDo: 'Quote the id, or YAML reads a number' },
    ...hardeningGuidance,
    logLevel: { expected: 'DEBUG, INFO, WARN or ERROR', whatToDo: 'The default is INFO' },
  }),
);
