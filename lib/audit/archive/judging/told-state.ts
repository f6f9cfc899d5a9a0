import { assertNever } from '../../../errors.ts';
import type { Attempt, Exception, Issuance, IssuanceState } from '../../../ledger/issuance.ts';

/** All of an issuance that its trail, its claim and its report tell: what else it says was said when it was opened. */
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
  /** Does the sweeper look at it? When, is not told. */
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

/** What an issuance says of itself in those respects. */
export function toldBy(issuance: Issuance, ticketTrace: string | undefined): Told {
  const { state, attempt, attempts, dueAtMs, dueShard } = issuance;
  const all = new Map<string, unknown>(Object.entries(issuance));
  const said = NAMES.flatMap((name) => (all.has(name) ? [[name, all.get(name)] as const] : []));
  const isDue = dueAtMs !== undefined && dueShard !== undefined;
  return { ...Object.fromEntries(said), state, attempt, attempts, isDue, hasTicket: ticketTrace !== undefined };
}

/** What its job wrote. */
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
