import * as v from 'valibot';
import { PRINCIPAL_PATTERN } from '../../requests/principal-pattern.ts';
import { TEMPLATE_BASE_URL } from '../template-address.ts';
import type { DeploymentConfig, RecognitionConfig } from './deployment-config.ts';
import { hardeningSchema } from './hardening.ts';

/**
 * The shape of `config/<stage>.yml`: closed, so that a misspelt setting is refused instead of ignored.
 * `DeploymentConfig` explains each value, and `guidance.ts` says what to do about a wrong one.
 */
const twelveDigits = v.pipe(v.string(), v.regex(/^\d{12}$/));
const region = v.pipe(v.string(), v.regex(/^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/));
/**
 * The name of an EventBridge rule has at most 64 characters; `credential-broker-<stage>-schedule-` takes up to 48 of
 * them.
 */
const scheduleName = v.pipe(v.string(), v.regex(/^[a-z0-9](?:[a-z0-9-]{0,14}[a-z0-9])?$/));
/**
 * Checks the form; AWS checks the values of each field. Source: EventBridge User Guide, "Setting a schedule pattern".
 */
const SCHEDULE_EXPRESSION =
  /^(?:rate\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9]\d{1,4}) (?:minutes|hours|days))\)|cron\([\w*?,/#-]+(?: [\w*?,/#-]+){5}\))$/;
const requesterName = v.pipe(v.string(), v.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/));
const jobName = v.pipe(v.string(), v.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/), v.maxLength(24));
const tenantId = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/));
/** The characters and the length that EventBridge allows for a source. Source: PutEventsRequestEntry. */
const eventSource = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._/-]{1,256}$/));
/** Wildcards are refused, because `ArnNotEquals` in the bus policy would expand them. */
const principal = v.pipe(
  v.string(),
  v.regex(/^(?:arn:aws(?:-cn|-us-gov|-eusc)?:iam::\d{12}:)?(?:role|user)\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]+$/),
);

const recognitions = {
  event: v.strictObject({
    event: v.strictObject({
      source: eventSource,
      account: v.exactOptional(twelveDigits),
      principals: v.pipe(v.array(principal), v.minLength(1)),
    }),
  }),
  schedule: v.strictObject({ schedule: scheduleName }),
  functionUrl: v.strictObject({
    functionUrl: v.strictObject({
      principals: v.pipe(v.array(v.pipe(v.string(), v.regex(PRINCIPAL_PATTERN))), v.minLength(1)),
    }),
  }),
  /** Not digits alone, which would be a version. Source: Lambda API Reference, CreateAlias. */
  invoke: v.strictObject({
    invoke: v.strictObject({ alias: v.pipe(v.string(), v.regex(/^(?!\d+$)[A-Za-z0-9_-]{1,64}$/)) }),
  }),
};

/**
 * Chosen by the only key that is present, so that a problem inside is reported at its own path, and not as a problem of
 * a union.
 */
const recognition = v.pipe(
  v.lazy((input): v.GenericSchema<unknown, RecognitionConfig> => {
    const keys = typeof input === 'object' && input !== null ? Object.keys(input) : [];
    const [key = '', another] = keys;
    if (another === undefined && isRecognition(key)) return recognitions[key];
    return v.custom<RecognitionConfig>(() => false);
  }),
  v.metadata({ choices: recognitions }),
);

function isRecognition(key: string): key is keyof typeof recognitions {
  return Object.hasOwn(recognitions, key);
}

const requester = v.strictObject({
  name: requesterName,
  recognisedBy: recognition,
  jobs: v.union([v.literal('all'), v.pipe(v.array(jobName), v.minLength(1))]),
  tenants: v.union([v.literal('all'), v.pipe(v.array(tenantId), v.minLength(1))]),
  limits: v.exactOptional(
    v.strictObject({
      tenantsPerHour: v.exactOptional(wholeNumber({ from: 1, to: 5_000 })),
      requestsPerMinute: v.exactOptional(wholeNumber({ from: 1, to: 1_000_000 })),
    }),
  ),
});

