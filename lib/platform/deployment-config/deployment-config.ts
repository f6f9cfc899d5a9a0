/**
 * What one deployment is and who may ask it for what: `config/<stage>.yml`, checked when it is packaged and compiled
 * into the bundles, so that nobody who can change a function's environment can change who may ask.
 */
import * as v from 'valibot';
import type { LimitSettings } from '../../limits/limit-settings.ts';
import { type MisplacedList, misplacedLists } from '../../requests/misplaced-lists.ts';
import { contradictionsOf } from './contradictions.ts';
import { describeProblem } from './describe-problem.ts';
import type { HardeningSettings } from './hardening.ts';
import type { ConfigProblem } from './problem.ts';
import { deploymentConfigSchema } from './schema.ts';

export type DeploymentConfig = {
  /** 4 to 12 of a-z and 0-9; part of every external ID, so it is never changed. */
  readonly deploymentId: string;
  /**
   * `shared`: many tenants, told apart by external IDs. `dedicated`: one customer, in an AWS account of its own, which is
   * the boundary: there are no external IDs.
   */
  readonly mode: 'shared' | 'dedicated';
  /** Roles cannot be assumed across partitions: one deployment serves one. */
  readonly partition: Partition;
  /** Where the broker runs, and the only region whose STS it may call. */
  readonly homeRegion: string;
  /** The roles that the broker may assume at all: `arn:<partition>:iam::*:role<path><namePattern>`. */
  readonly tenantRoles: { readonly path: string; readonly namePattern: string };
  /** Where in S3 the templates lie that quick-create links open, without a slash at the end. */
  readonly templateBaseUrl?: string;
  /** Our own accounts, besides the broker's, in which no role may ever be assumed. */
  readonly forbiddenAccountIds: readonly string[];
  readonly requesters: readonly RequesterConfig[];
  readonly schedules: readonly ScheduleConfig[];
  readonly requests: RequestLimits;
  readonly queue: QueueSettings;
  /** How much of the broker one tenant may take, and how much of STS the broker. */
  readonly limits: LimitSettings;
  readonly archive: ArchiveSettings;
  readonly audit?: AuditSettings;
  /** Accounts of ours in which nobody has a reason to ask for anything: any issuance for one rings. */
  readonly canaryAccounts: readonly string[];
  /** What protects the deployment beyond its defaults; absent only where a configuration was made by hand. */
  readonly hardening?: HardeningSettings;
  readonly logLevel: LogLevel;
};

export type Partition = 'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-eusc';
export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** Who may ask, how AWS lets us know that it is them, and for what. */
export type RequesterConfig = {
  /** Stands in the ledger for whoever asked; never changed, because requests are identified by it. */
  readonly name: string;
  readonly recognisedBy: RecognitionConfig;
  readonly jobs: 'all' | readonly string[];
  readonly tenants: 'all' | readonly string[];
  readonly limits?: RequesterLimits;
};

/** Exactly one of them: what is recognised in two ways could be asked for as by another. */
export type RecognitionConfig =
  | { readonly event: EventRecognition }
  /** The name of an entry of `schedules`. */
  | { readonly schedule: string }
  | { readonly functionUrl: FunctionUrlRecognition }
  /** The alias of request-job-direct that it invokes; the stack makes the alias. */
  | { readonly invoke: { readonly alias: string } };

export type EventRecognition = {
  /** `source` of the requester's events. The bus policy denies it to everybody but the principals. */
  readonly source: string;
  /** 12 digits, of the account that calls PutEvents; left out, the broker's own. */
  readonly account?: string;
  /** Role or user ARNs; `role/<name>` and `user/<name>` are of the broker's own account. */
  readonly principals: readonly string[];
};

export type FunctionUrlRecognition = {
  /**
   * Who calls the function URL of request-job: `role/<name>` and `user/<path><name>` are of the broker's own account,
   * whole ARNs of any; each may end with one `*`. See `lib/requests/principal-pattern.ts`.
   */
  readonly principals: readonly string[];
};

