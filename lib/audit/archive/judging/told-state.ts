import { assertNever } from '../../../errors.ts';
import type { Attempt, Exception, Issuance, IssuanceState } from '../../../ledger/issuance.ts';

/** The attributes of an issuance that follow from its trail, claim and report; all others are set when it is opened. */
export type Told = {
  readonly state: IssuanceState;
  readonly attempt: number;
  readonly attempts: readonly Attempt[];
  readonly owner?: string;
  readonly leaseUntilMs?: number;
  readonly call?: number;
  readonly resume?: 'call' | 'attempt';
  readonly roleArn?: string;
  readonly lastAccessKeyId?: string;
  readonly lastStsRequestId?: string;
  readonly exception?: Exception;
  readonly code?: string;
  readonly refusal?: { readonly reason: string; readonly explanation: string };
  /** Whether the sweeper will look at the issuance. The time of that look is not included. */
  readonly isDue: boolean;
  readonly hasTicket: boolean;
};

const NAMES = [
  'state',
  'attempt',
  'attempts',
  'owner',
  'leaseUntilMs',
  'call',
  'resume',
  'roleArn',
  'lastAccessKeyId',
  'lastStsRequestId',
  'exception',
  'code',
  'refusal',
] as const;

/** The same attributes as the issuance itself states them. */
export function toldBy(issuance: Issuance, ticketTrace: string | undefined): Told {
  const { state, attempt, attempts, dueAtMs, dueShard } = issuance;
  const all = new Map<string, unknown>(Object.entries(issuance));
  const said = NAMES.flatMap((name) => (all.has(name) ? [[name, all.get(name)] as const] : []));
  const isDue = dueAtMs !== undefined && dueShard !== undefined;
  return { ...Object.fromEntries(said), state, attempt, attempts, isDue, hasTicket: ticketTrace !== undefined };
}

/** The claim and the report, which the job wrote. */
export function jobsPart(issuance: Issuance) {
  switch (issuance.state) {
    case 'claimed':
    case 'completed':
    case 'failed':
    case 'unknown':
      return { claim: issuance.claim, report: issuance.report };
    case 'refused':
    case 'intended':
    case 'issued':
    case 'denied':
    case 'revoked':
    case 'expired':
      return { claim: undefined, report: undefined };
    default:
      return assertNever(issuance);
  }
}
