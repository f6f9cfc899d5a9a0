import { type DetailReading, parseDetail } from '../requests/parse-detail.ts';
import { quoted } from '../requests/quoted.ts';
import type { Refusal, RequestDetail } from '../requests/request.ts';

/** A detail that names the one account whose session is asked for, and says why. */
export type CredentialsDetail = RequestDetail & {
  readonly accountIds: readonly [string];
  readonly reason: string;
};

export type CredentialsReading =
  | { readonly read: true; readonly detail: CredentialsDetail }
  | Extract<DetailReading, { read: false }>;

/** The fields that only make sense for a job's run. */
const OF_RUNS = ['idempotencyKey', 'input', 'rerunOf', 'hops'] as const;

/** Parses a request for credentials: an event's detail with exactly one account and a reason. Pure. */
export function parseCredentialsRequest(body: unknown): CredentialsReading {
  const reading = parseDetail(body);
  if (!reading.read) return reading;
  const { detail } = reading;
  const stray = OF_RUNS.find((key) => detail[key] !== undefined);
  if (stray !== undefined) {
    const why = 'each call for credentials is a request of its own, and runs nothing';
    return refused('request.fieldNotAllowed', `the key ${quoted(stray)}: ${why}; remove it`);
  }
  const [accountId, another] = detail.accountIds ?? [];
  if (accountId === undefined) return refused('request.fieldInvalid', 'accountIds: is missing; name one account');
  if (another !== undefined) {
    return refused('request.fieldInvalid', `accountIds: expected one account, got ${detail.accountIds?.length}`);
  }
  const { reason = '' } = detail;
  if (reason.trim() === '') return refused('request.fieldInvalid', 'reason: is missing; say why, for the record');
  return { read: true, detail: { ...detail, accountIds: [accountId], reason } };
}

function refused(reason: Refusal['reason'], explanation: string): CredentialsReading {
  return { read: false, refusal: { reason, explanation } };
}
