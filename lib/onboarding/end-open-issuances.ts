import { BrokerError } from '../errors.ts';
import { isInCallersHands } from '../ledger/caller-issuance.ts';
import { type Issuance, LIMITS, type OpenIssuance } from '../ledger/issuance.ts';
import { revoked } from '../ledger/issuance-endings.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { TenantIssuances } from '../ledger/tenant-issuances.ts';
import type { Clock } from '../platform/clock.ts';
import { sideBySide } from '../platform/side-by-side.ts';

export type EndOpenDependencies = {
  readonly ledger: Pick<Ledger, 'readIssuance' | 'advance'>;
  readonly tenantIssuances: TenantIssuances;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly clock: Clock;
};

/**
 * What became of one issuance. `inHands`: its session was given to the job, or to a caller. `open`: it moved whenever it was looked at.
 * `illegible`: something wrote into its row what no reader of it takes.
 */
export type Looked = { readonly issuanceId: string } & (
  | { readonly outcome: 'revoked' | 'over' }
  | { readonly outcome: 'illegible' }
  | { readonly outcome: 'inHands' | 'open'; readonly session: SeenSession }
);
export type SeenSession = Pick<Issuance, 'accountId' | 'job' | 'state' | 'roleArn'> & { readonly fenceMs?: number };

const AT_ONCE = 16;
/** How long the index is given to show what was recorded just before the suspension. */
const INDEX_LAG_MS = 3_000;
/** The longest session that STS makes for a Lambda function's role. Source: IAM User Guide, role chaining. */
const LONGEST_SESSION_MS = 3_600_000;
/** Of an issuance that was recorded earlier, the last session that could be made for it is over. */
const REACH_MS = LIMITS.openMs + LIMITS.longestHandBackMs + LIMITS.leaseMs + LONGEST_SESSION_MS;

/**
 * Ends every issuance of the tenant that is not yet in the hands of its job or of a caller: the ticket goes, and whoever is about to
 * record a session for it finds that it may not. Twice, because the index lags; the second look is at what the first
 * one did not settle. Gives what it saw, each issuance once.
 *
 * @throws the first error that is not the fault of a single row, once everything else was looked at.
 */
export async function endOpenIssuances(
  tenantId: string,
  refusal: { readonly reason: 'tenant.suspended'; readonly explanation: string },
  dependencies: EndOpenDependencies,
): Promise<readonly Looked[]> {
  const seen = new Map<string, Looked>();
  await lookAtAll(tenantId, { refusal, seen }, dependencies);
  await dependencies.pause(INDEX_LAG_MS);
  const problems = await lookAtAll(tenantId, { refusal, seen }, dependencies);
  if (problems.length > 0) throw problems[0];
  return [...seen.values()];
}

type Looking = {
  readonly refusal: { readonly reason: string; readonly explanation: string };
  readonly seen: Map<string, Looked>;
};

async function lookAtAll(tenantId: string, { refusal, seen }: Looking, dependencies: EndOpenDependencies) {
  const sinceMs = Math.max(0, dependencies.clock.nowMs() - REACH_MS);
  const ids = await dependencies.tenantIssuances({ tenantId, sinceMs });
  const unsettled = ids.filter((id) => !isSettled(seen.get(id)));
  const outcomes = await sideBySide(unsettled, AT_ONCE, async (id) => {
    const looked = await lookAt(id, refusal, dependencies);
    if (looked !== undefined) seen.set(id, looked);
  });
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
}

function isSettled(looked: Looked | undefined): boolean {
  return looked !== undefined && looked.outcome !== 'open';
}

async function lookAt(
  issuanceId: string,
  refusal: Looking['refusal'],
  { ledger, clock }: EndOpenDependencies,
): Promise<Looked | undefined> {
  try {
    let issuance = await ledger.readIssuance(issuanceId);
    // A second time for one that its owner or its job moved in between.
    for (let look = 0; look < 2 && issuance !== undefined && isOpen(issuance); look += 1) {
      const after = revoked(issuance, refusal, clock.nowMs());
      if (await ledger.advance(issuance, after)) return { issuanceId, outcome: 'revoked' };
      issuance = await ledger.readIssuance(issuanceId);
    }
    return issuance === undefined ? undefined : seenAs(issuance);
  } catch (error) {
    // A job can write nonsense into its own rows; that keeps nobody from being suspended.
    if (error instanceof BrokerError && error.code === 'store.itemInvalid') return { issuanceId, outcome: 'illegible' };
    throw error;
  }
}

function seenAs(issuance: Issuance): Looked {
  const { recordId: issuanceId, accountId, job, state, roleArn } = issuance;
  const session = { accountId, job, state, ...(roleArn === undefined ? {} : { roleArn }) };
  if (isOpen(issuance)) return { issuanceId, outcome: 'open', session };
  if (!wasGiven(issuance)) return { issuanceId, outcome: 'over' };
  const fenceMs = issuance.attempts.at(-1)?.fenceMs;
  return { issuanceId, outcome: 'inHands', session: { ...session, ...(fenceMs === undefined ? {} : { fenceMs }) } };
}

/** A job that has reported may still hold its session, whatever it says. */
function wasGiven(issuance: Issuance): boolean {
  if (isInCallersHands(issuance)) return true;
  switch (issuance.state) {
    case 'claimed':
    case 'completed':
    case 'unknown':
      return true;
    case 'failed':
      return issuance.claim !== undefined;
    default:
      return false;
  }
}

function isOpen(issuance: Issuance): issuance is OpenIssuance {
  const unended = issuance.state === 'intended' || issuance.state === 'issued';
  return unended && !isInCallersHands(issuance);
}
