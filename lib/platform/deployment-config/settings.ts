import { hardeningSettings } from './hardening.ts';
import { requesterSettings, scheduleSettings } from './requester-settings.ts';

/**
 * The text about one setting of `config/<stage>.yml`, wherever the setting is explained; the schema defines the values.
 */
export type SettingText = {
  /** What the value counts or names. */
  readonly unit: string;
  readonly meaning: string;
  /** What goes wrong when it is set wrongly. */
  readonly whenWrong: string;
  /** What holds if the setting is left out, where the schema has no default. */
  readonly leftOut?: string;
};

const general: Readonly<Record<string, SettingText>> = {
  deploymentId: {
    unit: 'name',
    meaning: 'Names the deployment in every external ID that it makes. Unique among your deployments.',
    whenWrong:
      'Changed later: new external IDs no longer look like the old ones, and nobody can tell by one which deployment made ' +
      'it. Used twice: two deployments cannot be told apart in trust policies.',
  },
  mode: {
    unit: 'choice',
    meaning:
      'shared: many tenants, told apart by external IDs. dedicated: one customer, in an AWS account of its own, without ' +
      'external IDs.',
    whenWrong:
      'dedicated for several customers: the second one is refused. shared for one: its trust policies need an external ID ' +
      'that protects from nobody.',
  },
  partition: {
    unit: 'choice',
    meaning: 'The AWS partition in which the broker and the tenants’ roles are. Roles cannot be assumed across them.',
    whenWrong: 'Every role of the partition that was meant is refused when it is connected.',
  },
  homeRegion: {
    unit: 'region',
    meaning: 'Where the broker runs, and the only region whose STS it may call, so that one trail sees every call.',
    whenWrong: 'Changed later: a second broker with empty tables is made there, and the first goes on.',
  },
  'tenantRoles.path': {
    unit: 'IAM path',
    meaning: 'The path of the roles that the broker may assume.',
    whenWrong:
      'Too wide (/): any role that trusts the broker can be assumed, whoever made it. Too narrow: customers’ roles cannot ' +
      'be connected.',
  },
  'tenantRoles.namePattern': {
    unit: 'role name, with one * at its end',
    meaning: 'The names of the roles that the broker may assume, below the path.',
    whenWrong: 'As with the path. Narrowed later: roles outside of it are denied from the next deployment on.',
  },
  templateBaseUrl: {
    unit: 'address in S3',
    meaning: 'Where the templates lie that customers’ quick-create links open.',
    whenWrong: 'The links open nothing; who can write there decides what customers’ roles trust and allow.',
    leftOut: 'there are no quick-create links',
  },
  forbiddenAccountIds: {
    unit: 'account ids',
    meaning: 'Your own accounts, besides the broker’s, in which no role may ever be assumed.',
    whenWrong:
      'An account is missing: whoever can register a tenant could connect a role of it. One too many: that customer cannot ' +
      'be connected.',
  },
};

