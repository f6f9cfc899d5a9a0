import * as v from 'valibot';

/**
 * The environment of a function, read once and checked whole. The only file of `lib` and `functions` that touches
 * `process.env`.
 */
const text = v.pipe(v.string(), v.minLength(1));

const sweeperVariables = v.object({ LEDGER_TABLE: text, REQUEST_QUEUE_URL: text });
const onDemandVariables = v.object({
  LEDGER_TABLE: text,
  REQUEST_QUEUE_URL: text,
  BROKER_ACCOUNT_ID: v.pipe(v.string(), v.regex(/^\d{12}$/)),
});
const jobVariables = v.object({ LEDGER_TABLE: text, SWITCHES_TABLE: text, ENVELOPE_KEY_ARN: text });
const brokerVariables = v.object({
  TENANTS_TABLE: text,
  SWITCHES_TABLE: text,
  LEDGER_TABLE: text,
  REQUEST_QUEUE_URL: text,
  REQUEST_DLQ_URL: text,
  ENVELOPE_KEY_ARN: text,
  JOB_FUNCTION_NAME_PREFIX: text,
  VERIFY_TRUST_FUNCTION: text,
  LIMITS_TABLE: text,
  BROKER_ACCOUNT_ID: v.pipe(v.string(), v.regex(/^\d{12}$/)),
});

const verifierVariables = v.object({
  TENANTS_TABLE: text,
  LEDGER_TABLE: text,
  LIMITS_TABLE: text,
  REQUEST_QUEUE_URL: text,
  BUS_NAME: text,
  DECOY_ROLE_ARN: text,
  BROKER_ACCOUNT_ID: v.pipe(v.string(), v.regex(/^\d{12}$/)),
});

const managementVariables = v.object({
  TENANTS_TABLE: text,
  SWITCHES_TABLE: text,
  LEDGER_TABLE: text,
  LIMITS_TABLE: text,
  VERIFY_TRUST_FUNCTION: text,
  FUNCTION_NAME_PREFIX: v.pipe(v.string(), v.endsWith('-')),
  BROKER_ACCOUNT_ID: v.pipe(v.string(), v.regex(/^\d{12}$/)),
});

const vendingVariables = v.object({
  TENANTS_TABLE: text,
  SWITCHES_TABLE: text,
  LEDGER_TABLE: text,
  LIMITS_TABLE: text,
  BROKER_ACCOUNT_ID: v.pipe(v.string(), v.regex(/^\d{12}$/)),
});

const fanOutVariables = v.object({
  TENANTS_TABLE: text,
  SWITCHES_TABLE: text,
  LIMITS_TABLE: text,
  BUS_NAME: text,
  SCHEDULE_RULE_PREFIX: text,
});

const credentialVariables = v.object({
  AWS_ACCESS_KEY_ID: text,
  AWS_SECRET_ACCESS_KEY: text,
  AWS_SESSION_TOKEN: text,
});

export type BrokerEnvironment = {
  readonly tenantsTable: string;
  readonly switchesTable: string;
  readonly ledgerTable: string;
  readonly requestQueueUrl: string;
  readonly requestDeadLetterQueueUrl: string;
  readonly envelopeKeyArn: string;
  /** What stands before a job's name in the name of its function. */
  readonly jobFunctionNamePrefix: string;
  readonly verifyTrustFunctionName: string;
  readonly limitsTable: string;
  readonly brokerAccountId: string;
};

export type SweeperEnvironment = Pick<BrokerEnvironment, 'ledgerTable' | 'requestQueueUrl'>;
export type OnDemandEnvironment = Pick<BrokerEnvironment, 'ledgerTable' | 'requestQueueUrl' | 'brokerAccountId'>;
export type JobEnvironment = Pick<BrokerEnvironment, 'ledgerTable' | 'switchesTable' | 'envelopeKeyArn'>;
export type VendingEnvironment = Pick<
  BrokerEnvironment,
  'tenantsTable' | 'switchesTable' | 'ledgerTable' | 'limitsTable' | 'brokerAccountId'
>;
export type VerifierEnvironment = Pick<
  BrokerEnvironment,
  'tenantsTable' | 'ledgerTable' | 'limitsTable' | 'requestQueueUrl' | 'brokerAccountId'
> & { readonly busName: string; readonly decoyRoleArn: string };
export type ManagementEnvironment = Pick<
  BrokerEnvironment,
  'tenantsTable' | 'switchesTable' | 'ledgerTable' | 'limitsTable' | 'verifyTrustFunctionName' | 'brokerAccountId'
> & {
  /** What stands before a function's name in its name on AWS; without its hyphen, before the name of a role. */
  readonly functionNamePrefix: string;
};
export type FanOutEnvironment = Pick<BrokerEnvironment, 'tenantsTable' | 'switchesTable'> & {
  readonly limitsTable: string;
  readonly busName: string;
  /** What stands before a schedule's name in the name of its rule. */
  readonly scheduleRulePrefix: string;
};
type Variables = Readonly<Record<string, string | undefined>>;

/** Throws an error that names each variable that is missing or malformed. */
export function brokerEnvironment(variables: Variables = process.env): BrokerEnvironment {
  const read = check(brokerVariables, variables);
  return {
    tenantsTable: read.TENANTS_TABLE,
    switchesTable: read.SWITCHES_TABLE,
    ledgerTable: read.LEDGER_TABLE,
    requestQueueUrl: read.REQUEST_QUEUE_URL,
    requestDeadLetterQueueUrl: read.REQUEST_DLQ_URL,
    envelopeKeyArn: read.ENVELOPE_KEY_ARN,
    jobFunctionNamePrefix: read.JOB_FUNCTION_NAME_PREFIX,
    verifyTrustFunctionName: read.VERIFY_TRUST_FUNCTION,
    limitsTable: read.LIMITS_TABLE,
    brokerAccountId: read.BROKER_ACCOUNT_ID,
  };
}