/** Left out, there is none: what a stolen requester could do is bounded by its jobs and tenants alone. */
export type RequesterLimits = {
  /** How many different tenants it may name in an hour. */
  readonly tenantsPerHour?: number;
  readonly requestsPerMinute?: number;
};

/** A job that is asked for, for every tenant that is due, each time that the expression says. */
export type ScheduleConfig = {
  /** 1 to 16 of a-z, 0-9 and inner hyphens: it is a part of the name of an EventBridge rule, which has 64 letters. */
  readonly name: string;
  readonly job: string;
  /** `rate(…)` or `cron(…)`, in UTC. */
  readonly expression: string;
  /** Over how many minutes the requests of one time are spread, by a hash of the tenant. */
  readonly spreadMinutes: number;
  /** Stands in the ledger with each request. */
  readonly reason?: string;
};

export type RequestLimits = {
  /** A request older than this is refused, which bounds what a replay or a redrive can ask for again. */
  readonly maximumAgeSeconds: number;
  /** How far ahead of our clock a request's time may be. */
  readonly maximumFutureSeconds: number;
  /** How many messages of one batch are handled side by side. */
  readonly concurrency: number;
};

export type QueueSettings = {
  /** Messages a batch, 1 to 10. */
  readonly batchSize: number;
  /** How many issue-credentials functions the queue may keep busy, 2 to 1000. */
  readonly maximumConcurrency: number;
};

export type ArchiveSettings = {
  /**
   * How long S3 keeps each object of the archive from being deleted. `compliance`: whoever asks, the root user included.
   * `governance`: but for those who have a right of its own for it, which the bucket's policy denies everybody.
   */
  readonly retention: { readonly mode: 'governance' | 'compliance'; readonly days: number };
};

export type AuditSettings = {
  /** Left out, Athena is asked about the archive alone. */
  readonly cloudTrail?: CloudTrailFiles;
};

/** Where the files of the account's or the organisation's trail lie. */
export type CloudTrailFiles = {
  readonly bucket: string;
  /** What stands before the account's folder: `AWSLogs`, or `AWSLogs/o-abc123def4` of an organisation's trail. */
  readonly prefix: string;
  /** Besides the broker's own. */
  readonly accountIds?: readonly string[];
  /** Besides the home region. */
  readonly regions?: readonly string[];
};

/** Put in place by the bundler (`config/package/bundle-functions.ts`). */
declare const DEPLOYMENT_CONFIG: DeploymentConfig;

/** The configuration that this bundle was built with. Throws where the code runs unbundled. */
export function deploymentConfig(): DeploymentConfig {
  if (typeof DEPLOYMENT_CONFIG === 'undefined') {
    throw new Error(
      'the deployment configuration is compiled into bundles, and this code is not bundled: ' +
        'run `npm run package`, or give the function its configuration',
    );
  }
  return DEPLOYMENT_CONFIG;
}

/** The configuration with its defaults, where every value has its form, and all that keeps it from being deployed. */
export type CheckedConfig = {
  readonly config: DeploymentConfig | undefined;
  readonly problems: readonly ConfigProblem[];
};

/** Looks at what `config/<stage>.yml` holds, and says what is wrong with it instead of throwing. */
export function checkDeploymentConfig(value: unknown): CheckedConfig {
  const lists = misplacedLists(deploymentConfigSchema, value);
  if (lists.length > 0) return { config: undefined, problems: lists.map(describeList) };
  const read = v.safeParse(deploymentConfigSchema, value);
  if (!read.success) return { config: undefined, problems: read.issues.map(describeProblem) };
  return { config: read.output, problems: contradictionsOf(read.output) };
}

/** A list where a mapping belongs, which the schema would take for one. */
function describeList({ path, value: input }: MisplacedList): ConfigProblem {
  const at = path.map((key) => ({ type: 'unknown', origin: 'value', input, key, value: input }) as const);
  const [first, ...more] = at;
  const issue = { kind: 'schema', type: 'list', expected: 'Object', received: 'Array', message: '', input } as const;
  return describeProblem({ ...issue, ...(first !== undefined && { path: [first, ...more] }) });
}
