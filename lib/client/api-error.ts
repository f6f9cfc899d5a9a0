/**
 * How a call of a function URL can fail: the one error class of the client, and the codes that the client itself gives.
 * Every other code is the API's own and stands in `docs/errors.md`.
 */
type ClientProblem = { readonly message: string; readonly whatToDo: string };

const clientErrors = {
  'client.unreachable': {
    message: 'The function URL could not be reached.',
    whatToDo: 'Check the network, and that the stack is running or deployed; then try again.',
  },
  'client.timedOut': {
    message: 'The function URL did not answer in time. What was asked for may have been done all the same.',
    whatToDo: 'Look at the tenant before you ask again.',
  },
  'client.throttled': { message: 'The function is called too often.', whatToDo: 'Wait a little and try again.' },
  'client.functionFailed': {
    message: 'The function failed, and said nothing of why.',
    whatToDo: 'Read the log of the function. What was asked for may have been done: look before you ask again.',
  },
  'client.answerUnreadable': {
    message: 'The answer is not what this API answers.',
    whatToDo: 'Check that the URL is the one of the function, and that client and deployment are of the same version.',
  },
  'client.accessDenied': {
    message: 'AWS refused the request.',
    whatToDo:
      'Check that your AWS profile is of the right account, not expired, and has the managed policy for this: `…-operators`, `…-auditors` for the audit, `…-dead-letter-keepers` for dead letters.',
  },
  'client.credentialsMissing': {
    message: 'There are no AWS credentials.',
    whatToDo: 'Choose a profile with --profile or AWS_PROFILE, or log in again (aws sso login).',
  },
  'client.regionMissing': {
    message: 'The AWS region of the deployment is not known.',
    whatToDo: 'Give it with --region, AWS_REGION or in your AWS profile; look whether there is a profile of that name.',
  },
  'client.stageMissing': {
    message: 'The stage of the deployment is not known.',
    whatToDo: 'Give it with --stage or BROKER_STAGE.',
  },
  'client.stageInvalid': {
    message: 'That cannot be the name of a stage.',
    whatToDo: 'Give the name that the deployment was made with: small letters, digits and hyphens.',
  },
  'client.functionUnknown': {
    message: 'There is no function URL of that name.',
    whatToDo: 'Check --stage, --region and --profile; deploy the stage if it is not deployed.',
  },
} as const satisfies Readonly<Record<string, ClientProblem>>;

export type ClientErrorCode = keyof typeof clientErrors;

type ErrorFacts = {
  /** The status of the HTTP answer; undefined when there was none. */
  readonly status?: number | undefined;
  /** A code of `docs/errors.md`, or a `ClientErrorCode`. */
  readonly code: string;
  readonly message: string;
  readonly whatToDo: string;
  /** For a request for a job: the id under which the ledger holds the request. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
};

/** The call was refused or failed. Programs read `code`; the other members are for people. */
export class ApiError extends Error {
  readonly status: number | undefined;
  readonly code: string;
  readonly whatToDo: string;
  readonly requestId: string | undefined;

  constructor({ status, code, message, whatToDo, requestId, cause }: ErrorFacts) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.whatToDo = whatToDo;
    this.requestId = requestId;
  }
}

/** A problem that the client finds by itself; `detail` is appended to the message. */
export function clientError(
  code: ClientErrorCode,
  facts: { readonly status?: number | undefined; readonly detail?: string | undefined; readonly cause?: unknown } = {},
): ApiError {
  const { message, whatToDo } = clientErrors[code];
  const { detail, ...rest } = facts;
  return new ApiError({ ...rest, code, message: detail === undefined ? message : `${message} ${detail}`, whatToDo });
}
