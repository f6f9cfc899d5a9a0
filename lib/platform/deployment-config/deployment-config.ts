/**
 * What one deployment is, and who may ask it for what. `config/<stage>.yml` is checked at packaging and compiled into
 * the bundles, so that nobody who can change a function's environment can change who may ask.
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
  /** 4 to 12 of a-z and 0-9. It is part of every external ID, so it must never change. */
  readonly deploymentId: string;
  /**
   * `shared`: many tenants, told apart by external IDs. `dedicated`: one customer, in an AWS account of its own, which
   * is the boundary: there are no external IDs.
   */
  readonly mode: 'shared' | 'dedicated';
  /** A deployment serves one partition, because roles cannot be assumed across partitions. */
  readonly partition: Partition;
  /** The region in which the broker runs, and the only one whose STS the broker may call. */
  readonly homeRegion: string;
  /** The only roles that the broker may assume: `arn:<partition>:iam::*:role<path><namePattern>`. */
  readonly tenantRoles: { readonly path: string; readonly namePattern: string };
  /** The place in S3 of the templates that quick-create links open, without a slash at the end. */
  readonly templateBaseUrl?: string;
  /** The vendor's own accounts, besides the broker's, in which no role may ever be assumed. */
  readonly forbiddenAccountIds: readonly string[];
  readonly requesters: readonly RequesterConfig[];
  readonly schedules: readonly ScheduleConfig[];
  readonly requests: RequestLimits;
  readonly queue: QueueSettings;
  /** How much of the broker one tenant may use, and how much of STS the broker may use. */
  readonly limits: LimitSettings;
  readonly archive: ArchiveSettings;
  readonly audit?: AuditSettings;
  /** Accounts of the vendor in which nobody has a reason to ask for anything: any issuance for one raises an alarm. */
  readonly canaryAccounts: readonly string[];
  /** What protects the deployment beyond its defaults; absent only where a configuration was made by hand. */
  readonly hardening?: HardeningSettings;
  readonly logLevel: LogLevel;
};

export type Partition = 'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-eusc';
export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** One requester: who may ask, how AWS identifies them, and what they may ask for. */
export type RequesterConfig = {
  /** The ledger names the requester by this. Never change it, because it is part of the identity of requests. */
  readonly name: string;
  readonly recognisedBy: RecognitionConfig;
  readonly jobs: 'all' | readonly string[];
  readonly tenants: 'all' | readonly string[];
  readonly limits?: RequesterLimits;
};

/** Exactly one of these ways: a requester that is recognised in two ways could be impersonated through either. */
export type RecognitionConfig =
  | { readonly event: EventRecognition }
  /** The name of an entry of `schedules`. */
  | { readonly schedule: string }
  | { readonly functionUrl: FunctionUrlRecognition }
  /** The alias of request-job-direct that the requester invokes; the stack makes the alias. */
  | { readonly invoke: { readonly alias: string } };

export type EventRecognition = {
  /** The `source` of the requester's events. The bus policy denies it to everybody but the principals. */
  readonly source: string;
  /** The account that calls PutEvents, 12 digits; if left out, the broker's own account. */
  readonly account?: string;
  /** ARNs of roles or users; `role/<name>` and `user/<name>` belong to the broker's own account. */
  readonly principals: readonly string[];
};

export type FunctionUrlRecognition = {
  /**
   * The principals that call the function URL of request-job: `role/<name>` and `user/<path><name>` belong to the
   * broker's own account, whole ARNs to any account; each may end with one `*`. See
   * `lib/requests/principal-pattern.ts`.
   */
  readonly principals: readonly string[];
};

/** A limit that is left out does not apply: then only its jobs and tenants bound what a stolen requester could do. */
export type RequesterLimits = {
  /** How many different tenants the requester may name in an hour. */
  readonly tenantsPerHour?: number;
  readonly requestsPerMinute?: number;
};