const schedule = v.strictObject({
  name: scheduleName,
  job: jobName,
  expression: v.pipe(v.string(), v.regex(SCHEDULE_EXPRESSION), v.maxLength(256)),
  spreadMinutes: wholeNumber({ from: 1, to: 1_440 }),
  reason: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
});

const requestLimits = v.strictObject({
  maximumAgeSeconds: v.optional(wholeNumber({ from: 60, to: 1_209_600 }), 86_400),
  maximumFutureSeconds: v.optional(wholeNumber({ from: 0, to: 3_600 }), 300),
  concurrency: v.optional(wholeNumber({ from: 1, to: 10 }), 5),
});

const queueSettings = v.strictObject({
  batchSize: v.optional(wholeNumber({ from: 1, to: 10 }), 10),
  maximumConcurrency: v.optional(wholeNumber({ from: 2, to: 1_000 }), 10),
});

const limits = v.strictObject({
  perTenant: v.optional(
    v.strictObject({
      requestsPerMinute: v.optional(wholeNumber({ from: 1, to: 1_000_000 }), 600),
      callsPerMinute: v.exactOptional(wholeNumber({ from: 1, to: 36_000 })),
      concurrentIssuances: v.optional(wholeNumber({ from: 1, to: 10_000 }), 20),
    }),
    {},
  ),
  stsCallsPerSecond: v.optional(wholeNumber({ from: 1, to: 600 }), 300),
});

/** At most a century, because S3 accepts no more days. Source: S3 API Reference, DefaultRetention. */
const archive = v.strictObject({
  retention: v.optional(
    v.strictObject({
      mode: v.optional(v.picklist(['governance', 'compliance']), 'governance'),
      days: v.optional(wholeNumber({ from: 1, to: 36_500 }), 365),
    }),
    {},
  ),
});

/** A folder in S3, without slashes at its ends. */
const folder = v.pipe(v.string(), v.regex(/^[\w.!*'()-]+(?:\/[\w.!*'()-]+)*$/), v.maxLength(200));

const audit = v.strictObject({
  cloudTrail: v.exactOptional(
    v.strictObject({
      bucket: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)),
      prefix: folder,
      accountIds: v.exactOptional(v.array(twelveDigits)),
      regions: v.exactOptional(v.array(region)),
    }),
  ),
});

const tenantRoles = v.strictObject({
  path: v.optional(v.pipe(v.string(), v.regex(/^\/(?:[\w+=,.@-]+\/)*$/)), '/credential-broker/'),
  namePattern: v.optional(v.pipe(v.string(), v.regex(/^[\w+=,.@-]*\*?$/), v.minLength(1), v.maxLength(64)), '*'),
});

export const deploymentConfigSchema: v.GenericSchema<unknown, DeploymentConfig> = v.strictObject({
  deploymentId: v.pipe(v.string(), v.regex(/^[a-z0-9]{4,12}$/)),
  mode: v.optional(v.picklist(['shared', 'dedicated']), 'shared'),
  partition: v.picklist(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc']),
  homeRegion: region,
  tenantRoles: v.optional(tenantRoles, {}),
  templateBaseUrl: v.exactOptional(v.pipe(v.string(), v.regex(TEMPLATE_BASE_URL), v.maxLength(512))),
  forbiddenAccountIds: v.optional(v.array(twelveDigits), []),
  requesters: v.array(requester),
  schedules: v.optional(v.array(schedule), []),
  requests: v.optional(requestLimits, {}),
  queue: v.optional(queueSettings, {}),
  limits: v.optional(limits, {}),
  archive: v.optional(archive, {}),
  audit: v.exactOptional(audit),
  canaryAccounts: v.optional(v.array(twelveDigits), []),
  hardening: v.optional(hardeningSchema, {}),
  logLevel: v.optional(v.picklist(['DEBUG', 'INFO', 'WARN', 'ERROR']), 'INFO'),
});

function wholeNumber({ from, to }: { from: number; to: number }) {
  return v.pipe(v.number(), v.safeInteger(), v.minValue(from), v.maxValue(to));
}
