import * as v from 'valibot';

export const text = v.pipe(v.string(), v.minLength(1));
const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/));

/** Every setting that a function may be given through its environment: the variable that holds it, and its form. */
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
  /** What stands before a job's name in the name of its function. */
  jobFunctionNamePrefix: { variable: 'JOB_FUNCTION_NAME_PREFIX', schema: text },
  /** What stands before a function's name in its name on AWS; without its hyphen, before the name of a role. */
  functionNamePrefix: { variable: 'FUNCTION_NAME_PREFIX', schema: v.pipe(v.string(), v.endsWith('-')) },
  /** What stands before a schedule's name in the name of its rule. */
  scheduleRulePrefix: { variable: 'SCHEDULE_RULE_PREFIX', schema: text },
  brokerAccountId: { variable: 'BROKER_ACCOUNT_ID', schema: accountId },
  observationsQueueUrl: { variable: 'OBSERVATIONS_QUEUE_URL', schema: text },
  /** Of every function of the deployment and of the decoy, with commas between them. */
  ownRoleNames: { variable: 'OWN_ROLE_NAMES', schema: text },
} as const;