/** A job that is requested for every tenant that is due, each time the expression matches. */
export type ScheduleConfig = {
  /**
   * 1 to 16 of a-z, 0-9 and inner hyphens, because it is part of the name of an EventBridge rule, which has at most 64
   * characters.
   */
  readonly name: string;
  readonly job: string;
  /** `rate(…)` or `cron(…)`, in UTC. */
  readonly expression: string;
  /** The number of minutes over which the requests of one time are spread, by a hash of the tenant. */
  readonly spreadMinutes: number;
  /** The reason that the ledger holds for each request. */
  readonly reason?: string;
};

export type RequestLimits = {
  /** Older requests are refused, which bounds what a replay or a redrive can ask for again. */
  readonly maximumAgeSeconds: number;
  /** How far ahead of our clock the time of a request may be. */
  readonly maximumFutureSeconds: number;
  /** How many messages of one batch are handled in parallel. */
  readonly concurrency: number;
};

export type QueueSettings = {
  /** Messages per batch, 1 to 10. */
  readonly batchSize: number;
  /** How many instances of issue-credentials the queue may keep busy, 2 to 1000. */
  readonly maximumConcurrency: number;
};

export type ArchiveSettings = {
  /**
   * How long S3 protects each object of the archive from deletion. `compliance`: from everybody, including the root
   * user. `governance`: from everybody without a special permission, which the bucket's policy denies to everybody.
   */
  readonly retention: { readonly mode: 'governance' | 'compliance'; readonly days: number };
};

export type AuditSettings = {
  /** If left out, Athena queries the archive alone. */
  readonly cloudTrail?: CloudTrailFiles;
};

/** The location of the files of the account's or the organisation's trail. */
export type CloudTrailFiles = {
  readonly bucket: string;
  /** The prefix of the account's folder: `AWSLogs`, or `AWSLogs/o-abc123def4` for an organisation's trail. */
  readonly prefix: string;
  /** Accounts besides the broker's own. */
  readonly accountIds?: readonly string[];
  /** Regions besides the home region. */
  readonly regions?: readonly string[];
};

/** Inserted by the bundler (`config/package/bundle-functions.ts`). */
declare const DEPLOYMENT_CONFIG: DeploymentConfig;

/** The configuration with which this bundle was built. Throws where the code runs unbundled. */
export function deploymentConfig(): DeploymentConfig {
  if (typeof DEPLOYMENT_CONFIG === 'undefined') {
    throw new Error(
      'the deployment configuration is compiled into bundles, and this code is not bundled: ' +
        'run `npm run package`, or give the function its configuration',
    );
  }
  return DEPLOYMENT_CONFIG;
}

/** The configuration with its defaults, if every value has its form, and every problem that prevents its deployment. */
export type CheckedConfig = {
  readonly config: DeploymentConfig | undefined;
  readonly problems: readonly ConfigProblem[];
};

/** Checks the content of `config/<stage>.yml`, and returns the problems instead of throwing. */
export function checkDeploymentConfig(value: unknown): CheckedConfig {
  const lists = misplacedLists(deploymentConfigSchema, value);
  if (lists.length > 0) return { config: undefined, problems: lists.map(describeList) };
  const read = v.safeParse(deploymentConfigSchema, value);
  if (!read.success) return { config: undefined, problems: read.issues.map(describeProblem) };
  return { config: read.output, problems: contradictionsOf(read.output) };
}

/** Describes a list in the place of a mapping: the schema alone would accept a list there. */
function describeList({ path, value: input }: MisplacedList): ConfigProblem {
  const at = path.map((key) => ({ type: 'unknown', origin: 'value', input, key, value: input }) as const);
  const [first, ...more] = at;
  const issue = { kind: 'schema', type: 'list', expected: 'Object', received: 'Array', message: '', input } as const;
  return describeProblem({ ...issue, ...(first !== undefined && { path: [first, ...more] }) });
}