export function sweeperEnvironment(variables: Variables = process.env): SweeperEnvironment {
  const read = check(sweeperVariables, variables);
  return { ledgerTable: read.LEDGER_TABLE, requestQueueUrl: read.REQUEST_QUEUE_URL };
}

export function onDemandEnvironment(variables: Variables = process.env): OnDemandEnvironment {
  const read = check(onDemandVariables, variables);
  return {
    ledgerTable: read.LEDGER_TABLE,
    requestQueueUrl: read.REQUEST_QUEUE_URL,
    brokerAccountId: read.BROKER_ACCOUNT_ID,
  };
}

export function fanOutEnvironment(variables: Variables = process.env): FanOutEnvironment {
  const read = check(fanOutVariables, variables);
  return {
    tenantsTable: read.TENANTS_TABLE,
    switchesTable: read.SWITCHES_TABLE,
    limitsTable: read.LIMITS_TABLE,
    busName: read.BUS_NAME,
    scheduleRulePrefix: read.SCHEDULE_RULE_PREFIX,
  };
}

export function jobEnvironment(variables: Variables = process.env): JobEnvironment {
  const read = check(jobVariables, variables);
  return {
    ledgerTable: read.LEDGER_TABLE,
    switchesTable: read.SWITCHES_TABLE,
    envelopeKeyArn: read.ENVELOPE_KEY_ARN,
  };
}

export function verifierEnvironment(variables: Variables = process.env): VerifierEnvironment {
  const read = check(verifierVariables, variables);
  return {
    tenantsTable: read.TENANTS_TABLE,
    ledgerTable: read.LEDGER_TABLE,
    limitsTable: read.LIMITS_TABLE,
    requestQueueUrl: read.REQUEST_QUEUE_URL,
    brokerAccountId: read.BROKER_ACCOUNT_ID,
    busName: read.BUS_NAME,
    decoyRoleArn: read.DECOY_ROLE_ARN,
  };
}

export function managementEnvironment(variables: Variables = process.env): ManagementEnvironment {
  const read = check(managementVariables, variables);
  return {
    tenantsTable: read.TENANTS_TABLE,
    switchesTable: read.SWITCHES_TABLE,
    ledgerTable: read.LEDGER_TABLE,
    limitsTable: read.LIMITS_TABLE,
    verifyTrustFunctionName: read.VERIFY_TRUST_FUNCTION,
    functionNamePrefix: read.FUNCTION_NAME_PREFIX,
    brokerAccountId: read.BROKER_ACCOUNT_ID,
  };
}

export function vendingEnvironment(variables: Variables = process.env): VendingEnvironment {
  const read = check(vendingVariables, variables);
  return {
    tenantsTable: read.TENANTS_TABLE,
    switchesTable: read.SWITCHES_TABLE,
    ledgerTable: read.LEDGER_TABLE,
    limitsTable: read.LIMITS_TABLE,
    brokerAccountId: read.BROKER_ACCOUNT_ID,
  };
}

/** What the command line of operators takes from the environment; the AWS settings are the SDK's to read. */
export function operatorEnvironment(variables: Variables = process.env) {
  const { BROKER_STAGE: stage, NO_COLOR: noColour, TERM: terminal } = variables;
  return {
    ...(stage !== undefined && stage !== '' && { stage }),
    /** Source: no-color.org: present and not empty, whatever its value. */
    plain: (noColour !== undefined && noColour !== '') || terminal === 'dumb',
  };
}

/**
 * Makes this the AWS profile of the process. A client of the SDK that is given a profile takes credentials and region from
 * it, and its endpoint from the environment's: the keys of one account would be used at another's stack.
 */
export function chooseProfile(profile: string): void {
  process.env['AWS_PROFILE'] = profile;
}

/**
 * Marks this process and whatever it starts: false when a process that started this one bears the mark. A profile whose
 * `credential_process` calls with that same profile would start itself for ever.
 */
export function enterCredentialProcess(variables: Record<string, string | undefined> = process.env): boolean {
  if (variables[CREDENTIAL_PROCESS_MARK] !== undefined) return false;
  variables[CREDENTIAL_PROCESS_MARK] = '1';
  return true;
}
const CREDENTIAL_PROCESS_MARK = 'BROKER_CREDENTIAL_PROCESS';

/** The session of the function's own role, as Lambda hands it over. Source: Lambda Developer Guide, "Environment variables". */
export function roleCredentials(variables: Variables = process.env) {
  const read = check(credentialVariables, variables);
  return {
    accessKeyId: read.AWS_ACCESS_KEY_ID,
    secretAccessKey: read.AWS_SECRET_ACCESS_KEY,
    sessionToken: read.AWS_SESSION_TOKEN,
  };
}

function check<Schema extends v.GenericSchema>(schema: Schema, variables: Variables): v.InferOutput<Schema> {
  const read = v.safeParse(schema, variables);
  if (read.success) return read.output;
  const names = read.issues.map((problem) => v.getDotPath(problem) ?? '?');
  throw new Error(`environment variables are missing or malformed: ${[...new Set(names)].join(', ')}`);
}
