import * as v from 'valibot';

export const text = v.pipe(v.string(), v.minLength(1));
const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/));

/**
 * Every setting that a function can receive through its environment: the variable that holds the setting, and its form.
 */
export const environmentVariables = {
  tenantsTable: { variable: 'TENANTS_TABLE', schema: text },
  switchesTable: { variable: 'SWITCHES_TABLE', schema: text },
  limitsTable: { variable: 'LIMITS_TABLE', schema: text },
  ledgerTable: { variable: 'LEDGER_TABLE', schema: text },
  requestQueueUrl: { variable: 'REQUEST_QUEUE_URL', schema: text },
  requestDeadLetterQueueUrl: { variable: 'REQUEST_DLQ_URL', schema: text },
  ruleDeadLetterQueueUrl: { variable: 'RULE_DLQ_URL', schema: text },
  jobFailuresQueueUrl: { variable: 'JOB_FAILURES_URL', schema: text },
  envelopeKeyArn: { variable: 'ENVELOPE_KEY_ARN', schema: text },
  digestsKeyArn: { variable: 'DIGESTS_KEY_ARN', schema: text },
  receiptsKeyArn: { variable: 'RECEIPTS_KEY_ARN', schema: text },
  archiveBucket: { variable: 'ARCHIVE_BUCKET', schema: text },
  busName: { variable: 'BUS_NAME', schema: text },
  decoyRoleArn: { variable: 'DECOY_ROLE_ARN', schema: text },
  verifyTrustFunctionName: { variable: 'VERIFY_TRUST_FUNCTION', schema: text },
  /** The prefix of a job's name in the name of its function. */
  jobFunctionNamePrefix: { variable: 'JOB_FUNCTION_NAME_PREFIX', schema: text },
  /** The prefix of a function's name on AWS; without its hyphen, the prefix of a role's name. */
  functionNamePrefix: { variable: 'FUNCTION_NAME_PREFIX', schema: v.pipe(v.string(), v.endsWith('-')) },
  /** The prefix of a schedule's name in the name of its rule. */
  scheduleRulePrefix: { variable: 'SCHEDULE_RULE_PREFIX', schema: text },
  brokerAccountId: { variable: 'BROKER_ACCOUNT_ID', schema: accountId },
  observationsQueueUrl: { variable: 'OBSERVATIONS_QUEUE_URL', schema: text },
  /** The role names of every function of the deployment and of the decoy, separated by commas. */
  ownRoleNames: { variable: 'OWN_ROLE_NAMES', schema: text },
} as const;
