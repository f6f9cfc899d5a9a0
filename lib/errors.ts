import { auditCodes } from './error-codes/audit-codes.ts';
import { requestCodes } from './error-codes/request-codes.ts';
import { runCodes } from './error-codes/run-codes.ts';
import { tenantCodes } from './error-codes/tenant-codes.ts';

/**
 * The codes that a refusal, a denial or a failure may carry, and the one error class that carries them.
 * A code is a promise to whoever reads it: it is never renamed, and `docs/errors.md` says what to do about each.
 */
export const errorCodes = { ...requestCodes, ...tenantCodes, ...runCodes, ...auditCodes } as const;

export type ErrorCode = keyof typeof errorCodes;

/** The closed list of reasons with which a policy can say no. */
export type RefusalReason = {
  [Code in ErrorCode]: (typeof errorCodes)[Code]['kind'] extends 'refusal' ? Code : never;
}[ErrorCode];

/** Is this one of the codes? Reads own properties only, so that `constructor` is not a code. */
export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(errorCodes, value);
}

/** Is this one of the reasons with which a policy can say no? */
export function isRefusalReason(value: string): value is RefusalReason {
  return isErrorCode(value) && errorCodes[value].kind === 'refusal';
}

/**
 * Something broke. The message is for the operator; it never holds an external ID, a credential or the text of a
 * policy. `detail` is a flat record of identifiers and numbers, safe to log.
 */
export class BrokerError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly detail: Readonly<Record<string, string | number>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly detail?: Readonly<Record<string, string | number>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BrokerError';
    this.code = code;
    this.retryable = errorCodes[code].retryable;
    this.detail = options.detail ?? {};
  }
}

/** Marks a branch that the types say cannot be reached. */
export function assertNever(value: never): never {
  throw new BrokerError('internal', `a case is not handled: ${JSON.stringify(value)}`);
}
