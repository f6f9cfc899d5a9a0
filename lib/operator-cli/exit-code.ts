import type { ApiError } from '../client/api-error.ts';

/** The exit codes of the command; `docs/cli.md` has the same table. */
export const EXIT_CODES = {
  ok: 0,
  /** Something broke, on this machine or in the deployment. */
  broken: 1,
  /** The command line, a file that it names, or the user's AWS settings are wrong. Nothing was done. */
  usage: 2,
  /** The API, or AWS in front of it, refused the request. */
  refused: 3,
  /**
   * The work was done, but not everything is proven: a role is pending, refused, quarantined or awaits consent, or a
   * check is unhealthy.
   */
  notProven: 4,
  /** Nobody answered, or the service is unavailable for now: worth trying again. */
  unavailable: 5,
  /** Stopped with Ctrl-C; the shell itself uses the same code. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

const ofClient: Readonly<Record<string, ExitCode>> = {
  'client.unreachable': EXIT_CODES.unavailable,
  'client.timedOut': EXIT_CODES.unavailable,
  'client.throttled': EXIT_CODES.unavailable,
  'client.functionFailed': EXIT_CODES.unavailable,
  'client.accessDenied': EXIT_CODES.refused,
  'client.answerUnreadable': EXIT_CODES.broken,
  'client.functionUnknown': EXIT_CODES.usage,
  'client.credentialsMissing': EXIT_CODES.usage,
  'client.regionMissing': EXIT_CODES.usage,
  'client.stageMissing': EXIT_CODES.usage,
  'client.stageInvalid': EXIT_CODES.usage,
};

/** The exit code of a command that the API, or the way to the API, kept from continuing. */
export function exitCodeOf({ code, status }: ApiError): ExitCode {
  const known = ofClient[code];
  if (known !== undefined) return known;
  if (code === 'rotation.notProven') return EXIT_CODES.notProven;
  if (status === 429 || status === 502 || status === 503 || status === 504) return EXIT_CODES.unavailable;
  return status !== undefined && status >= 400 && status < 500 ? EXIT_CODES.refused : EXIT_CODES.broken;
}

/** The gravest of many results: broken comes first, then wrong usage, unavailable, refused and not proven. */
export function gravest(codes: readonly ExitCode[]): ExitCode {
  const order = [EXIT_CODES.broken, EXIT_CODES.usage, EXIT_CODES.unavailable, EXIT_CODES.refused, EXIT_CODES.notProven];
  return order.find((code) => codes.includes(code)) ?? EXIT_CODES.ok;
}
