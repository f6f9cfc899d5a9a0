import type { SettingText } from './settings.ts';

/** The texts about the settings of a requester. */
export const requesterSettings: Readonly<Record<string, SettingText>> = {
  requesters: {
    unit: 'list',
    meaning: 'Who may ask, how AWS lets us know that it is them, and for what. Nobody else is served.',
    whenWrong: 'One is missing: it is refused on record. One too many: who can pass for it may ask.',
  },
  'requesters[].name': {
    unit: 'name',
    meaning: 'Stands in the ledger for whoever asked.',
    whenWrong: 'Changed later: its requests count as another’s, and one that is repeated is made again.',
  },
  'requesters[].recognisedBy': {
    unit: 'exactly one of event, schedule, functionUrl, invoke',
    meaning: 'The one thing that AWS itself says of its requests.',
    whenWrong: 'Whoever fits is taken for the requester; who was meant and does not fit is refused as a stranger.',
  },
  'requesters[].recognisedBy.event.source': {
    unit: 'event source',
    meaning: 'The source of its events. The bus policy denies it to everybody but the principals.',
    whenWrong: 'Its events are refused as a stranger’s.',
  },
  'requesters[].recognisedBy.event.account': {
    unit: 'account id',
    meaning: 'The account that puts its events on the bus.',
    whenWrong: 'Its events are refused as a stranger’s.',
    leftOut: 'the broker’s own account',
  },
  'requesters[].recognisedBy.event.principals': {
    unit: 'roles and users',
    meaning: 'Who may put events of this source on the bus.',
    whenWrong: 'One is missing: PutEvents is denied to it. One too many: it may ask as this requester.',
  },
  'requesters[].recognisedBy.schedule': {
    unit: 'name of a schedule',
    meaning: 'The entry of schedules that asks.',
    whenWrong: 'Another schedule’s requests are refused as a stranger’s.',
  },
  'requesters[].recognisedBy.functionUrl.principals': {
    unit: 'roles and users, each with at most one * at its end',
    meaning: 'Who calls the function URLs of request-job and vend-credentials.',
    whenWrong: 'Too wide a pattern: roles that somebody makes later may ask. Too narrow: callers are refused.',
  },
  'requesters[].recognisedBy.invoke.alias': {
    unit: 'alias',
    meaning: 'The alias of request-job-direct that it alone may invoke; the stack makes it.',
    whenWrong: 'Whoever may invoke the alias asks as this requester.',
  },
  'requesters[].jobs': {
    unit: 'job names, or all',
    meaning: 'The jobs that it may ask for.',
    whenWrong: 'all: also every job that is added later. One is missing: requester.notAllowed.',
  },
  'requesters[].tenants': {
    unit: 'tenant ids, or all',
    meaning: 'The tenants that it may ask for.',
    whenWrong: 'all: a stolen requester reaches every customer. One is missing: requester.notAllowed.',
  },
  'requesters[].limits.tenantsPerHour': {
    unit: 'tenants an hour',
    meaning: 'How many different tenants it may name in an hour; more are refused.',
    whenWrong: 'Too high: a stolen requester walks the customer list. Too low: its work is refused when it grows.',
    leftOut: 'no limit',
  },
  'requesters[].limits.requestsPerMinute': {
    unit: 'requests a minute',
    meaning: 'How many requests of it are begun in a minute; more wait in the queue.',
    whenWrong: 'Too high: it keeps others waiting. Too low: its requests wait until they are too old.',
    leftOut: 'no limit',
  },
};

/** The texts about the settings of a schedule. */
export const scheduleSettings: Readonly<Record<string, SettingText>> = {
  schedules: {
    unit: 'list',
    meaning: 'Jobs that are asked for by the clock, for every tenant that is due.',
    whenWrong: 'One is missing: nobody asks, and nothing tells that nobody did.',
  },
  'schedules[].name': {
    unit: 'name',
    meaning: 'Names the schedule, its EventBridge rule and its windows.',
    whenWrong: 'Changed later: it begins anew, and what was open of it is given up.',
  },
  'schedules[].job': {
    unit: 'job name',
    meaning: 'The job that is asked for.',
    whenWrong: 'Another job runs at every tenant that has it enabled.',
  },
  'schedules[].expression': {
    unit: 'rate(…) or cron(…), in UTC',
    meaning: 'When it asks.',
    whenWrong: 'Too often: STS and the jobs are kept busy. Read as local time: it runs at another hour.',
  },
  'schedules[].spreadMinutes': {
    unit: 'minutes',
    meaning: 'Over how long the requests of one time are spread.',
    whenWrong: 'Too short: every tenant is asked for at once and waits at the limits. Too long: the last come late.',
  },
  'schedules[].reason': {
    unit: 'text',
    meaning: 'Why the job runs; stands in the ledger with each request.',
    whenWrong: 'The audit gives customers a wrong reason, or none.',
    leftOut: 'the requests bear no reason',
  },
};
