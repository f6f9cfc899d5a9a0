import { EXCEPTIONS_ASKED, type RecordPage } from '../../audit/questions/audit-api.ts';
import type { AuditClient } from '../../client/audit-client.ts';
import { dayIn } from './time-range.ts';

/** The questions whose answer is a list of records. Each is one route of the API and one command. */
export type Question = {
  /** The word after `broker audit`. */
  readonly name: string;
  /** The argument after that word, as the help writes it. */
  readonly subject?: Subject;
  readonly describe: string;
  readonly range: boolean;
  readonly pages: boolean;
  readonly filters: readonly Filter[];
  /** The message for an empty answer. */
  readonly nothing: string;
  readonly ask: (client: AuditClient, subject: string, query: Query) => Promise<RecordPage>;
};

type Subject = { readonly name: string; readonly describe: string; readonly choices?: readonly string[] };
const FILTERS = ['type', 'tenant', 'account', 'job', 'requester', 'state'] as const;
export type Filter = (typeof FILTERS)[number];
export type Query = Readonly<Partial<Record<Filter | 'from' | 'to' | 'limit' | 'cursor', string>>>;

const listing = { range: true, pages: true } as const;
const lookup = { range: false, pages: false, filters: [] } as const;
const allBut = (...names: readonly Filter[]) => FILTERS.filter((filter) => !names.includes(filter));

export const questions: readonly Question[] = [
  {
    name: 'tenant',
    subject: { name: 'tenant', describe: 'the tenant’s id' },
    describe: 'list what was asked for, decided and given out for a tenant',
    ...listing,
    filters: allBut('tenant'),
    nothing: 'Nothing like that was recorded of this tenant.',
    ask: (client, tenantId, query) => client.call('GET /tenants/:tenantId/records', { params: { tenantId }, query }),
  },
  {
    name: 'account',
    subject: { name: 'account', describe: 'the id of an AWS account' },
    describe: 'list what was asked for, decided and given out in an account',
    ...listing,
    filters: allBut('account'),
    nothing: 'Nothing like that was recorded of this account.',
    ask: (client, accountId, query) =>
      client.call('GET /accounts/:accountId/records', { params: { accountId }, query }),
  },
  {
    name: 'key',
    subject: { name: 'accessKeyId', describe: 'of a session, as findings and CloudTrail show it: ASIA…' },
    describe: 'whose session had this access key: when, for which job, asked by whom',
    ...lookup,
    nothing: 'No session that we know of had this access key.',
    ask: (client, accessKeyId) => client.call('GET /access-keys/:accessKeyId', { params: { accessKeyId } }),
  },
  {
    name: 'session',
    subject: { name: 'sessionName', describe: 'the role session name, as CloudTrail shows it' },
    describe: 'what a role session name stands for',
    ...lookup,
    nothing: 'We announced no such session.',
    ask: (client, sessionName) => client.call('GET /sessions/:sessionName', { params: { sessionName } }),
  },
  {
    name: 'sts-request',
    subject: { name: 'requestId', describe: 'requestID of the AssumeRole in CloudTrail' },
    describe: 'what a call of STS was made for, denied ones too',
    ...lookup,
    nothing: 'No call that we know of had this id.',
    ask: (client, stsRequestId) => client.call('GET /sts-requests/:stsRequestId', { params: { stsRequestId } }),
  },
  {
    name: 'requester',
    subject: { name: 'requester', describe: 'its name in the deployment’s configuration' },
    describe: 'list what a requester asked for, and what became of it',
    ...listing,
    filters: allBut('requester'),
    nothing: 'Nothing like that was recorded of this requester.',
    ask: (client, requester, query) =>
      client.call('GET /requesters/:requester/records', { params: { requester }, query }),
  },
  {
    name: 'job',
    subject: { name: 'job', describe: 'its name in the catalogue' },
    describe: 'list what was given out for a job',
    ...listing,
    filters: allBut('job'),
    nothing: 'Nothing like that was recorded of this job.',
    ask: (client, job, query) => client.call('GET /jobs/:job/records', { params: { job }, query }),
  },
  {
    name: 'day',
    subject: { name: 'day', describe: 'in UTC, as YYYY-MM-DD' },
    describe: 'list everything of one day, over all tenants',
    ...listing,
    filters: FILTERS,
    nothing: 'Nothing like that was recorded on this day.',
    ask: (client, day, query) => client.call('GET /days/:day/records', { params: { day: dayIn(day) }, query }),
  },
  {
    name: 'exceptions',
    subject: { name: 'kind', describe: 'which end', choices: EXCEPTIONS_ASKED },
    describe: 'list what was refused, denied, failed, expired, revoked or is unknown; strays',
    ...listing,
    filters: allBut('state'),
    nothing: 'Nothing ended like that.',
    ask: (client, exception, query) =>
      client.call('GET /exceptions/:exception/records', { params: { exception }, query }),
  },
  {
    name: 'live',
    describe: 'list the sessions that may be used just now',
    range: false,
    pages: true,
    filters: allBut('type', 'state'),
    nothing: 'No session may be used just now.',
    ask: (client, _, query) => client.call('GET /live-sessions', { query }),
  },
];
