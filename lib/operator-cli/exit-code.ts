import type { ApiError } from '../client/api-error.ts';

/** What the command says to the shell that ran it; `docs/cli.md` has the same table. */
export const EXIT_CODES = {
  ok: 0,
  /** Something broke, here or there. */
  broken: 1,
  /** The command line, a file that it names, or the AWS settings of who runs it are wrong. Nothing was done. */
  usage: 2,
  /** The API, or AWS in front of it, said no. */
  refused: 3,
  /** It was done, but not everything is proven: a role is pending, refused, quarantined or awaits consent, a check is unhealthy. */
  notProven: 4,
  /** Nobody answered, or not now: worth trying again. */
  unavailable: 5,
  /** Stopped with Ctrl-C, as the shell itself would say it. */
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

/** With what a command ends that the API, or the way there, kept from going on. */
export function exitCodeOf({ code, status }: ApiError): ExitCode {
  const known = ofClient[code];
  if (known !== undefined) return known;
  if (code === 'rotation.notProven') return EXIT_CODES.notProven;
  if (status === 429 || status === 502 || status === 503 || status === 504) return EXIT_CODES.unavailable;
  return status !== undefined && status >= 400 && status < 500 ? EXIT_CODES.refused : EXIT_CODES.broken;
}

/** Of many results the gravest: one that broke before one that was not there, that before a no. */
export function gravest(codes: readonly ExitCode[]): ExitCode {
  const order = [EXIT_CODES.broken, EXIT_CODES.usage, EXIT_CODES.unavailable, EXIT_CODES.refused, EXIT_CODES.notProven];
  return order.find((code) => codes.includes(code)) ?? EXIT_CODES.ok;
}
