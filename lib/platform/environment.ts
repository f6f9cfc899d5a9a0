import * as v from 'valibot';
import { environmentVariables, text } from './environment-variables.ts';

/**
 * The environment of a function, read once and checked as a whole. This is the only file of `lib` and `functions` that
 * touches `process.env`.
 */
type Setting = keyof typeof environmentVariables;
type Variables = Readonly<Record<string, string | undefined>>;
/** Throws an error that names each variable that is missing or malformed. */
type ReadEnvironment<Name extends Setting> = (variables?: Variables) => Readonly<Record<Name, string>>;

export const brokerEnvironment = environmentOf(
  'tenantsTable',
  'switchesTable',
  'limitsTable',
  'ledgerTable',
  'requestQueueUrl',
  'requestDeadLetterQueueUrl',
  'envelopeKeyArn',
  'jobFunctionNamePrefix',
  'verifyTrustFunctionName',
  'brokerAccountId',
);
export type BrokerEnvironment = ReturnType<typeof brokerEnvironment>;

export const vendingEnvironment = environmentOf(
  'tenantsTable',
  'switchesTable',
  'limitsTable',
  'ledgerTable',
  'brokerAccountId',
);
export type VendingEnvironment = ReturnType<typeof vendingEnvironment>;

export const onDemandEnvironment = environmentOf('ledgerTable', 'requestQueueUrl', 'brokerAccountId');
export type OnDemandEnvironment = ReturnType<typeof onDemandEnvironment>;

export const sweeperEnvironment = environmentOf('ledgerTable', 'requestQueueUrl');
export type SweeperEnvironment = ReturnType<typeof sweeperEnvironment>;

export const jobEnvironment = environmentOf('ledgerTable', 'switchesTable', 'envelopeKeyArn');

export const verifierEnvironment = environmentOf(
  'tenantsTable',
  'limitsTable',
  'ledgerTable',
  'requestQueueUrl',
  'busName',
  'decoyRoleArn',
  'brokerAccountId',
);
export type VerifierEnvironment = ReturnType<typeof verifierEnvironment>;

export const managementEnvironment = environmentOf(
  'tenantsTable',
  'switchesTable',
  'limitsTable',
  'ledgerTable',
  'verifyTrustFunctionName',
  'functionNamePrefix',
  'brokerAccountId',
);
export type ManagementEnvironment = ReturnType<typeof managementEnvironment>;

export const fanOutEnvironment = environmentOf(
  'tenantsTable',
  'switchesTable',
  'limitsTable',
  'busName',
  'scheduleRulePrefix',
);
export type FanOutEnvironment = ReturnType<typeof fanOutEnvironment>;

export const deadLetterEnvironment = environmentOf(
  'ledgerTable',
  'requestQueueUrl',
  'requestDeadLetterQueueUrl',
  'ruleDeadLetterQueueUrl',
  'jobFailuresQueueUrl',
  'brokerAccountId',
);
export type DeadLetterEnvironment = ReturnType<typeof deadLetterEnvironment>;

export const auditEnvironment = environmentOf(
  'tenantsTable',
  'limitsTable',
  'ledgerTable',
  'digestsKeyArn',
  'receiptsKeyArn',
  'functionNamePrefix',
  'brokerAccountId',
);
export type AuditEnvironment = ReturnType<typeof auditEnvironment>;

export const correlationEnvironment = environmentOf(
  'ledgerTable',
  'limitsTable',
  'observationsQueueUrl',
  'busName',
  'functionNamePrefix',
  'ownRoleNames',
  'brokerAccountId',
);
export type CorrelationEnvironment = ReturnType<typeof correlationEnvironment>;

export const archiveEnvironment = environmentOf(
  'ledgerTable',
  'archiveBucket',
  'digestsKeyArn',
  'busName',
  'brokerAccountId',
);
export type ArchiveEnvironment = ReturnType<typeof archiveEnvironment>;

/** The settings that the operators' command line takes from the environment; the SDK reads the AWS settings itself. */
export function operatorEnvironment(variables: Variables = process.env) {
  const { BROKER_STAGE: stage, NO_COLOR: noColour, TERM: terminal } = variables;
  return {
    ...(stage !== undefined && stage !== '' && { stage }),
    /** Set and not empty, whatever the value. Source: no-color.org. */
    plain: (noColour !== undefined && noColour !== '') || terminal === 'dumb',
  };
}

/**
 * Makes this the AWS profile of the process. A client of the SDK that is given a profile directly takes credentials and
 * region from the profile, but the endpoint from the profile of the environment: it would use the keys of one account
 * at another account's stack.
 */
export function chooseProfile(profile: string): void {
  process.env['AWS_PROFILE'] = profile;
}

/**
 * Marks this process and every process that it starts; returns false when this process inherited the mark. A profile
 * whose `credential_process` calls with that same profile would otherwise start itself for ever.
 */
export function enterCredentialProcess(variables: Record<string, string | undefined> = process.env): boolean {
  if (variables[CREDENTIAL_PROCESS_MARK] !== undefined) return false;
  variables[CREDENTIAL_PROCESS_MARK] = '1';
  return true;
}
const CREDENTIAL_PROCESS_MARK = 'BROKER_CREDENTIAL_PROCESS';

/**
 * The session of the function's own role, which Lambda puts into the environment. Source: Lambda Developer Guide,
 * "Environment variables".
 */
export function roleCredentials(variables: Variables = process.env) {
  const session = v.object({ AWS_ACCESS_KEY_ID: text, AWS_SECRET_ACCESS_KEY: text, AWS_SESSION_TOKEN: text });
  const read = check(session, variables);
  return {
    accessKeyId: read.AWS_ACCESS_KEY_ID,
    secretAccessKey: read.AWS_SECRET_ACCESS_KEY,
    sessionToken: read.AWS_SESSION_TOKEN,
  };
}

function environmentOf<Name extends Setting>(...names: readonly Name[]): ReadEnvironment<Name> {
  const schema = v.object(
    Object.fromEntries(names.map((name) => [environmentVariables[name].variable, environmentVariables[name].schema])),
  );
  return (variables = process.env) => {
    const read = check(schema, variables);
    const values = names.map((name) => [name, read[environmentVariables[name].variable]] as const);
    return Object.fromEntries(values) as Record<Name, string>;
  };
}

function check<Schema extends v.GenericSchema>(schema: Schema, variables: Variables): v.InferOutput<Schema> {
  const read = v.safeParse(schema, variables);
  if (read.success) return read.output;
  const names = read.issues.map((problem) => v.getDotPath(problem) ?? '?');
  throw new Error(`environment variables are missing or malformed: ${[...new Set(names)].join(', ')}`);
}