const pipeline: Readonly<Record<string, SettingText>> = {
  'requests.maximumAgeSeconds': {
    unit: 'seconds',
    meaning: 'An older request is refused: the window in which it could be replayed or redriven.',
    whenWrong: 'Too long: old events ask again. Too short: what waited through an outage is refused when it is over.',
  },
  'requests.maximumFutureSeconds': {
    unit: 'seconds',
    meaning: 'How far the time of a request may be ahead of the broker’s clock.',
    whenWrong: 'Too long: requests can be made to last. Too short: requesters whose clocks run fast are refused.',
  },
  'requests.concurrency': {
    unit: 'messages',
    meaning: 'How many messages of a batch one function handles side by side.',
    whenWrong: 'Too high: messages of one function compete for its 30 seconds. Too low: the queue empties slowly.',
  },
  'queue.batchSize': {
    unit: 'messages',
    meaning: 'How many messages a function is given at once.',
    whenWrong:
      'Too high: some of a batch find too little time left and come again. Too low: more invocations are paid for.',
  },
  'queue.maximumConcurrency': {
    unit: 'functions',
    meaning: 'How many functions the queue may keep busy at once.',
    whenWrong:
      'Too high: functions of the account run out for others, and STS throttles. Too low: requests wait although STS would ' +
      'take them.',
  },
  'limits.perTenant.requestsPerMinute': {
    unit: 'requests a minute',
    meaning: 'How many requests of one tenant are begun in a minute; more wait in the queue.',
    whenWrong:
      'Too low: a busy tenant’s requests wait until they are too old and are refused. Too high: one tenant keeps the ' +
      'others waiting.',
  },
  'limits.perTenant.callsPerMinute': {
    unit: 'calls a minute',
    meaning: 'AssumeRole calls for one tenant in a minute; a request for ten accounts makes ten.',
    whenWrong: 'Too low: requests for many accounts wait for minutes. Too high: one tenant uses up STS for all.',
    leftOut: 'a tenth of what limits.stsCallsPerSecond gives in a minute',
  },
  'limits.perTenant.concurrentIssuances': {
    unit: 'requests',
    meaning: 'How many requests of one tenant are in work at once, in all functions together.',
    whenWrong:
      'Too high: while STS is slow, one tenant’s fill every function there is. Too low: a tenant of many accounts is ' +
      'served slowly.',
  },
  'limits.stsCallsPerSecond': {
    unit: 'calls a second',
    meaning: 'The broker’s share of STS. AWS gives 600 to everything of the account in a region together.',
    whenWrong:
      'Too high: STS throttles the broker and everything else of the account. Too low: requests queue up until they are ' +
      'too old.',
  },
};

const trail: Readonly<Record<string, SettingText>> = {
  'archive.retention.mode': {
    unit: 'choice',
    meaning:
      'compliance: nobody deletes what is archived before its days are over, AWS and the root user included. governance: ' +
      'but for a right of its own, which the bucket’s policy denies everybody.',
    whenWrong:
      'compliance too early: mistakes are kept and paid for until the end, and it cannot be undone. governance: an ' +
      'administrator could take the policy away and delete.',
  },
  'archive.retention.days': {
    unit: 'days',
    meaning: 'How long each object of the audit’s archive cannot be deleted.',
    whenWrong: 'Too short: what a customer asks about later may be gone. Too long: it is stored and paid for so long.',
  },
  'audit.cloudTrail.bucket': {
    unit: 'bucket',
    meaning: 'Where the files of your CloudTrail lie, which questions in SQL are also about.',
    whenWrong: 'Athena finds no files, or may not read them: sessions look as if nobody had used them.',
    leftOut: 'Athena is asked about the archive alone',
  },
  'audit.cloudTrail.prefix': {
    unit: 'folder in S3',
    meaning: 'What stands before the account’s folder: AWSLogs, or AWSLogs/<id> of an organisation’s trail.',
    whenWrong: 'Athena finds no files: sessions look as if nobody had used them.',
    leftOut: 'Athena is asked about the archive alone',
  },
  'audit.cloudTrail.accountIds': {
    unit: 'account ids',
    meaning: 'The accounts whose files are read, besides the broker’s own.',
    whenWrong: 'One is missing: what sessions did there is not seen. Too many: every question reads and costs more.',
    leftOut: 'the broker’s own account alone',
  },
  'audit.cloudTrail.regions': {
    unit: 'regions',
    meaning: 'The regions whose files are read, besides the home region.',
    whenWrong: 'One is missing: what sessions did there is not seen. Too many: every question reads and costs more.',
    leftOut: 'the home region alone',
  },
  canaryAccounts: {
    unit: 'account ids',
    meaning:
      'Accounts of yours in which nothing of value lies, each with a tenant of its own: any issuance for one rings.',
    whenWrong: 'An account that is used: false alarms. None: who walks your customer list is noticed later.',
  },
  ...hardeningSettings,
  logLevel: {
    unit: 'choice',
    meaning: 'From which level on the functions log. Secrets are in no level.',
    whenWrong: 'DEBUG: logs cost more. WARN or ERROR: decisions are in the ledger alone, not in the logs.',
  },
};

/**
 * Every setting by its path, such as `requesters[].name`, in the order of the schema; a test keeps the two the same.
 */
export const settingTexts: ReadonlyMap<string, SettingText> = new Map(
  Object.entries({ ...general, ...requesterSettings, ...scheduleSettings, ...pipeline, ...trail }),
);
