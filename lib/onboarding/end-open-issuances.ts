import { BrokerError } from '../errors.ts';
import { isHeldByCaller } from '../ledger/caller-issuance.ts';
import { type Issuance, LIMITS, type OpenIssuance } from '../ledger/issuance.ts';
import { revoked } from '../ledger/issuance-endings.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { TenantIssuances } from '../ledger/tenant-issuances.ts';
import type { Clock } from '../platform/clock.ts';
import { runConcurrently } from '../platform/run-concurrently.ts';

export type EndOpenDependencies = {
  readonly ledger: Pick<Ledger, 'readIssuance' | 'advance'>;
  readonly tenantIssuances: TenantIssuances;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly clock: Clock;
};

/**
 * What became of one issuance. `inUse`: its session was given to the job, or to a caller. `open`: it moved whenever it
 * was examined. `illegible`: something wrote into its row what no reader of it takes.
 */
export type ExaminedIssuance = { readonly issuanceId: string } & (
  | { readonly outcome: 'revoked' | 'over' }
  | { readonly outcome: 'illegible' }
  | { readonly outcome: 'inUse' | 'open'; readonly session: SeenSession }
);
export type SeenSession = Pick<Issuance, 'accountId' | 'job' | 'state' | 'roleArn'> & { readonly fenceMs?: number };

const AT_ONCE = 16;
/** How long the index may take to show an issuance that was recorded just before the suspension. */
const INDEX_LAG_MS = 3_000;
/** The longest session that STS makes for a Lambda function's role. Source: IAM User Guide, role chaining. */
const LONGEST_SESSION_MS = 3_600_000;
/** How far back to look: the last session that could be made for an older issuance has expired. */
const REACH_MS = LIMITS.openMs + LIMITS.longestHandBackMs + LIMITS.leaseMs + LONGEST_SESSION_MS;

/**
 * Ends every issuance of the tenant whose session was not given to its job or to a caller yet. That removes the
 * ticket, and makes the record of a session that is just being made fail. It examines the issuances twice, because the
 * index lags: the second time those that the first did not settle. Gives the outcome of each issuance.
 *
 * @throws the first error that is not the fault of a single row, once everything else was examined.
 */
export async function endOpenIssuances(
  tenantId: string,
  refusal: { readonly reason: 'tenant.suspended'; readonly explanation: string },
  dependencies: EndOpenDependencies,
): Promise<readonly ExaminedIssuance[]> {
  const seen = new Map<string, ExaminedIssuance>();
  await examineAll(tenantId, { refusal, seen }, dependencies);
  await dependencies.pause(INDEX_LAG_MS);
  const problems = await examineAll(tenantId, { refusal, seen }, dependencies);
  if (problems.length > 0) throw problems[0];
  return [...seen.values()];
}

type Examination = {
  readonly refusal: { readonly reason: string; readonly explanation: string };
  readonly seen: Map<string, ExaminedIssuance>;
};

async function examineAll(tenantId: string, { refusal, seen }: Examination, dependencies: EndOpenDependencies) {
  const sinceMs = Math.max(0, dependencies.clock.nowMs() - REACH_MS);
  const ids = await dependencies.tenantIssuances({ tenantId, sinceMs });
  const unsettled = ids.filter((id) => !isSettled(seen.get(id)));
  const outcomes = await runConcurrently(unsettled, AT_ONCE, async (id) => {
    const examined = await examine(id, refusal, dependencies);
    if (examined !== undefined) seen.set(id, examined);
  });
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
}

function isSettled(examined: ExaminedIssuance | undefined): boolean {
  return examined !== undefined && examined.outcome !== 'open';
}

async function examine(
  issuanceId: string,
  refusal: Examination['refusal'],
  { ledger, clock }: EndOpenDependencies,
): Promise<ExaminedIssuance | undefined> {
  try {
    let issuance = await ledger.readIssuance(issuanceId);
    // Tried again when its owner or its job moved it in between.
    for (let look = 0; look < 2 && issuance !== undefined && isOpen(issuance); look += 1) {
      const after = revoked(issuance, refusal, clock.nowMs());
      if (await ledger.advance(issuance, after)) return { issuanceId, outcome: 'revoked' };
      issuance = await ledger.readIssuance(issuanceId);
    }
    return issuance === undefined ? undefined : seenAs(issuance);
  } catch (error) {
    // A job can write nonsense into its own rows, which must not keep a tenant from being suspended.
    if (error instanceof BrokerError && error.code === 'store.itemInvalid') return { issuanceId, outcome: 'illegible' };
    throw error;
  }
}

function seenAs(issuance: Issuance): ExaminedIssuance {
  const { recordId: issuanceId, accountId, job, state, roleArn } = issuance;
  const session = { accountId, job, state, ...(roleArn === undefined ? {} : { roleArn }) };
  if (isOpen(issuance)) return { issuanceId, outcome: 'open', session };
  if (!wasGiven(issuance)) return { issuanceId, outcome: 'over' };
  const fenceMs = issuance.attempts.at(-1)?.fenceMs;
  return { issuanceId, outcome: 'inUse', session: { ...session, ...(fenceMs === undefined ? {} : { fenceMs }) } };
}

/** Whether a job or a caller was given the session. A job that has reported may still hold it. */
function wasGiven(issuance: Issuance): boolean {
  if (isHeldByCaller(issuance)) return true;
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
  return unended && !isHeldByCaller(issuance);
}
